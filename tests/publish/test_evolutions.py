"""Changes as people read them: French words and figures, and the notice in every product, whole or not there."""

import csv
import datetime as dt
import html
import io
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

from oqhs.analysis import evolution
from oqhs.analysis.change import CHANGE_COLUMNS, NOTICE
from oqhs.analysis.dates import DATES_COLUMNS
from oqhs.catalogue import load_catalogue
from oqhs.publish import evolutions, writers
from oqhs.publish.printed import INVENTED
from oqhs.terminal import print_changes

CATALOGUE = load_catalogue()
RATE, PEOPLE, INCOME = "taux_chomage_15_64", "population", "niveau_vie_median_mensuel"
ORVAL, PRES, DEPARTEMENT, COMMUNE = "QN99901I", "QN99902M", "999", "99901"
NAMES = {
    ORVAL: ("Orval", "dans le quartier Orval", "du quartier Orval"),
    PRES: ("Les Prés", "dans le quartier Les Prés", "du quartier Les Prés"),
    DEPARTEMENT: ("Val-Fictif", "dans le Val-Fictif", "du Val-Fictif"),
    COMMUNE: ("Le Bourg", "au Bourg", "du Bourg"),
}
FORMS = ("label", "label_article", "label_de")
TITLE = "Évolutions, édition 2024 et édition 2020"
BROUGHT = "ramené à un seul périmètre par les effectifs des IRIS"
ENLARGED = "quartier agrandi entre 2015 et 2024"


def spaced(text):
    """« _ » stands for U+202F, « ~ » for U+2212, « ° » for U+00A0."""
    return text.replace("_", "\u202f").replace("~", "\u2212").replace("°", "\u00a0")


def dated(indicator, territory, before, after, years=(2012, 2017), **told):
    usual = {"relation": "", "basis": "même périmètre", "origin": "insee", "caution": "", "reason": ""}
    usual |= {"territory_before": territory, "value_edition": after}
    values = {"year_before": years[0], "year": years[1], "value_before": before, "value": after}
    return {"indicator": indicator, "territory": territory} | values | usual | told


def table(*rows, pairs=((ORVAL, DEPARTEMENT),), prices="constants", names=NAMES, diffusion="partenaires"):
    """Word the changes of the territories of `pairs`, which are of each its code and its reference."""
    dates = pd.DataFrame(rows, columns=DATES_COLUMNS).astype({"year_before": "Int64", "year": "Int64"})
    dates = dates.astype(dict.fromkeys(["value_before", "value", "value_edition"], "float64"))
    codes, references = (pd.Series(column, dtype="str") for column in zip(*pairs, strict=True))
    to = pd.DataFrame({"territory": codes, "reference": "departement", "reference_territory": references})
    chosen = {name: CATALOGUE.indicators[name] for name in dict.fromkeys(row["indicator"] for row in rows)}
    moved = evolution(dates, to, chosen, CATALOGUE, on=dt.date(2024, 1, 1), prices=prices)
    return evolutions.worded(moved, CATALOGUE, lambda code, form: names[code][FORMS.index(form)], diffusion)


def both(indicator, mine, theirs, **told):
    """Give the table of Orval beside its département; both sides are (before, after[, years])."""
    return table(dated(indicator, ORVAL, *mine), dated(indicator, DEPARTEMENT, *theirs), **told)


def some(**told):
    """Give a table of every kind of row: a share, persons, an amount, and what is not comparable."""
    values = ((RATE, 19.5, 22, 12, 13), (PEOPLE, 4000, 3800, 1e6, 1.1e6), (INCOME, 1300, 1400, 2000, 2100))
    rows = []
    for name, before, after, first, last in values:
        rows += [dated(name, ORVAL, before, after), dated(name, DEPARTEMENT, first, last)]
        rows += [dated(name, PRES, np.nan, after, reason=ENLARGED)]
    return table(*rows, pairs=((ORVAL, DEPARTEMENT), (PRES, DEPARTEMENT)), **told)


def several():
    """Give a table of two territories, each beside a reference of its own."""
    rows = [dated(RATE, code, 19.5, 22.0) for code in (ORVAL, PRES, COMMUNE, DEPARTEMENT)]
    return table(*rows, pairs=((ORVAL, DEPARTEMENT), (PRES, COMMUNE)))


def printed(found, *, invented=False):
    """Give what a terminal shows."""
    console = Console(file=io.StringIO(), width=110, highlight=False)
    print_changes(console, found, TITLE, invented=invented)
    return console.file.getvalue()


@pytest.fixture
def written(tmp_path):
    """Write a table to a file and give its path."""

    def _written(suffix, found=None, *, invented=False):
        path = tmp_path / f"note.{suffix}"
        evolutions.write(some() if found is None else found, path, TITLE, invented=invented)
        return path

    return _written


def sheets(path):
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def number_formats(path):
    """Number formats of the cells of the first sheet that hold a number, by row."""
    with zipfile.ZipFile(path) as archive:
        styles, page = (archive.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles)) | {"3": "#,##0"}
    used = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    rows = [re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"><v>', row) for row in page.split("<row ")[1:]]
    return [[html.unescape(codes[used[int(style)]]) for style in row] for row in rows if row]


def text_of(path):
    """Everything a product says, whatever its format."""
    if path.suffix == ".xlsx":
        return "\n".join(str(cell) for rows in sheets(path).values() for row in rows for cell in row)
    return path.read_text(encoding="utf-8-sig")


# --- words and figures


@pytest.mark.parametrize(
    ("indicator", "mine", "theirs", "prices", "sentence"),
    [
        (  # 22,0 − 19,5 = 2,5, 0,5 a year ; 13,0 − 12,0 = 1,0 ; 2,5 − 1,0 = 1,5
            RATE, (19.5, 22.0), (12.0, 13.0), "constants",
            ("Taux de chômage des 15-64 ans du quartier Orval : 19,5°% en 2012, 22,0°% en 2017, soit +2,5°points en "
            "5 ans (+0,5°point par an) ; dans le Val-Fictif : +1,0°point ; évolution de l'écart : +1,5°point."),
        ),
        (  # −1,9 in one year of a source without rule ; −1,9 − 0,1 = −2,0
            "surface_arboree", (25.4, 23.5, (2021, 2022)), (32.0, 32.1, (2021, 2022)), "constants",
            ("Part de surface aérienne arborée (arbres et arbustes) du quartier Orval : 25,4°% en 2021, 23,5°% en 2022, "
            "soit ~1,9°point en 1 an (~1,9°point par an) ; dans le Val-Fictif : +0,1°point ; évolution de l'écart : "
            "~2,0°points."),
        ),
        (  # −200 / 4 000 = −5 % ; −200 / 5 = −40 ; 100 000 / 1 000 000 = 10 %
            PEOPLE, (4000, 3800), (1e6, 1.1e6), "constants",
            ("Population municipale du quartier Orval : 4_000 en 2012, 3_800 en 2017, soit ~200°habitants (~5,0°%) en "
            "5 ans (~40°habitants par an) ; dans le Val-Fictif : +10,0°%."),
        ),
        (  # 1 300 × 101,22 / 98,61 = 1 334,41 ; +65,59, 13,12 a year ; 2 100 − 2 052,94 = 47,06 ; 18,53
            INCOME, (1300, 1400), (2000, 2100), "constants",
            ("Niveau de vie mensuel médian des ménages du quartier Orval, en euros constants de 2017 : 1_334°€ en 2012, "
            "1_400°€ en 2017, soit +66°€ en 5 ans (+13°€ par an) ; dans le Val-Fictif : +47°€ ; évolution de l'écart : "
            "+19°€."),
        ),
        (  # 1 300 / 2 000 = 65 %, 1 323 / 2 100 = 63 %: −2,0 points, −0,4 a year, though an amount has no decimal
            INCOME, (1300, 1323), (2000, 2100), "part_reference",
            ("Niveau de vie mensuel médian des ménages du quartier Orval, en part de la référence : 65,0°% en 2012, "
            "63,0°% en 2017, soit ~2,0°points en 5 ans (~0,4°point par an) ; dans le Val-Fictif : 0,0°point ; "
            "évolution de l'écart : ~2,0°points."),
        ),
    ],
)  # fmt: skip
def test_a_reading_key_is_a_whole_french_sentence_and_ends_with_the_notice(
    indicator, mine, theirs, prices, sentence
):
    found = both(indicator, mine, theirs, prices=prices)
    assert found.loc[0, "reading_key"] == f"{spaced(sentence)} {NOTICE}"


def test_a_caution_stands_in_the_reading_key_before_the_notice():
    (key,) = table(dated(RATE, ORVAL, 19.5, 22.0, caution="partiel"))["reading_key"]
    assert key.endswith(spaced(f"(+0,5°point par an). Précaution : partiel. {NOTICE}"))


def test_what_has_no_change_says_so_and_why():
    found = table(dated(RATE, ORVAL, np.nan, 22.0, reason=ENLARGED)).iloc[0]
    assert found["reading_key"] == (
        f"Taux de chômage des 15-64 ans du quartier Orval : évolution non disponible ({ENLARGED})."
    )
    assert (found["change_affiche"], found["gap_change_affiche"]) == ("n. d.", "n. d.")
    assert (found["value_before_affiche"], found["value_affiche"]) == ("n. d.", spaced("22,0°%"))


def test_without_a_reference_the_sentence_stops_at_the_territory():
    found = table(dated(RATE, ORVAL, 19.5, 22.0), pairs=((ORVAL, None),)).iloc[0]
    assert found["reading_key"].endswith(spaced(f"(+0,5°point par an). {NOTICE}"))
    assert found["reference_label"] == ""


def test_an_estimate_on_one_perimeter_tells_what_the_edition_shows_beside_it():
    mine = dated(RATE, ORVAL, 20.0, 21.0, basis=BROUGHT, value_edition=30.0)
    found = table(mine, dated(RATE, DEPARTEMENT, 12.0, 13.0)).iloc[0]
    assert found["value_edition_affiche"] == spaced("30,0°%")
    assert spaced(" ; valeur de l'édition : 30,0°%. ") in found["reading_key"]
    assert "valeur de l'édition" not in both(RATE, (19.5, 22.0), (12.0, 13.0)).loc[0, "reading_key"]


def test_the_rows_stay_as_they_were_and_the_words_stand_after_them():
    found = some()
    assert list(found.columns) == [*CHANGE_COLUMNS, *evolutions.WORDED_COLUMNS]
    rates = found[found["indicator"] == RATE]
    assert rates["territory_label"].tolist() == ["Orval", "Les Prés"]
    assert rates["reference_label"].tolist() == ["Val-Fictif"] * 2
    assert set(rates["theme"]) == {CATALOGUE.themes[CATALOGUE.indicators[RATE].theme].label}
    assert set(found["diffusion"]) == {"partenaires"}


def test_the_label_of_an_amount_says_in_which_euros_or_that_it_is_a_share():
    usual = "Niveau de vie mensuel médian des ménages"
    constant = both(INCOME, (1300, 1400), (2000, 2100)).iloc[0]
    assert (constant["label"], constant["decimals"]) == (f"{usual}, en euros constants de 2017", 0)
    share = both(INCOME, (1300, 1323), (2000, 2100), prices="part_reference").iloc[0]
    assert (share["label"], share["decimals"]) == (f"{usual}, en part de la référence", 1)
    unknown = both(INCOME, (1300, 1400, (2005, 2017)), (2000, 2100, (2005, 2017))).iloc[0]
    assert unknown["label"] == usual


def test_a_change_of_nothing_has_no_sign():
    found = both(RATE, (20.0, 20.0), (12.0, 12.04)).iloc[0]
    assert found["change_affiche"] == found["change_per_year_affiche"] == spaced("0,0°point")
    # 0 − 0.04: nothing, once rounded
    assert found["gap_change_affiche"] == spaced("0,0°point")


def test_the_changes_that_are_worded_are_left_as_they_were():
    changes = several()[CHANGE_COLUMNS].set_index(pd.Index([7, 3]))
    before = changes.copy(deep=True)
    found = evolutions.worded(changes, CATALOGUE, lambda code, _form: NAMES[code][0], "public")
    pd.testing.assert_frame_equal(changes, before)
    assert found.index.tolist() == [7, 3]


# --- what stands above and below


def test_the_notice_the_reference_and_the_diffusion_stand_above():
    lines = evolutions.warnings_of(both(RATE, (19.5, 22.0), (12.0, 13.0)), invented=True)
    assert lines == [
        INVENTED, NOTICE, "Référence : Val-Fictif.", "Diffusion : partenaires des contrats de ville.",
    ]  # fmt: skip
    assert INVENTED not in evolutions.warnings_of(some(diffusion="interne"), invented=False)


def test_several_references_are_not_named_above():
    assert not [line for line in evolutions.warnings_of(several(), invented=False) if "Référence" in line]


@pytest.mark.parametrize(
    ("diffusion", "line"), [("interne", "Diffusion : interne."), ("public", "Diffusion : publique.")]
)
def test_to_whom_the_table_may_be_given_stands_above(diffusion, line):
    assert evolutions.warnings_of(some(diffusion=diffusion), invented=False)[-1] == line


def test_only_what_is_known_is_printed_under_french_headers():
    shown = evolutions.printed(some())
    assert shown["Territoire"].tolist() == ["Orval"] * 3
    assert set(shown["Années"]) == {"2012-2017"}
    assert shown["Évolution de l'écart"].tolist() == [spaced("+1,5°point"), "n. d.", spaced("+19°€")]


def test_a_caution_of_everything_is_told_once():
    values = {name: dated(name, ORVAL, 30.0, 31.0, caution="partiel ; estimé") for name in (RATE, PEOPLE)}
    assert evolutions.limits_of(table(*values.values())) == [
        "Tous les indicateurs : partiel.",
        "Tous les indicateurs : estimé.",
    ]


def test_a_caution_of_one_indicator_names_it_and_what_is_not_known_has_none():
    rows = [
        dated(RATE, ORVAL, 19.5, 22.0, caution="partiel"),
        dated(PEOPLE, ORVAL, 4000, 3800),
        dated("part_cadres", ORVAL, np.nan, 10.0, caution="approché", reason=ENLARGED),
    ]
    assert evolutions.limits_of(table(*rows)) == ["Taux de chômage des 15-64 ans : partiel."]


def test_a_caution_of_one_territory_of_several_names_it():
    rows = [dated(RATE, ORVAL, 19.5, 22.0, caution="partiel"), dated(RATE, PRES, 30.0, 31.0)]
    (line,) = evolutions.limits_of(table(*rows, pairs=((ORVAL, None), (PRES, None))))
    assert "Orval" in line
    assert "Les Prés" not in line


def test_what_cannot_be_compared_is_listed_once_per_reason_with_where():
    names = {f"QN9990{n}M": (f"Quartier {n}", "", "") for n in range(1, 5)}
    few, many = list(names)[:3], list(names)
    rows = [dated(RATE, code, np.nan, 22.0, reason=ENLARGED) for code in few]
    rows += [dated(PEOPLE, code, np.nan, 2200.0, reason="autre") for code in many]
    found = table(*rows, pairs=[(code, None) for code in many], names=names)
    lines = evolutions.unknown_of(found)
    assert f"Taux de chômage des 15-64 ans (Quartier 1 ; Quartier 2 ; Quartier 3) : {ENLARGED}." in lines
    assert "Population municipale (4 territoires) : autre." in lines


HOMONYMS = dict.fromkeys((ORVAL, PRES), ("Le Parc", "au Parc", "du Parc"))


def test_two_quartiers_of_one_name_that_cannot_be_compared_are_told_apart():
    rows = [dated(RATE, code, np.nan, 22.0, reason=ENLARGED) for code in HOMONYMS]
    (line,) = evolutions.unknown_of(table(*rows, pairs=[(code, None) for code in HOMONYMS], names=HOMONYMS))
    assert ORVAL in line
    assert PRES in line


def test_a_caution_of_one_of_two_quartiers_of_one_name_tells_which():
    rows = [dated(RATE, ORVAL, 19.5, 22.0, caution="partiel"), dated(RATE, PRES, 30.0, 31.0)]
    (line,) = evolutions.limits_of(table(*rows, pairs=[(code, None) for code in HOMONYMS], names=HOMONYMS))
    assert ORVAL in line


def test_two_quartiers_of_one_name_have_rows_that_differ_when_printed():
    rows = [dated(RATE, code, 19.5, 22.0) for code in HOMONYMS]
    found = table(*rows, pairs=[(code, None) for code in HOMONYMS], names=HOMONYMS)
    assert evolutions.printed(found)["Territoire"].nunique() == 2


# --- files


@pytest.mark.parametrize("suffix", ["csv", "md", "xlsx"])
def test_the_notice_is_in_every_file_and_invented_data_are_said_to_be(written, suffix):
    text = text_of(written(suffix))
    assert NOTICE in text
    assert INVENTED not in text
    invented = text_of(written(suffix, invented=True))
    assert NOTICE in invented
    assert (";True" if suffix == "csv" else INVENTED) in invented


@pytest.mark.parametrize("invented", [True, False])
def test_the_notice_is_on_the_terminal(invented):
    text = printed(some(), invented=invented)
    assert NOTICE in text
    assert (INVENTED in text) == invented
    assert TITLE in text


def test_every_row_of_a_csv_has_the_notice_numbers_are_numbers_and_display_stays_in_its_columns(written):
    path = written("csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text_of(path)), delimiter=";"))
    assert len(rows) == 6
    assert {row["notice"] for row in rows} == {NOTICE}
    people = next(row for row in rows if (row["indicator"], row["territory"]) == (PEOPLE, ORVAL))
    assert (people["change"], people["change_pct"], people["gap_change"]) == ("-200", "-5", "")
    assert people["change_affiche"] == spaced("~200°habitants (~5,0°%)")
    unknown = next(row for row in rows if (row["indicator"], row["territory"]) == (RATE, PRES))
    assert (unknown["value_before"], unknown["change"], unknown["reason"]) == ("", "", ENLARGED)


def test_a_markdown_file_has_its_table_its_sentences_and_what_cannot_be_compared(written):
    text = text_of(written("md"))
    assert text.startswith(f"# {TITLE}\n\n{NOTICE}\n\nRéférence : Val-Fictif.\n")
    rows = re.findall(r"^\| (?:Orval|Les Prés) \|.*$", text, flags=re.MULTILINE)
    assert len(rows) == 3
    assert spaced("| 4_000 | 3_800 |") in rows[0] + rows[1] + rows[2]
    sections = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert sections == ["Clés de lecture", "Précautions", "Sans évolution"]
    # six rows, of which three known: a sentence for each, every one with the notice
    keys = text.split("## Clés de lecture")[1].split("## Précautions")[0]
    assert keys.count("\n- ") == keys.count(NOTICE) == 3
    assert "- Les évolutions sont calculées avant arrondi.\n" in text
    assert ENLARGED in text.split("## Sans évolution")[1]


def test_a_bar_in_a_name_does_not_break_the_markdown_table(written):
    names = NAMES | {ORVAL: ("Orval | Nord", "dans Orval", "d'Orval")}
    text = text_of(written("md", some(names=names)))
    assert "| Orval \\| Nord |" in text


def test_figures_of_a_workbook_are_numbers_with_their_unit_in_their_format(written):
    found = sheets(written("xlsx"))
    assert list(found) == ["Évolutions", "Clés de lecture", "Notes", "Détail"]
    header = next(n for n, row in enumerate(found["Évolutions"]) if row[0] == "Territoire")
    rows = [
        dict(zip(found["Évolutions"][header], row, strict=True)) for row in found["Évolutions"][header + 1 :]
    ]
    by_label = {row["Indicateur"]: row for row in rows}
    assert len(rows) == 3
    people = by_label["Population municipale"]
    assert (people["Première valeur"], people["Seconde valeur"], people["Évolution"]) == (4000, 3800, -200)
    assert people["Évolution de l'écart"] == "n. d."
    rate = by_label["Taux de chômage des 15-64 ans"]
    assert (rate["Évolution"], rate["Évolution par an"], rate["Évolution de l'écart"]) == (2.5, 0.5, 1.5)
    assert isinstance(rate["Évolution"], float)
    assert (rate["Première année"], rate["Seconde année"]) == ("2012", "2017")
    assert all(any(NOTICE in map(str, row) for row in rows) for rows in found.values())


def test_cells_of_a_workbook_show_the_decimals_and_the_unit_of_their_indicator(written):
    def signed(text):
        return f"+{text};-{text};{text}"

    rate, points, euros = '#,##0.0" %"', '#,##0.0" pt"', '#,##0" €"'
    found = number_formats(written("xlsx"))
    # two values and that of the edition, the change, a year of it, that of the reference, that of the gap
    assert sorted(found) == sorted(
        [
            [rate] * 3 + [signed(points)] * 4,
            ["#,##0"] * 3 + [signed("#,##0")] * 2,  # no gap; that of the reference is a share, in words
            [euros] * 3 + [signed(euros)] * 4,
        ]
    )
    # a share of the reference is a percentage with one decimal, though an amount has none
    share = both(INCOME, (1300, 1323), (2000, 2100), prices="part_reference")
    assert number_formats(written("xlsx", share)) == [[rate] * 3 + [signed(points)] * 4]


def test_the_value_of_the_edition_is_a_number_of_a_workbook_or_said_to_be_missing(written):
    for value, cell in ((30.0, 30.0), (np.nan, "n. d.")):
        found = table(dated(RATE, ORVAL, 20.0, 21.0, basis=BROUGHT, value_edition=value))
        header, row = sheets(written("xlsx", found))["Évolutions"][-2:]
        assert row[header.index("Valeur de l'édition")] == cell
        assert (row[header.index("Seconde valeur")], row[header.index("Comparaison")]) == (21.0, BROUGHT)


@pytest.mark.parametrize("suffix", ["csv", "md", "xlsx"])
def test_a_table_without_any_change_is_written_with_its_reasons_and_the_notice(written, suffix):
    text = text_of(written(suffix, table(dated(RATE, ORVAL, np.nan, 22.0, reason=ENLARGED))))
    assert NOTICE in text
    assert ENLARGED in text


def test_the_reference_has_a_column_in_a_workbook_where_there_are_several(written):
    assert not any("Référence" in row for row in sheets(written("xlsx"))["Évolutions"])
    assert any("Référence" in row for row in sheets(written("xlsx", several()))["Évolutions"])


@pytest.mark.parametrize("name", ["=1+1", "+33", "@SUM(A1)", "-2"])
def test_a_name_that_looks_like_a_formula_stays_a_name_in_a_workbook(written, name):
    path = written("xlsx", some(names=NAMES | {ORVAL: (name, "ici", "d'ici")}))
    assert name in [row[0] for row in sheets(path)["Évolutions"]]
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(entry) for entry in archive.namelist() if "worksheets" in entry)


@pytest.mark.parametrize(
    ("suffix", "writer"), [("csv", "write_csv"), ("md", "markdown"), ("xlsx", "write_workbook")]
)
def test_a_failure_while_writing_leaves_no_file_and_the_one_that_was_there(
    written, tmp_path, monkeypatch, suffix, writer
):
    def fail(*_args, **_options):
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(writers, writer, fail)
        with pytest.raises(OSError, match="no space"):
            written(suffix)
        assert list(tmp_path.iterdir()) == []
    path = written(suffix)
    before = path.read_bytes()
    monkeypatch.setattr(writers, writer, fail)
    with pytest.raises(OSError, match="no space"):
        written(suffix)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


# --- terminal


def test_the_terminal_shows_each_change_beside_that_of_its_reference():
    text = printed(both(RATE, (19.5, 22.0), (12.0, 13.0)))
    assert "Orval (QN99901I)" in text
    (line,) = [line for line in text.splitlines() if "2012-2017" in line]
    assert [cell for cell in re.split(r" {2,}", line.strip()) if cell][1:] == [
        "2012-2017",
        *map(spaced, ("19,5°%", "22,0°%", "+2,5°points", "+1,0°point", "+1,5°point")),
    ]


def test_a_name_in_brackets_is_no_markup_of_the_terminal():
    assert "[bold]Orval[/]" in printed(some(names=NAMES | {ORVAL: ("[bold]Orval[/]", "ici", "d'ici")}))


def test_a_territory_without_a_change_has_no_table_on_the_terminal():
    assert printed(some()).count("Indicateur ") == 1


def test_references_that_differ_are_named_on_the_terminal():
    text = printed(several())
    assert "Val-Fictif" in text
    assert "Le Bourg" in text
