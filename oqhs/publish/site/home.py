"""The first page, and those that are about the site as a whole: downloads, notices, accessibility, plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from oqhs.publish import printed
from oqhs.publish.origins import source_lines
from oqhs.publish.site.facts import Facts, indicator_place
from oqhs.publish.site.parts import (
    Cell,
    Download,
    Item,
    Page,
    Section,
    Table,
    items,
    number_cell,
    size_words,
)
from oqhs.text import listing
from oqhs.wording import PERIMETER_NAMES, licence_name

_FILES = "donnees"
_KEY = "tableau_cle"
_NUMBERS = {"qpv": "qpv_affiche", "reference": "reference_affiche", "gap": "gap_affiche"}
_MENU = [
    Item("carte, graphique, tableau et fichier de chaque indicateur", "Indicateurs", "indicateurs.html"),
    Item("ce qui est connu de chaque quartier", "Quartiers", "quartiers.html"),
    Item("passer d'un indicateur à l'autre sur un même graphique", "Explorer", "explorer.html"),
    Item("définitions, seuils, règles et sources", "Méthode", "methode.html"),
    Item("tous les fichiers", "Télécharger", "telecharger.html"),
]


def write_key_table(facts: Facts, folder: Path) -> list[Download]:
    """Write the key table in the formats people open, and say how large each file is."""
    contents = facts.contents
    (folder / _FILES).mkdir(exist_ok=True)
    title = f"Indicateurs clés, édition {contents.edition}"
    found = []
    for suffix in ("csv", "xlsx"):
        place = f"{_FILES}/{_KEY}.{suffix}"
        printed.write(contents.key_table, folder / place, title, invented=contents.invented)
        size = size_words((folder / place).stat().st_size)
        found.append(Download(place, "Tableau des indicateurs clés", suffix.upper(), size))
    return found


def home_page(facts: Facts, downloads: Sequence[Download]) -> Page:
    """Lay out the first page: the key table and how to read it."""
    contents = facts.contents
    table = contents.key_table
    about = (
        "Ce que l'observatoire publie des quartiers prioritaires de la politique de la ville (QPV) "
        f"{_of(facts)}, édition {contents.edition} : leur situation, et ce qui la distingue de celle du "
        "département."
    )
    perimeter = f"Périmètre : {PERIMETER_NAMES[contents.perimeter]}."
    lead = [about, f"{perimeter} {printed.DIFFUSION[contents.diffusion]}"]
    sections = [
        Section(
            "tableau-cle",
            "Indicateurs clés",
            tables=[_key_table(facts)],
            items=items(printed.notes_of(table)),
            downloads=downloads,
        ),
        Section("cles", "Clés de lecture", items=items(printed.reading_of(table))),
    ]
    for place, title, lines in (
        ("remarques", "Remarques", printed.remarks_of(table)),
        ("precautions", "Précautions", printed.caveats_of(table)),
    ):
        sections += [Section(place, title, items=items(lines))] if lines else []
    sections.append(Section("parcourir", "Parcourir l'observatoire", items=_MENU))
    sections.append(Section("sources", "Sources", items=items(sources_of(facts))))
    return Page(
        "index.html", f"Quartiers prioritaires : {contents.departement}", "index.html", lead, sections
    )


def _of(facts: Facts) -> str:
    return facts.geography.name(facts.geography.departement, "label_de")


def sources_of(facts: Facts) -> tuple[str, ...]:
    """Tell the sources of the edition, and what their licences ask to print."""
    inputs = facts.contents.inputs
    return source_lines(inputs, inputs, facts.contents.catalogue, facts.attribution)


def _key_table(facts: Facts) -> Table:
    table = facts.contents.key_table
    labels = [listing(sorted(set(table[name]))) for name in ("territory_label", "reference_label")]
    heads = ["Indicateur", "Thème", *labels, "Écart", "Signe", "Note", "Année", "Source"]
    rows = []
    for row in table.to_dict("records"):
        figures = [number_cell(str(row[shown]), row[name]) for name, shown in _NUMBERS.items()]
        year = "" if pd.isna(row["year"]) else str(int(row["year"]))
        rows.append(
            [
                Cell(row["label"], indicator_place(row["indicator"])),
                Cell(row["theme"]),
                *figures,
                Cell(row["sign"]),
                Cell(row["note"]),
                Cell(year),
                Cell(row["source"]),
            ]
        )
    caption = f"Indicateurs clés des QPV, édition {facts.contents.edition}"
    return Table("tableau", caption, heads, rows, frozenset({2, 3, 4}), sortable=True)


def downloads_page(facts: Facts, key: Sequence[Download], each: Sequence[Download]) -> Page:
    """Lay out the list of the files."""
    about = (
        "Les fichiers CSV s'ouvrent dans un tableur français : colonnes séparées par des points-virgules, "
        "virgule décimale, UTF-8. Les valeurs n'y sont pas arrondies."
    )
    lead = [about, printed.DIFFUSION[facts.contents.diffusion]]
    sections = [
        Section("cle", "Tableau des indicateurs clés", downloads=key),
        Section("indicateurs", "Un fichier par indicateur", downloads=each),
    ]
    return Page("telecharger.html", "Télécharger", "telecharger.html", lead, sections)


def notices_page(facts: Facts) -> Page:
    """Lay out who publishes, and what licences ask."""
    contents = facts.contents
    rows = []
    for name, card in contents.inputs.items():
        source = contents.catalogue.sources[card.source]
        year = "" if card.year is None else str(card.year)
        cells = (
            name,
            source.label,
            source.producer,
            year,
            licence_name(card.licence),
            facts.attribution(name),
        )
        rows.append([Cell(text) for text in cells])
    heads = ["Fichier", "Source", "Producteur", "Année", "Licence", "Mention demandée"]
    table = Table("licences", "Licences des données utilisées", heads, rows)
    publisher = (
        "Ce site est une production de l'observatoire départemental des quartiers d'habitat social (OQHS), "
        f"département : {contents.departement}, édition {contents.edition}."
    )
    private = (
        "Il est fait de pages qui ne demandent rien à aucun autre serveur : il ne dépose aucun témoin "
        "(cookie), ne mesure pas l'audience et ne recueille aucune donnée personnelle."
    )
    hidden = (
        "Aucune donnée individuelle n'y figure. Les valeurs couvertes par le secret statistique, et celles "
        "qu'un échantillon trop petit ne permet pas de diffuser, y sont dites comme telles."
    )
    tools = (
        "Le graphique de la page « Explorer » est dessiné par Vega et Vega-Lite (licence BSD à trois "
        "clauses), les cartes et les autres graphiques par matplotlib, avec la police DejaVu."
    )
    sections = [
        Section("editeur", "Qui publie", lines=[publisher, printed.DIFFUSION[contents.diffusion], private]),
        Section("secret", "Secret statistique", lines=[hidden]),
        Section("donnees", "Données et licences", tables=[table]),
        Section("outils", "Outils", lines=[tools]),
    ]
    return Page("mentions.html", "Mentions et licences", "mentions.html", [], sections)


def accessibility_page(facts: Facts) -> Page:
    """Lay out the statement the law asks for: not compliant, as long as nobody has audited the site."""
    return Page(
        "accessibilite.html",
        "Déclaration d'accessibilité",
        "accessibilite.html",
        template="accessibilite.html",
        more={
            "departement": facts.contents.departement,
            "contact": facts.contents.recipe.get("contact", ""),
        },
    )


def plan_page(facts: Facts, pages: Sequence[Page]) -> Page:
    """Lay out the list of all the pages."""
    inner = {
        "indicateurs.html": "Indicateurs",
        "quartiers.html": "Quartiers",
        "methode.html": "Méthode",
    }
    sections = [
        Section(
            "site", "Le site", items=[Item("", page.title, page.place) for page in pages if not page.above]
        )
    ]
    for menu, title in inner.items():
        lines = [Item("", page.title, page.place) for page in pages if page.above and page.menu == menu]
        sections.append(Section(f"plan-{menu.removesuffix('.html')}", title, items=lines))
    edition = f"Toutes les pages de l'édition {facts.contents.edition}."
    return Page("plan.html", "Plan du site", "plan.html", [edition], sections)
