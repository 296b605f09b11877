"""The changelog of an edition: what each release changed, the last one first."""

from __future__ import annotations

from pathlib import Path

from oqhs.entries import DIFFUSIONS
from oqhs.errors import DataError
from oqhs.publish import printed
from oqhs.publish.contents import Contents
from oqhs.publish.diff import changelog_section, diff
from oqhs.publish.manifest import read_manifest
from oqhs.publish.shelf import CHANGELOG, name_after

_DAMAGED = "La livraison précédente ({}) n'est plus lisible : ce qui a changé depuis n'a pu être établi."
_NARROWER = "La livraison précédente ({}) allait moins loin : ce qui a changé depuis n'est pas dit ici."
_FIRST = "## r1\n\nPremière livraison de l'édition."


def changelog(previous: Path | None, folder: Path, contents: Contents) -> str:
    """Say what a release changed since the one it follows, then what that one says of those before.

    Parameters
    ----------
    previous : Path or None
        The release before, as it stands.
    folder : Path
        The release, with its tables and its manifest.
    contents : Contents
        What it is made of.
    """
    head = [f"# Journal des livraisons, {contents.departement}, édition {contents.edition}"]
    head += [printed.INVENTED] if contents.invented else []
    head.append(printed.DIFFUSION[contents.diffusion])
    if previous is None:
        return "\n\n".join([*head, _FIRST]) + "\n"
    name = name_after(previous)
    try:
        narrower = _is_narrower(previous, contents)
        section = (
            _NARROWER if narrower else changelog_section(diff(previous, folder, contents.catalogue), name)
        )
    except DataError:
        narrower, section = True, _DAMAGED  # nobody knows how far it went
    if narrower:
        return "\n\n".join([*head, f"## {name}", section.format(previous.name)]) + "\n"
    return "\n\n".join([*head, section.strip(), *_earlier(previous)]) + "\n"


def _is_narrower(previous: Path, contents: Contents) -> bool:
    """Whether the release before holds what may not go as far as this one."""
    before = str(read_manifest(previous).get("diffusion"))
    return before not in DIFFUSIONS or DIFFUSIONS.index(before) < DIFFUSIONS.index(contents.diffusion)


def _earlier(previous: Path) -> list[str]:
    """Sections of the changelog of the release before."""
    path = previous / CHANGELOG
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, mark, sections = text.partition("\n## ")
    return [f"## {sections.strip()}"] if mark else []
