"""Who lies in whom in an edition: several communes, two EPT, groups, names in a sentence."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from oqhs.editions import EditionFile, Group, Label
from oqhs.errors import CatalogueError, UnknownError
from oqhs.geography import build_geography

# Four quartiers of the invented département 999, in kilometres:
# Q1 in 99901 ; Q2 in 99901 and 99902, two EPT ; Q3 in 99902 and 99903, one EPT ; Q4 in 99903.
# T99 also holds 99804, a commune of the neighbouring département 998.
QUARTIERS = {
    "QN99901M": ("Les Bleuets", "99901", box(100, 100, 200, 200)),
    "QN99902M": ("La Lisière", "99901,99902", box(900, 100, 1100, 200)),
    "QN99903M": ("Le Gué", "99902,99903", box(1950, 100, 2050, 200)),
    "QN99904M": ("Haut Val", "99903", box(2500, 100, 2600, 200)),
}
COMMUNES = {
    "99901": ("Le Bourg", box(0, 0, 1000, 1000)),
    "99902": ("Les Prés", box(1000, 0, 2000, 1000)),
    "99903": ("Orval", box(2000, 0, 3000, 1000)),
    "99804": ("Ailleurs", box(3000, 0, 4000, 1000)),
    "99805": ("Plus loin", box(4000, 0, 5000, 1000)),
}
EPTS = [("99901", "T98"), ("99902", "T99"), ("99903", "T99"), ("99804", "T99")]
LABELS = {
    "999": Label(label="Val-Fictif", label_article="dans le Val-Fictif", label_de="du Val-Fictif"),
    "QN99904M": Label(label="Haut-Val"),
}
GROUPS = {"R99901": Group(label="Les Rives", members=("QN99902M", "QN99903M"), reason="un seul projet")}


def layer(rows, perimeter, kind):
    frame = pd.DataFrame(rows, columns=["territory", "label", "communes", "geometry"])
    return gpd.GeoDataFrame(frame.assign(kind=kind, perimeter=perimeter), crs=2154)


def build(
    *,
    communes=COMMUNES,
    epts=EPTS,
    parts=(),
    labels=None,
    groups=None,
    departement="999",
    perimeter="qpv2024",
):
    edition = EditionFile.model_validate(
        {"edition": 2024, "departement": departement, "perimeter": perimeter,
         "territories": {"qpv": "couche"}, "indicators": {}}
    )  # fmt: skip
    zones = layer(
        [(code, name, listed, shape) for code, (name, listed, shape) in QUARTIERS.items()], "qpv2024", "qpv"
    )
    towns = layer(
        [(code, name, None, shape) for code, (name, shape) in (communes or {}).items()], "cog2021", "commune"
    )
    return build_geography(
        edition,
        zones,
        towns if communes else None,
        pd.DataFrame(epts, columns=["territory", "parent"]).assign(parent_name="") if epts else None,
        pd.DataFrame(parts, columns=["territory", "parent", "population"]) if parts else None,
        LABELS if labels is None else labels,
        {} if groups is None else groups,
        0.01,
    )


def parents(geography, territory, kind):
    rows = geography.memberships
    rows = rows[(rows["territory"] == territory) & (rows["parent_kind"] == kind)]
    return rows.set_index("parent")["share_population"].to_dict()


def members(geography, group, side):
    edges = geography.edges(side)
    return sorted(edges.loc[edges["group"] == group, "territory"])


def test_every_quartier_lies_in_the_communes_of_its_list():
    found = build()
    assert parents(found, "QN99901M", "commune") == {"99901": 1.0}
    assert set(parents(found, "QN99902M", "commune")) == {"99901", "99902"}


def test_a_quartier_between_two_communes_has_no_share_of_population_unless_somebody_gives_it():
    unknown = parents(build(), "QN99902M", "commune")
    assert all(pd.isna(share) for share in unknown.values())
    # 250 and 750 of its 1 000 inhabitants
    known = build(parts=[("QN99902M", "99901", 250.0), ("QN99902M", "99902", 750.0)])
    assert parents(known, "QN99902M", "commune") == {"99901": 0.25, "99902": 0.75}
    # and hence in the two EPT
    assert parents(known, "QN99902M", "ept") == {"T98": 0.25, "T99": 0.75}


def test_two_communes_of_one_ept_hold_the_quartier_whole_without_any_share():
    assert parents(build(), "QN99903M", "ept") == {"T99": 1.0}


def test_all_the_quartiers_of_the_departement_and_of_france_are_two_things():
    found = build()
    assert (found.ensemble, found.outside) == ("QPV-999", "HORS-QPV-999")
    assert members(found, "QPV-999", "qpv") == sorted(QUARTIERS)


def test_the_comparators_of_a_quartier_are_its_parents_pooled_in_one_row():
    found = build()
    assert found.comparators("commune").to_dict() == {
        "QN99901M": "99901",
        "QN99902M": "99901+99902",
        "QN99903M": "99902+99903",
        "QN99904M": "99903",
    }
    assert found.comparators("ept").to_dict() == {
        "QN99901M": "T98",
        "QN99902M": "T98+T99",
        "QN99903M": "T99",
        "QN99904M": "T99",
    }
    for reference in ("commune", "ept"):
        assert found.pairs(reference)["territory"].is_unique


def test_pooled_communes_are_made_of_their_communes_and_pooled_ept_of_theirs():
    found = build()
    assert members(found, "99901+99902", "reference") == ["99901", "99902"]
    assert members(found, "T98+T99", "reference") == ["99804", "99901", "99902", "99903"]


def test_an_ept_holds_its_communes_of_other_departements_and_the_departement_does_not():
    found = build()
    assert members(found, "T99", "reference") == ["99804", "99902", "99903"]
    assert members(found, "999", "reference") == ["99901", "99902", "99903"]
    assert "99804" in found.of_kind("commune")
    assert "99805" not in found.of_kind("commune")


def test_the_outline_of_an_ept_is_given_whole_or_not_at_all():
    whole = build().territories.set_index("territory").geometry
    assert whole["T99"].area == pytest.approx(3e6)  # 99804, 99902 and 99903, one km² each
    short = build(communes={code: town for code, town in COMMUNES.items() if code != "99804"})
    assert short.territories.set_index("territory").geometry["T99"] is None


def test_all_the_quartiers_and_the_departement_are_each_compared_once():
    pairs = build().pairs("departement")
    assert dict(zip(pairs["territory"], pairs["reference_territory"], strict=True)) == dict.fromkeys(
        [*QUARTIERS, "QPV-999"], "999"
    )
    assert set(build().pairs("hors_qpv")["reference_territory"]) == {"HORS-QPV-999"}


def test_an_unknown_reference_is_told_with_those_that_exist():
    with pytest.raises(UnknownError) as error:
        build().comparators("region")
    assert "departement" in error.value.problems[0].allowed


def test_a_group_of_quartiers_is_a_territory_beside_its_members():
    found = build(groups=GROUPS)
    assert found.of_kind("regroupement") == ["R99901"]
    assert members(found, "R99901", "qpv") == ["QN99902M", "QN99903M"]
    # its members keep their rows, and nobody is counted twice in all the quartiers
    assert members(found, "QPV-999", "qpv") == sorted(QUARTIERS)
    assert "R99901" in set(found.pairs("departement")["territory"])


def test_a_group_is_compared_with_all_the_communes_and_ept_of_its_members():
    found = build(groups=GROUPS)
    assert found.comparators("commune")["R99901"] == "99901+99902+99903"
    assert found.comparators("ept")["R99901"] == "T98+T99"
    assert members(found, "99901+99902+99903", "reference") == ["99901", "99902", "99903"]


def test_only_quartiers_are_counted_in_the_parents_of_a_group():
    # The counts of a group are those of its members: a row of its own would count them twice.
    found = build(groups=GROUPS)
    assert "R99901" not in set(found.memberships["territory"])
    assert set(parents(found, "QN99902M", "regroupement")) == {"R99901"}


def test_a_group_that_names_a_quartier_of_nowhere_is_refused():
    wrong = {"R99901": Group(label="Les Rives", members=("QN99902M", "QN99999M"), reason="faute")}
    with pytest.raises(CatalogueError) as error:
        build(groups=wrong)
    assert error.value.problems[0].found == "QN99999M"


def test_a_group_of_another_perimeter_is_left_out():
    older = {"R99901": Group(label="Les Rives", members=("QP999002", "QP999003"), reason="perimètre 2015")}
    assert build(groups=older).of_kind("regroupement") == []


@pytest.mark.parametrize(("key", "value"), [("departement", "94"), ("perimeter", "qpv2015")])
def test_a_layer_without_a_quartier_of_the_edition_is_refused(key, value):
    with pytest.raises(CatalogueError, match="no quartier"):
        build(**{key: value})


def test_names_stand_in_a_sentence_with_their_article():
    found = build()
    assert found.name("99901", "label_article") == "au Bourg"
    assert found.name("99902", "label_article") == "aux Prés"
    assert found.name("99903", "label_de") == "d'Orval"
    assert found.name("QN99901M", "label_de") == "du quartier Les Bleuets"
    assert found.name("T98", "label_article") == "dans l'EPT T98"


def test_a_pooled_comparator_names_its_communes_and_their_articles():
    found = build()
    assert found.name("99901+99902") == "Le Bourg et Les Prés"
    assert found.name("99901+99902", "label_article") == "au Bourg et aux Prés"


def test_a_corrected_name_is_that_of_the_sentence_too():
    found = build()
    assert found.name("QN99904M") == "Haut-Val"
    assert found.name("QN99904M", "label_article") == "dans le quartier Haut-Val"


def test_without_corrected_names_those_of_the_layer_stand():
    found = build(labels={})
    assert found.name("QN99904M") == "Haut Val"
    assert found.name("999") == "Département 999"
    assert found.name("999", "label_article") == "dans le département 999"
    assert found.name("QPV-999") == "QPV du département 999"


def test_a_corrected_name_without_article_forms_gets_the_usual_ones():
    found = build(labels={"QN99904M": Label(label="Haut-Val")})
    assert found.name("QN99904M", "label_de") == "du quartier Haut-Val"


def test_the_departement_and_all_its_quartiers_take_the_article_forms_that_are_told():
    found = build()
    assert found.name("999", "label_article") == "dans le Val-Fictif"
    assert found.name("QPV-999", "label_de") == "des QPV du Val-Fictif"
    assert found.name("QPV-999", "label_article") == "dans l'ensemble des QPV du Val-Fictif"
    assert found.name("HORS-QPV-999", "label_article") == "hors des QPV du Val-Fictif"


def test_without_a_layer_of_communes_the_lists_still_say_who_lies_where():
    found = build(communes=None)
    assert found.comparators("commune")["QN99902M"] == "99901+99902"
    assert found.comparators("ept")["QN99902M"] == "T98+T99"
    assert members(found, "T99", "reference") == ["99804", "99902", "99903"]


def test_without_ept_there_is_no_comparator_among_them():
    assert build(epts=None).comparators("ept").isna().all()


def test_the_order_of_the_layers_and_lists_changes_nothing():
    turned = build(communes=dict(reversed(COMMUNES.items())), epts=EPTS[::-1], groups=GROUPS)
    straight = build(groups=GROUPS)
    pd.testing.assert_frame_equal(straight.memberships, turned.memberships)
    assert straight.territories["territory"].tolist() == turned.territories["territory"].tolist()
