"""A portrait of an edition: of a quartier, a group, an EPT, a commune, or of several quartiers."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from oqhs.errors import UnknownError
from oqhs.geography import Geography
from oqhs.inside import quartiers_inside
from oqhs.publish.contents import Contents
from oqhs.publish.portrait.document import Document, Section
from oqhs.publish.portrait.fiche import fiche_of
from oqhs.publish.portrait.gathering import KINDS, gathering_of
from oqhs.publish.portrait.heard import heard_sections
from oqhs.publish.portrait.page import page_of
from oqhs.publish.portrait.pdf import pdf_of
from oqhs.publish.writers import write_whole
from oqhs.studies.telling import refuse_narrower

#: Files a portrait is written to.
PORTRAIT_FILES = (".pdf", ".html")
_FICHES = ("qpv", "regroupement")
_SHOWN = 20  # codes named in an error


@dataclass(frozen=True, eq=False)
class Portrait:
    """What is told of a territory, ready to be written; in a notebook it shows as a page."""

    document: Document

    def to_pdf(self, path: str | Path) -> Path:
        """Write the portrait as PDF/UA, whole or not at all; the same bytes each time.

        Parameters
        ----------
        path : str or Path
            `.pdf` file.

        Raises
        ------
        UnknownError
            The name ends otherwise, or its folder is not there.
        MissingExtraError
            `typst` is not installed.
        """
        return _written(path, ".pdf", lambda: pdf_of(self.document))

    def to_html(self, path: str | Path) -> Path:
        """Write the portrait as one HTML page that needs nothing beside it, whole or not at all.

        Parameters
        ----------
        path : str or Path
            `.html` file.

        Raises
        ------
        UnknownError
            The name ends otherwise, or its folder is not there.
        MissingExtraError
            `jinja2` is not installed.
        """
        return _written(path, ".html", lambda: page_of(self.document).encode())

    def write(self, path: str | Path) -> Path:
        """Write the portrait in the format the name of the file ends with."""
        return self.to_pdf(path) if Path(path).suffix.lower() == ".pdf" else self.to_html(path)

    def _repr_html_(self) -> str:
        """Show the page in a notebook, its style apart from that of the notebook."""
        page = html.escape(page_of(self.document), quote=True)
        title = html.escape(self.document.title, quote=True)
        return (
            f'<iframe title="{title}" srcdoc="{page}" sandbox="" '
            'style="width: 100%; height: 48rem; border: 1px solid #CBD2D9"></iframe>'
        )


def _written(path: str | Path, suffix: str, made: Callable[[], bytes]) -> Path:
    target = Path(path)
    if target.suffix.lower() != suffix:
        raise UnknownError(
            "a portrait is not written in this format",
            file=target,
            found=target.suffix or target.name,
            allowed=" or ".join(PORTRAIT_FILES),
            todo=f"end the name of the file with {suffix}",
        )
    if not target.parent.is_dir():
        raise UnknownError("there is no such folder", file=target.parent, todo="make it, or give another one")

    def write(aside: Path) -> None:
        aside.write_bytes(made())

    write_whole(target, write)
    return target


def portrait_of(
    contents: Contents, asked: str | Sequence[str], joint: pd.DataFrame | None = None
) -> Portrait:
    """Put together the portrait of a territory, or of several quartiers.

    Parameters
    ----------
    contents : Contents
        The content of a release, restricted to its diffusion: nothing else is read.
    asked : str or sequence of str
        Code of a quartier, a group, a commune or an EPT; or codes of quartiers.
    joint : DataFrame, optional
        What interviews say, as `joint_display` of the edition gives it: it stands on a page of its own.

    Returns
    -------
    Portrait
        A fiche of two pages for a quartier or a group, three with interviews; as many as it takes for the
        others.

    Raises
    ------
    UnknownError
        There is no such territory, or no quartier in it.
    MeasureError
        What interviews say may not be told so far.
    """
    if not isinstance(asked, str):
        inside = _quartiers(contents, asked)
        document = gathering_of(contents, inside)
    else:
        inside = quartiers_of(contents.geography, asked)
        fiche = contents.territories.set_index("territory")["kind"][asked] in _FICHES
        document = fiche_of(contents, asked) if fiche else gathering_of(contents, inside, asked)
    if joint is not None:
        refuse_narrower(joint, contents.diffusion)
    return Portrait(document if joint is None else _with_heard(document, heard_sections(joint, inside)))


def _with_heard(document: Document, heard: tuple[Section, ...]) -> Document:
    """Add what was heard: a page of a fiche, the last sections of what goes on as long as it needs."""
    pages = document.pages
    added = ((*pages[0], *heard),) if len(pages) == 1 else (*pages, heard)
    return replace(document, pages=added)


def quartiers_of(geography: Geography, territory: str) -> list[str]:
    """Give the quartiers that the portrait of a territory is about.

    Raises
    ------
    UnknownError
        There is no such quartier, group, commune or EPT, or no quartier in it.
    """
    inside = quartiers_inside(geography, territory)
    known = geography.territories
    kinds = known["kind"].isin([*_FICHES, *KINDS])
    if territory not in set(known.loc[kinds, "territory"]):
        raise UnknownError(
            "no such quartier, group, commune or EPT: a portrait is about one of these",
            found=territory,
            allowed=_some(sorted({*geography.of_kind("qpv"), *known.loc[kinds, "territory"]})),
            todo="see the codes in edition.territories",
        )
    return inside


def _quartiers(contents: Contents, codes: Sequence[str]) -> list[str]:
    rows = contents.territories
    known = set(rows.loc[rows["kind"] == "qpv", "territory"])
    strangers = sorted(set(codes) - known)
    if strangers or not codes:
        raise UnknownError(
            "no such quartier" if strangers else "a portrait is about one quartier at least",
            found=", ".join(strangers) or "none",
            allowed=_some(sorted(known)),
            todo="see the codes in edition.territories",
        )
    return sorted(set(codes))


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
