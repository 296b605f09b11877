"""Pages as HTML: every text is escaped, and rid of what nobody sees."""

from __future__ import annotations

import re
from importlib import resources

from oqhs.extras import extra
from oqhs.publish.contents import Contents
from oqhs.publish.printed import DIFFUSION, INVENTED
from oqhs.publish.site.parts import Page
from oqhs.text import NO_BREAK_SPACE, plain_label

#: Spaces where a line does not end: before and after the signs of French that have one.
_BEFORE = re.compile(r" (?=[:;?!%»])")
_AFTER = re.compile(r"(?<=«) ")
_MENU = {
    "index.html": "Accueil",
    "indicateurs.html": "Indicateurs",
    "quartiers.html": "Quartiers",
    "explorer.html": "Explorer",
    "methode.html": "Méthode",
    "telecharger.html": "Télécharger",
}


class Renderer:
    """Turns pages into HTML, within the same header and footer.

    Raises
    ------
    MissingExtraError
        jinja2 is not installed.
    """

    def __init__(self, contents: Contents) -> None:
        jinja2 = extra("jinja2", "the pages of the site are laid out")
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(str(resources.files("oqhs.publish.site") / "templates")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=_seen,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._shared = {
            "menu": _MENU,
            "site": f"Observatoire des quartiers prioritaires, {contents.departement}",
            "edition": contents.edition,
            "diffusion": DIFFUSION[contents.diffusion],
            "invented": INVENTED if contents.invented else "",
        }

    def page(self, page: Page) -> str:
        """Give a page as HTML."""
        template = self._environment.get_template(page.template)
        return str(template.render(page=page, root=page.root, **self._shared, **page.more))


def _seen(text: object) -> object:
    r"""Rid a plain text of marks that nobody sees, and keep French signs with the word they go with.

    Examples
    --------
    >>> _seen("a\u202eb : « c »").replace(NO_BREAK_SPACE, "_")
    'ab_: «_c_»'
    """
    if type(text) is not str:
        return text
    return _BEFORE.sub(NO_BREAK_SPACE, _AFTER.sub(NO_BREAK_SPACE, plain_label(text)))
