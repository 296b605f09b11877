import dataclasses

import pandas as pd
import pytest
import small_edition
from portraits_support import plain, row, section

from oqhs.errors import UnknownError
from oqhs.publish.portrait.document import Notes
from oqhs.publish.portrait.portrait import portrait_of


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return small_edition.edition(tmp_path_factory.mktemp("portrait") / "data")


@pytest.fixture(scope="module")
def inside(edition):
    """Give the same edition as the observatory sees it: samples this small are told to nobody else."""
    return edition.told_to("interne")


@pytest.fixture(scope="module")
def contents(edition):
    return edition.contents()[0]


def test_a_fiche_says_who_the_quartier_is(edition):
    facts = {one.lead: one.text for one in section(edition.portrait("QN99902M").document, "Identité").facts}
    assert facts["Code"] == "QN99902M"
    assert facts["Communes"] == "Le Bourg (99901) et Orval (99902)"
    assert facts["EPT"] == "T98"
    assert facts["Département"] == "Val-Fictif"
    assert facts["Périmètre"] == "quartiers prioritaires de 2024"


def test_a_value_stands_beside_those_of_its_commune_its_ept_the_departement_and_all_the_quartiers(inside):
    # 40/50 = 80 % ; Le Bourg 300/1 000 = 30 % ; EPT and département (300 + 150)/1 500 = 30 %.
    # All the quartiers: (40 + 60 + 5)/(50 + 100 + 10) = 65,625 %.
    cells = row(inside.portrait("QN99901M").document, "Ménages locataires d'un logement social")
    told = {header: plain(cell.text) for header, cell in cells.items()}
    assert told["Quartier"] == "80,0 %"
    assert [told[name] for name in ("Commune", "EPT", "Département")] == ["30,0 %"] * 3
    assert told["Ensemble des QPV"] == "65,6 %"
    assert told["Écart au département"] == "+50,0 points"


def test_a_neutral_indicator_has_no_side_and_no_colour(inside):
    cells = row(inside.portrait("QN99901M").document, "Ménages locataires d'un logement social")
    assert cells["Lecture de l'écart"].text == "indicateur neutre"
    assert {cell.tone for cell in cells.values()} == {""}


def test_an_unfavourable_gap_says_so_in_words(edition):
    # 40,0 − 17,2 = 22,8 points of poverty more than the département.
    cells = row(edition.portrait("QN99901M").document, "Taux de pauvreté")
    assert plain(cells["Écart au département"].text) == "+22,8 points"
    assert cells["Lecture de l'écart"].text == "moins favorable"
    assert cells["Lecture de l'écart"].under == "écart"


def test_a_secret_value_says_that_it_is_one_and_is_nowhere_a_zero(edition):
    cells = row(edition.portrait("QN99903M").document, "Taux de pauvreté")
    assert cells["Quartier"].text == "secret"
    assert cells["Quartier"].meaning == "valeur couverte par le secret statistique"
    assert cells["Écart au département"].text == "secret"
    assert cells["Lecture de l'écart"].meaning == "valeur couverte par le secret statistique"


def test_no_value_is_blank(edition):
    for code in ("QN99901M", "QN99902M", "QN99903M"):
        table = section(edition.portrait(code).document, "Indicateurs et comparaisons").tables[0]
        for group in table.groups:
            for cells in group.rows:
                assert all(cell.text for cell in cells[:-1])  # the last column calls the notes


def test_an_indicator_that_is_not_planned_says_why_in_a_note(edition):
    document = edition.portrait("QN99901M").document
    cells = row(document, "Taux de chômage des 15-24 ans")
    assert cells["Quartier"].text == "n. d."
    number = int(cells["Notes"].text)
    assert section(document, "Notes").numbered[number - 1] == "L'édition ne prévoit pas cet indicateur."


def test_a_flag_is_told_with_its_reading_key(edition):
    items = section(edition.portrait("QN99901M").document, "Décrochages et autres signalements").items
    assert [one.lead for one in items] == ["Écart"]
    assert "contre 17,2 % dans le Val-Fictif, soit 22,8 points de plus" in plain(items[0].text)


def test_a_quartier_without_flag_says_so(edition):
    told = section(edition.portrait("QN99903M").document, "Décrochages et autres signalements")
    assert not told.items
    assert told.lines[0].startswith("Aucun signalement")


def test_neither_a_rank_nor_what_is_to_be_confirmed_is_told_to_partners(edition):
    for code in ("QN99901M", "QN99902M", "QN99903M", "T98"):
        text = str(edition.portrait(code).document.data).lower()
        assert "à confirmer" not in text
        assert "rang" not in text
        assert "position parmi" not in text


def test_a_position_among_the_quartiers_is_never_told(contents):
    ranked = contents.flags.assign(kind="position", sentence="Premier des quartiers.")
    document = portrait_of(dataclasses.replace(contents, flags=ranked), "QN99901M").document
    assert "Premier des quartiers" not in str(document.data)


def test_what_is_told_is_what_the_contents_hold_and_nothing_else(inside):
    # 40/50 = 80 % is hidden in the contents: it may not come back from anywhere.
    contents = inside.contents()[0]
    hidden = {"value": float("nan"), "gap": float("nan"), "status": "secret"}
    tables = {}
    for name in ("gaps", "observations"):
        rows = getattr(contents, name).copy()
        own = (rows["territory"] == "QN99901M") & (rows["indicator"] == "locataires_hlm")
        for column in rows.columns.intersection(list(hidden)):
            rows.loc[own, column] = hidden[column]
        tables[name] = rows
    document = portrait_of(dataclasses.replace(contents, **tables), "QN99901M").document
    assert row(document, "Ménages locataires d'un logement social")["Quartier"].text == "secret"
    assert "80,0" not in str(section(document, "Indicateurs et comparaisons"))


def test_a_sample_too_small_for_partners_is_told_to_none_of_them(edition):
    cells = row(edition.portrait("QN99901M").document, "Ménages locataires d'un logement social")
    assert cells["Quartier"].text == "non sign."
    assert cells["Quartier"].meaning == "valeur non significative"


def test_an_ept_counts_the_quartiers_that_drop_out_among_those_whose_gap_is_told(edition):
    document = edition.portrait("T98").document
    cells = row(document, "Taux de pauvreté", "Le territoire et ses références")
    # Two rates are told, the third is secret; each has one gap only: nothing confirms a décrochage.
    assert cells["Quartiers en décrochage"].text == "0 sur 2"
    assert (
        row(document, "Population de moins de 18 ans", "Le territoire et ses références")[
            "Quartiers en décrochage"
        ].text
        == "neutre"
    )


def test_the_quartiers_of_an_ept_stand_in_the_order_of_their_codes(edition):
    tables = section(edition.portrait("T98").document, "Les quartiers, thème par thème").tables
    for table in tables:
        names = [cells[0].text for cells in table.groups[0].rows]
        assert names == ["Les Bleuets", "Le Gué", "Haut Val", "Département", "Ensemble des QPV"]


def test_a_list_of_quartiers_is_one_document_whatever_their_order(edition):
    asked = ["QN99903M", "QN99901M", "QN99903M"]
    document = edition.portrait(asked).document
    assert document.title == "Les Bleuets et Haut Val"
    assert document.data == edition.portrait(sorted(set(asked))).document.data


def test_a_commune_is_told_with_the_quartiers_that_lie_in_it(edition):
    facts = {one.lead: one.text for one in section(edition.portrait("99902").document, "Identité").facts}
    assert facts["2 quartiers"] == "Le Gué (QN99902M) et Haut Val (QN99903M)"


def test_sources_are_told_with_their_years_and_licences(edition):
    lines = section(edition.portrait("QN99901M").document, "Sources").lines
    assert (
        "Insee, Recensement de la population, 2020, périmètre cog2021 et qpv2024, "
        "Licence Ouverte 2.0 (Etalab)."
    ) in lines


def test_an_attribution_that_a_licence_asks_for_is_printed(contents):
    asked = dict.fromkeys(contents.inputs, "© les contributeurs d'OpenStreetMap")
    document = portrait_of(dataclasses.replace(contents, attributions=asked), "QN99901M").document
    assert any("© les contributeurs d'OpenStreetMap" in line for line in section(document, "Sources").lines)


def test_the_map_says_in_words_what_it_shows(edition):
    drawn = section(edition.portrait("QN99902M").document, "Identité").map
    assert drawn.alt == "Carte de situation du quartier Le Gué. Communes : Le Bourg et Orval."


def test_a_quartier_without_outline_has_no_map_and_says_so(contents):
    bare = contents.territories.copy()
    bare["geometry"] = None
    told = section(
        portrait_of(dataclasses.replace(contents, territories=bare), "QN99901M").document, "Identité"
    )
    assert told.map is None
    assert told.lines == ("Carte non disponible : l'édition ne tient aucun contour.",)
    assert "Surface" not in {one.lead for one in told.facts}


def test_an_edition_compared_with_none_says_so(edition):
    told = section(edition.portrait("QN99901M").document, "Évolution")
    assert told.lines == ("Non disponible : l'édition n'est comparée avec aucune autre.",)


def test_the_portrait_follows_the_diffusion_of_the_edition(edition):
    assert "partenaires" in edition.portrait("QN99901M").document.foot
    assert "interne" in edition.told_to("interne").portrait("QN99901M").document.foot


@pytest.mark.parametrize("asked", ["QN94999M", "T97", "999", "", ["QN99901M", "QN94999M"]])
def test_an_unknown_territory_is_refused_with_those_that_exist(edition, asked):
    with pytest.raises(UnknownError, match="no such quartier") as refused:
        edition.portrait(asked)
    assert "QN99901M" in str(refused.value)


def test_a_list_of_no_quartier_is_refused(edition):
    with pytest.raises(UnknownError, match="one quartier at least"):
        edition.portrait([])


def test_the_contents_are_left_as_they_were(contents):
    before = {name: getattr(contents, name).copy() for name in ("gaps", "flags", "observations")}
    portrait_of(contents, "QN99901M")
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(contents, name), table)


def test_a_note_is_told_once_and_numbered_in_the_order_of_its_calls():
    notes = Notes()
    calls = [notes.call([text]) for text in ("un ; deux", "deux ; trois", "un ; trois ; quatre", "")]
    assert calls == ["1–2", "2–3", "1, 3–4", ""]
    assert notes.texts == ["Un.", "Deux.", "Trois.", "Quatre."]
