"""History told: a sentence for each relation, in both directions, with the shares the right way round."""

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import history
from oqhs.analysis.history import ANCESTOR, DESCENDANT, HISTORY_COLUMNS, attributes_told
from oqhs.text import NO_BREAK_SPACE

LABELS = {
    "QP999001": "Orval",
    "QP999002": "Le Bourg",
    "QN99901M": "Orval-Nord",
    "QN99902M": "Les Prés",
}
PERIMETERS = ("qpv2015", "qpv2024")
OLD, NEW = "quartier Orval (QP999001)", "quartier Orval-Nord (QN99901M)"
# Orval gives 40 % of its surface and half of its people to Orval-Nord, of which they make 80 % and 90 %.
OF_OLD, OF_NEW = (0.4, 0.5), (0.8, 0.9)
OLD_PART, NEW_PART = (
    "40,0 % de la surface et 50,0 % des habitants",
    "80,0 % de la surface et 90,0 % des habitants",
)


def linked(relation, old="QP999001", new="QN99901M", of_old=OF_OLD, of_new=OF_NEW):
    return {
        "code_old": old,
        "code_new": new,
        "relation": relation,
        "share_old": of_old[0],
        "share_new": of_new[0],
        "share_old_population": of_old[1],
        "share_new_population": of_new[1],
    }


def entered():
    return linked("entrant", old=None, of_old=(np.nan, np.nan), of_new=(np.nan, np.nan))


def left():
    return linked("sortant", new=None, of_old=(np.nan, np.nan), of_new=(np.nan, np.nan))


def told(role, *links):
    passage = pd.DataFrame(links, columns=list(linked(""))).astype({"code_old": "str", "code_new": "str"})
    return history(passage, role, LABELS, PERIMETERS)


def sentence(role, link):
    return told(role, link).loc[0, "sentence"].replace(NO_BREAK_SPACE, " ")


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        ("inchangé", f"Limites inchangées depuis 2015, au tracé près : {OLD}."),
        ("agrandi", f"Agrandi depuis 2015 : le {OLD} en représente {NEW_PART}."),
        ("réduit", f"Réduit depuis 2015 : il garde {OLD_PART} du {OLD}."),
        ("remanié", f"Remanié depuis 2015 : il garde {OLD_PART} du {OLD}, qui en représente {NEW_PART}."),
        ("fusion", f"Issu d'une fusion : il garde {OLD_PART} du {OLD}, qui en représente {NEW_PART}."),
        ("scission", f"Issu d'une scission : il garde {OLD_PART} du {OLD}."),
        ("indéterminé", "Passé inconnu : un tracé du département manque à l'une des deux dates."),
    ],
)
def test_a_new_quartier_tells_what_it_came_from(relation, words):
    assert sentence(ANCESTOR, linked(relation)) == words


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        ("inchangé", f"Limites inchangées en 2024, au tracé près : {NEW}."),
        ("agrandi", f"Agrandi en 2024 : il représente {NEW_PART} du {NEW}."),
        ("réduit", f"Réduit en 2024 : le {NEW} en garde {OLD_PART}."),
        (
            "remanié",
            f"Remanié en 2024 : le {NEW} en garde {OLD_PART}, soit {NEW_PART} du nouveau quartier.",
        ),
        ("fusion", f"Fusionné en 2024 : le {NEW} en garde {OLD_PART}."),
        ("scission", f"Scindé en 2024 : le {NEW} en garde {OLD_PART}."),
        ("indéterminé", "Suite inconnue : un tracé du département manque à l'une des deux dates."),
    ],
)
def test_an_old_quartier_tells_what_it_became(relation, words):
    assert sentence(DESCENDANT, linked(relation)) == words


def test_a_quartier_that_entered_has_no_ancestor_and_one_that_left_no_descendant():
    assert sentence(ANCESTOR, entered()) == (
        "Entré dans la géographie prioritaire : aucun quartier de 2015 n'était là."
    )
    assert sentence(DESCENDANT, left()) == (
        "Sorti de la géographie prioritaire : aucun quartier de 2024 n'est là."
    )


@pytest.mark.parametrize(("role", "link"), [(ANCESTOR, entered()), (DESCENDANT, left())])
def test_without_a_counterpart_neither_a_name_nor_a_share_is_given(role, link):
    found = told(role, link).iloc[0]
    parts = ["other", "label", "share", "share_population", "share_other", "share_other_population"]
    assert found[parts].isna().all()
    assert "nan" not in found["sentence"]


def test_who_is_not_of_the_side_asked_for_is_not_told():
    assert told(ANCESTOR, left()).empty
    assert told(DESCENDANT, entered()).empty
    assert list(told(ANCESTOR, left()).columns) == HISTORY_COLUMNS


def test_an_undetermined_quartier_without_a_counterpart_tells_so_in_both_directions():
    unknown = (np.nan, np.nan)
    before = linked("indéterminé", old=None, of_old=unknown, of_new=unknown)
    after = linked("indéterminé", new=None, of_old=unknown, of_new=unknown)
    assert sentence(ANCESTOR, before).startswith("Passé inconnu")
    assert sentence(DESCENDANT, after).startswith("Suite inconnue")


@pytest.mark.parametrize(
    ("role", "code", "other", "perimeter", "own", "theirs"),
    [
        (ANCESTOR, "QN99901M", "QP999001", "qpv2015", OF_NEW, OF_OLD),
        (DESCENDANT, "QP999001", "QN99901M", "qpv2024", OF_OLD, OF_NEW),
    ],
)
def test_shares_are_those_of_the_quartier_first_and_those_of_its_counterpart_then(
    role, code, other, perimeter, own, theirs
):
    found = told(role, linked("remanié")).iloc[0]
    assert (found["territory"], found["role"], found["relation"]) == (code, role, "remanié")
    assert (found["other"], found["label"], found["perimeter"]) == (other, LABELS[other], perimeter)
    assert (found["share"], found["share_population"]) == own
    assert (found["share_other"], found["share_other_population"]) == theirs
    assert found[["attribute", "value"]].isna().all()


def test_people_are_left_out_of_the_sentence_when_they_are_not_known():
    link = linked("remanié", of_old=(0.4, np.nan), of_new=(0.8, np.nan))
    assert sentence(ANCESTOR, link) == (
        f"Remanié depuis 2015 : il garde 40,0 % de la surface du {OLD}, qui en représente 80,0 % de la surface."
    )
    assert sentence(DESCENDANT, link) == (
        f"Remanié en 2024 : le {NEW} en garde 40,0 % de la surface, soit 80,0 % de la surface du "
        "nouveau quartier."
    )


def test_people_known_on_one_side_alone_are_told_on_that_side_alone():
    link = linked("remanié", of_old=(0.4, np.nan))
    assert sentence(ANCESTOR, link) == (
        f"Remanié depuis 2015 : il garde 40,0 % de la surface du {OLD}, qui en représente {NEW_PART}."
    )


def test_percents_are_written_in_the_french_way():
    link = linked("réduit", of_old=(0.12345, 0.0625))  # 12,345 and 6,25, a tie that goes up
    words = told(ANCESTOR, link).loc[0, "sentence"]
    assert f"12,3{NO_BREAK_SPACE}% de la surface et 6,3{NO_BREAK_SPACE}% des habitants" in words


def test_a_quartier_has_a_row_for_each_of_its_counterparts_sorted_whatever_the_order_of_the_crosswalk():
    links = [
        linked("fusion", old="QP999002", new="QN99902M"),
        linked("fusion", old="QP999001", new="QN99902M"),
        linked("agrandi", old="QP999003", new="QN99901M"),
    ]
    found = told(ANCESTOR, *links)
    assert found["territory"].tolist() == ["QN99901M", "QN99902M", "QN99902M"]
    assert found["other"].tolist() == ["QP999003", "QP999001", "QP999002"]
    assert found.index.tolist() == [0, 1, 2]
    pd.testing.assert_frame_equal(found, told(ANCESTOR, *reversed(links)))


def test_two_editions_on_one_perimeter_name_its_year():
    passage = pd.DataFrame([linked("inchangé", old="QN99901M", of_old=(1.0, 1.0), of_new=(1.0, 1.0))])
    found = history(passage, ANCESTOR, LABELS, ("qpv2024", "qpv2024"))
    assert found.loc[0, "sentence"] == f"Limites inchangées depuis 2024, au tracé près : {NEW}."


def test_another_role_is_refused():
    with pytest.raises(KeyError, match="cousin"):
        told("cousin", linked("agrandi"))


def test_the_crosswalk_is_left_as_it_was():
    passage = pd.DataFrame([linked("agrandi")])
    kept = passage.copy(deep=True)
    history(passage, ANCESTOR, LABELS, PERIMETERS)
    pd.testing.assert_frame_equal(passage, kept)


def test_attributes_are_told_as_rows_of_a_history():
    given = pd.DataFrame(
        {
            "territory": ["QN99902M", "QN99901M"],
            "attribute": ["Programme de renouvellement urbain", "Cité éducative"],
            "value": ["intérêt national", "depuis 2019"],
            "source": "carte",
        }
    )
    kept = given.copy(deep=True)
    found = attributes_told(given)
    assert list(found.columns) == HISTORY_COLUMNS
    assert set(found["role"]) == {"attribut"}
    assert found["territory"].tolist() == ["QN99902M", "QN99901M"]
    assert found["sentence"].tolist() == [
        "Programme de renouvellement urbain : intérêt national.",
        "Cité éducative : depuis 2019.",
    ]
    assert found[["attribute", "value"]].equals(given[["attribute", "value"]])
    assert found[["relation", "other", "label", "perimeter", "share", "share_other"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(given, kept)


def test_no_attribute_gives_no_row():
    none = pd.DataFrame({name: pd.Series(dtype="str") for name in ("territory", "attribute", "value")})
    found = attributes_told(none)
    assert found.empty
    assert list(found.columns) == HISTORY_COLUMNS
