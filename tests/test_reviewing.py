"""The yearly review of three quartiers in two communes and one EPT, then of the demonstration."""

import re

import numpy as np
import pandas as pd
import pytest
from small_edition import edition, write_data

import oqhs
from oqhs.cli.reviews import review as review_command
from oqhs.demo.actions import action_files
from oqhs.errors import DataError, OqhsError, UnknownError
from oqhs.observatory import Observatory
from oqhs.publish.document_files import write_document
from oqhs.reviewing import edition_year, reviewed
from oqhs.studies.actions import built_in_actions, progress, read, read_grants

QUARTIERS = ("QN99901M", "QN99902M", "QN99903M")
HEADER = "action;indicateur;territoire;periode;cible;realise;source"
LINES = """education;collegiens;QN99901M;2025;40;4;Éducation, bilan
education;collegiens;QN99902M;2025;40;30;Éducation, bilan
education;collegiens;QN99903M;2025;40;nd;Éducation, bilan
education;collegiens;QN99902M;2024;40;20;Éducation, bilan
bien_vieillir;acteurs_locaux;T98;2025;10;5;Autonomie, bilan
precarite_energetique;bilans_slime;999;2025;2;1;Habitat, bilan
"""
GRANTS = """dossier;territoire;annee;montant_demande;montant_accorde;thematique
IP-1;QN99901M;2025;1 000;600;sport
IP-2;QN99902M;2025;500;nd;culture
IP-3;QN99902M;2024;300;300;culture
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suivi")
    (folder / "suivi.csv").write_text(f"{HEADER}\n{LINES}", encoding="utf-8")
    (folder / "aides.csv").write_text(GRANTS, encoding="utf-8")
    return read(folder / "suivi.csv"), read_grants(folder / "aides.csv")


@pytest.fixture(scope="module")
def review(small, tables):
    return reviewed(small, 2025, *tables)


def part(document, heading):
    (found,) = [one for one in document.parts if one.heading == heading]
    return found


def cells(rows):
    return [[cell.replace("\u00a0", " ") for cell in line] for line in rows.frame.to_numpy().tolist()]


def test_it_says_what_it_is_whose_year_and_how_far_it_goes(review):
    assert review.title == "Revue annuelle 2025 de la feuille de route politique de la ville"
    assert review.above[0].startswith("DONNÉES INVENTÉES")
    assert review.above[1:] == (
        "Année suivie : 2025. Indicateurs : édition 2024, quartiers prioritaires de 2024.",
        "Diffusion : partenaires des contrats de ville.",
    )


def test_dates_that_do_not_agree_are_told(review):
    told = " ".join(part(review, "Ce qu'est ce document").lines)
    assert "Les actions sont celles de 2025 ; les indicateurs portent sur 2020." in told
    assert "pas d'édition 2025 ici : celle de 2024 est reprise" in told
    assert any("44, dont 27" in line for line in part(review, "Éducation").lines)


def test_the_follow_up_of_an_action_is_told_for_the_departement_and_the_ept(review):
    rows = part(review, "Bien vieillir dans les quartiers").tables[0]
    assert rows.groups == ("Acteurs locaux impliqués (acteurs)",)
    assert cells(rows) == [["T98", "10", "5", "50 %", "–"]]


def test_a_hidden_count_stands_nowhere_in_the_document(review, tables, small):
    # 4 collégiens in QN99901M; with the 30 of QN99902M they would be 34 in the EPT and the département
    inner = progress(tables[0], small.geography, built_in_actions(), diffusion="interne")
    whole = inner[(inner["territory"] == "999") & (inner["indicator"] == "collegiens")]
    assert whole.loc[whole["period"] == 2025, "achieved"].tolist() == [34]
    rows = part(review, "Annexe : suivi par quartier").tables[0]
    told = dict(zip(rows.frame["Territoire"], rows.frame["Réalisé"], strict=True))
    assert told["Les Bleuets"] == "secret"
    assert told["Haut Val"] == "n. d."
    above = [line[2].removeprefix("au moins ") for line in cells(part(review, "Éducation").tables[0])]
    seen = [told["Le Gué"], *above]
    # never both the part that is left and the whole
    assert not ({"30"} & set(seen) and {"34"} & set(seen))


def test_the_observatory_alone_sees_everything(small, tables):
    inner = reviewed(small, 2025, *tables, diffusion="interne")
    rows = part(inner, "Annexe : suivi par quartier").tables[0]
    assert rows.frame.loc[rows.frame["Territoire"] == "Les Bleuets", "Réalisé"].tolist() == ["4"]
    assert inner.above[-1] == "Diffusion : interne."


def test_a_review_goes_no_farther_than_its_edition(small, tables):
    assert reviewed(small, 2025, *tables, diffusion="public").above[-1].startswith("Diffusion : partenaires")


def test_linked_indicators_have_their_gap_and_its_sense(review):
    rows = part(review, "Insertion et retour à l'emploi").tables[-1]
    (line,) = [one for one in cells(rows) if "15-64" in one[0]]
    # 75/320 against 300/3 000: 23,4 % and 10,0 %, 13,4 points more unemployment
    assert [one for one in line if one][-5:] == ["23,4 %", "10,0 %", "+13,4 points", "défavorable", "2020"]


def test_what_has_no_figure_is_named(review):
    told = " ".join(part(review, "Accès à la culture, « MAC VAL dans tous ses quartiers »").lines)
    assert "Sans chiffre en 2025 : Habitants participants et Séances de médiation." in told
    assert "que la fiche ne demande pas" in told
    overview = " ".join(part(review, "Avancement des fiches action").lines)
    assert "sans total du département : Acteurs locaux impliqués." in overview


def test_the_picture_is_a_png_with_words(review):
    (picture,) = part(review, "Avancement des fiches action").pictures
    assert picture.png.startswith(b"\x89PNG")
    assert "Bilans du programme SLIME : 50\u00a0%" in picture.alt


def test_grants_are_told_as_a_minimum_where_an_amount_is_not_known(review):
    totals, themes = part(review, "Initiatives de proximité").tables
    # QN99901M is in T98 as both communes are; 600 € are known of two applications
    narrow = [[cell.replace("\u202f", " ") for cell in line] for line in cells(totals)]
    assert narrow[0] == ["Val-Fictif", "2", "au moins 1", "1 500 €", "au moins 600 €", "300 €"]
    assert cells(themes) == [["culture", "1", "–"], ["sport", "1", "600 €"]]

    assert totals.below == (
        "au moins : le montant de certains dossiers n'est pas connu.",
        "Aidés : dossiers dont le montant accordé est connu et n'est pas nul.",
    )


def written(document):
    """Give every text of a document."""
    rows = [rows for one in document.parts for rows in one.tables]
    lines = [line for one in document.parts for line in one.lines]
    lines += [line for one in rows for line in one.below]
    return " ".join(
        [*document.above, *lines, *(cell for one in rows for line in cells(one) for cell in line)]
    )


def test_no_text_of_the_files_tells_who_somebody_is_outside_the_observatory(small, tables):
    table, grants = tables
    table = table.assign(source="Mme Durand, CCAS ; bilan", note="vu avec M. Diallo")
    grants = grants.assign(theme=["culture", "sport avec M. Koné", "culture"])
    for diffusion in ("partenaires", "interne"):
        document = reviewed(small, 2025, table, grants, diffusion=diffusion)
        names = [name for name in ("Durand", "Diallo", "Koné") if name in written(document)]
        assert names == ([] if diffusion == "partenaires" else ["Durand", "Diallo", "Koné"])
    shown = reviewed(small, 2025, table, grants)
    aside = "mention écartée : elle peut faire reconnaître quelqu'un"
    assert f"Suivi des fiches action : {aside}." in part(shown, "Sources").lines
    themes = part(shown, "Initiatives de proximité").tables[1]
    assert themes.frame["Thématique"].tolist() == ["culture", aside]


def test_a_year_without_follow_up_and_an_empty_table_are_told(small, tables):
    with pytest.raises(DataError, match="nothing is followed that year") as caught:
        reviewed(small, 2030, *tables)
    assert (caught.value.problems[0].found, caught.value.problems[0].allowed) == (2030, "2024, 2025")
    with pytest.raises(DataError, match="no row of follow-up"):
        reviewed(small, 2025, tables[0].iloc[:0])


def test_without_grants_there_is_no_part_about_them(small, tables):
    headings = [one.heading for one in reviewed(small, 2025, tables[0]).parts]
    assert "Initiatives de proximité" not in headings


def test_both_formats_are_written_alike_each_time(review, tmp_path):
    pytest.importorskip("docx")
    for suffix in (".html", ".docx"):
        for name in ("a", "b"):
            write_document(review, tmp_path / f"{name}{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert re.search(r'<img alt="Graphique en barres[^"]+" src="data:image/png;base64,', page)


def test_another_format_is_refused(review, tmp_path):
    with pytest.raises(OqhsError, match="no such format for a document"):
        write_document(review, tmp_path / "revue.pdf")


def test_the_edition_of_a_review_is_the_last_one_before():
    assert [edition_year([2020, 2024], year) for year in (2020, 2023, 2024, 2030)] == [2020, 2020, 2024, 2024]
    with pytest.raises(UnknownError, match="no edition of that year or before"):
        edition_year([2020, 2024], 2019)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a data folder whose files of follow-up and of grants are those written here."""
    data = write_data(tmp_path / "data")
    files = {"actions": ("suivi.csv", f"{HEADER}\n{LINES}"), "grants": ("aides.csv", GRANTS)}
    held = {}
    for layout, (name, text) in files.items():
        held[layout] = [tmp_path / name]
        held[layout][0].write_text(text, encoding="utf-8")
    monkeypatch.setattr(Observatory, "files", lambda _, layout: held[layout], raising=False)
    return data, held


def test_the_command_writes_the_review_and_files_without_a_card_stay_inside(folder, tmp_path):
    data, _ = folder
    review_command(2025, tmp_path / "revue.html", data=data)
    page = (tmp_path / "revue.html").read_text(encoding="utf-8")
    assert "<h1>Revue annuelle 2025" in page
    assert "Diffusion : interne." in page


def test_the_command_tells_a_folder_that_follows_no_action(folder, tmp_path):
    data, held = folder
    held["actions"] = []
    with pytest.raises(DataError, match="follows no action") as caught:
        review_command(2025, tmp_path / "revue.html", data=data)
    assert "oqhs add" in caught.value.problems[0].todo
    assert not (tmp_path / "revue.html").exists()


def test_the_command_refuses_an_application_of_two_files(folder, tmp_path):
    data, held = folder
    again = tmp_path / "autres.csv"
    again.write_text("\n".join(GRANTS.splitlines()[:2]) + "\n", encoding="utf-8")
    held["grants"].append(again)
    with pytest.raises(DataError, match="stands in another file too") as caught:
        review_command(2025, tmp_path / "revue.html", data=data)
    assert (caught.value.problems[0].file, caught.value.problems[0].found) == (str(again), "IP-1")
    assert not (tmp_path / "revue.html").exists()


def test_the_command_reads_the_fiches_of_the_user(folder, tmp_path):
    data, held = folder
    held["actions"][0].write_text(f"{HEADER}\njeux;joueurs;999;2025;4;3;bilan\n", encoding="utf-8")
    with pytest.raises(DataError, match="no such action"):
        review_command(2025, tmp_path / "revue.html", data=data)
    (data / "actions.yaml").write_text(
        "actions: {jeux: {label: Jeux, objective: Jouer, public: Tous, direction: Sports, when: Été,"
        " reference: Essai, follow_ups: {joueurs: {label: Parties, unit: parties}}}}",
        encoding="utf-8",
    )
    review_command(2025, tmp_path / "revue.html", data=data)
    assert '<h2 id="p8">Jeux</h2>' in (tmp_path / "revue.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for name, content in action_files().items():
        (folder / name).write_bytes(content)
    return read(folder / "fiches_action_999.csv"), read_grants(folder / "initiatives_proximite_999.csv")


def test_the_demonstration_holds_each_kind_of_cell(demo):
    table, grants = demo
    assert {"observed", "secret", "not_available"} <= set(table["status"])
    assert table["target"].isna().any()
    assert set(table["period"]) == set(grants["year"]) == {2024, 2025, 2026}
    assert grants["granted_eur"].isna().any()
    assert action_files() == action_files()


def test_the_figures_of_the_demonstration_are_protected(demo):
    table, _ = demo
    geography, actions = oqhs.open("data").edition(2024).geography, built_in_actions()
    inner, shown = (progress(table, geography, actions, diffusion=one) for one in ("interne", "partenaires"))
    people = [
        actions.follow_up(*pair).persons for pair in zip(inner["action"], inner["indicator"], strict=True)
    ]
    small = pd.Series(people) & inner["achieved"].between(1, 10)
    assert small.sum() >= 3
    assert shown.loc[small, "achieved"].isna().all()
    partial = inner["summed"] & (inner["n_known"] < inner["n_total"])
    assert inner.loc[partial, "note"].str.contains("partiel|aucun").all()
    assert inner["note"].str.contains("n'est pas la somme").any()
    assert np.isfinite(inner["rate_pct"].dropna()).all()
