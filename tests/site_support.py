"""Sites that several tests look at: each is written once in a run."""

import atexit
import dataclasses
import functools
import shutil
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from small_edition import edition

import oqhs
from oqhs.publish.site import write_site

_DATA = Path(__file__).resolve().parents[1] / "data"
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "évil\u202egnp' & co")
#: What is left of them: the order of the letters is no longer turned over.
PLAIN = (*HOSTILE[:2], "évilgnp' & co")
#: A page of every kind.
KINDS = (
    "index.html",
    "indicateurs.html",
    "indicateurs/taux_pauvrete.html",
    "indicateurs/population.html",
    "quartiers.html",
    "quartiers/QN99901M.html",
    "explorer.html",
    "methode.html",
    "methode/indicateurs.html",
    "methode/seuils.html",
    "methode/sources.html",
    "telecharger.html",
    "accessibilite.html",
    "mentions.html",
    "plan.html",
)


def _folder():
    folder = Path(tempfile.mkdtemp(prefix="oqhs-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def embedded_contents():
    """What everyone may see of the edition the project comes with."""
    return oqhs.open(_DATA).edition(2024).contents()[1]


@functools.cache
def embedded_site():
    """Its site."""
    folder = _folder() / "site"
    write_site(folder, embedded_contents())
    return folder


@functools.cache
def small_contents():
    """What partners may see of three invented quartiers."""
    return edition(_folder() / "data").contents()[0]


def hostile_contents():
    """Give the same with hostile names, and a source whose page is a script."""
    contents = small_contents()
    territories = contents.territories.copy()
    quartiers = territories["kind"] == "qpv"
    for form in ("label", "label_article", "label_de"):
        territories.loc[quartiers, form] = list(HOSTILE)
    sources = dict(contents.catalogue.sources)
    sources["rp"] = sources["rp"].model_copy(update={"page": "javascript:alert(1)", "label": HOSTILE[1]})
    catalogue = contents.catalogue.model_copy(update={"sources": sources})
    return dataclasses.replace(contents, territories=territories, catalogue=catalogue)


@functools.cache
def hostile_site():
    """Its site."""
    folder = _folder() / "site"
    write_site(folder, hostile_contents())
    return folder


class Seen(HTMLParser):
    """What a page is made of: elements with their attributes in order, and the text of each."""

    _VOID = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.path = path
        self.elements = []
        self._open = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == [], f"{path}: not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", "within": [one["tag"] for one in self._open], **dict(attrs)}
        self.elements.append(element)
        if tag not in self._VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open, f"{self.path}: </{tag}> closes nothing"
        assert self._open.pop()["tag"] == tag, f"{self.path}: </{tag}> is not where it opened"

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, *tags):
        return [one for one in self.elements if one["tag"] in tags]

    def rows(self, table):
        """Texts of the cells of a table, header apart, by the text of the first of each row."""
        inside, rows = False, []
        for one in self.elements:
            if one["tag"] == "table":
                inside = one.get("id") == table
            elif inside and one["tag"] == "tr":
                rows.append([])
            elif inside and one["tag"] in {"th", "td"}:
                rows[-1].append(one["text"].strip())
        return {row[0]: row[1:] for row in rows[1:]}

    def heads(self, table):
        inside, heads = False, []
        for one in self.elements:
            if one["tag"] == "table":
                inside = one.get("id") == table
            elif inside and one["tag"] == "th" and one.get("scope") == "col":
                heads.append(one["text"].strip())
        return heads


def pages_of(folder):
    return [Seen(path) for path in sorted(folder.rglob("*.html"))]
