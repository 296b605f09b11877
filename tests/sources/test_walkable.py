"""What the rules of walking keep and leave out, way by way."""

import datetime as dt

import pandas as pd
import pytest

from oqhs.documents import read_model
from oqhs.errors import CatalogueError, LayoutError
from oqhs.sources.walkable import (
    WalkingRules,
    reasons_out,
    refuse_driving_network,
    unknown_values,
    vocabulary_of,
    walking_rules,
)


def ways(*tags):
    return pd.DataFrame(list(tags), dtype="str")


def reason(vocabulary="osm", **tags):
    """Why one way is left out, None when it may be walked; `_` stands for the colon of a tag."""
    named = {name.replace("_", ":") if name.startswith("sidewalk") else name: tags[name] for name in tags}
    (found,) = reasons_out(ways(named), vocabulary)
    return None if pd.isna(found) else found


@pytest.mark.parametrize(
    "highway",
    [
        "footway",
        "path",
        "pedestrian",
        "steps",
        "residential",
        "service",
        "primary",
        "track",
        "bridleway",
        "corridor",
    ],
)
def test_an_ordinary_way_is_walked(highway):
    assert reason(highway=highway) is None


@pytest.mark.parametrize("oneway", ["yes", "-1", "no"])
def test_a_one_way_street_is_walked_both_ways(oneway):
    assert reason(highway="residential", oneway=oneway) is None


@pytest.mark.parametrize("service", ["parking_aisle", "driveway", "alley"])
def test_service_ways_are_walked(service):
    assert reason(highway="service", service=service) is None


@pytest.mark.parametrize("highway", ["motorway", "motorway_link", "trunk", "trunk_link"])
def test_a_fast_road_is_left_out_unless_it_is_said_to_have_a_footway(highway):
    assert reason(highway=highway) == "motorway"
    assert reason(highway=highway, foot="designated") is None
    assert reason(highway=highway, sidewalk="right") is None
    assert reason(highway=highway, sidewalk_both="yes") is None
    assert reason(highway=highway, sidewalk_left="yes") is None
    assert reason(highway=highway, footway="both") is None


@pytest.mark.parametrize("said", ["no", "none", "separate"])
def test_a_footway_drawn_on_its_own_does_not_open_the_road_beside_it(said):
    assert reason(highway="trunk", sidewalk=said) == "motorway"
    assert reason(highway="trunk", sidewalk_right=said) == "motorway"


def test_a_road_for_motors_only_is_left_out_whatever_its_class():
    assert reason(highway="primary", motorroad="yes") == "motorway"
    assert reason(highway="primary", motorroad="no") is None


@pytest.mark.parametrize("foot", ["no", "private", "use_sidepath"])
def test_a_way_forbidden_on_foot_is_left_out(foot):
    assert reason(highway="residential", foot=foot) == "foot_no"


@pytest.mark.parametrize("access", ["no", "private", "military"])
def test_a_private_way_is_left_out_unless_people_on_foot_are_let_in(access):
    assert reason(highway="service", access=access) == "access_private"
    for foot in ("yes", "designated", "permissive"):
        assert reason(highway="service", access=access, foot=foot) is None
    assert reason(highway="service", access=access, foot="no") == "foot_no"


@pytest.mark.parametrize("access", ["yes", "permissive", "destination", "customers"])
def test_a_way_open_in_part_is_walked(access):
    assert reason(highway="service", access=access) is None


def test_a_cycleway_is_left_out_unless_it_is_shared_with_people_on_foot():
    assert reason(highway="cycleway") == "cycleway"
    assert reason(highway="cycleway", foot="yes") is None
    assert reason(highway="cycleway", segregated="no") is None
    assert reason(highway="cycleway", segregated="yes") is None


@pytest.mark.parametrize(
    "highway", ["construction", "proposed", "raceway", "bus_guideway", "platform", "elevator"]
)
def test_what_nobody_walks_along_is_left_out(highway):
    assert reason(highway=highway) == "not_for_walking"


def test_a_value_listed_nowhere_is_left_out_and_counted():
    told = ways({"highway": "razed"}, {"highway": "footway"}, {"highway": "abandoned"}, {"highway": "razed"})
    assert reasons_out(told, "osm").fillna("").tolist() == [
        "unknown_value",
        "",
        "unknown_value",
        "unknown_value",
    ]
    assert unknown_values(told, "osm") == {"abandoned": 1, "razed": 2}


def test_a_way_that_says_nothing_of_its_nature_is_not_a_street():
    told = ways({"highway": "footway"}, {"foot": "yes"})
    assert reasons_out(told, "osm").fillna("").tolist() == ["", "not_a_street"]


def test_an_edge_made_of_several_ways_is_walked_only_if_all_of_them_are():
    assert reason(highway="['footway', 'steps']") is None
    assert reason(highway="['footway', 'trunk']") == "motorway"
    assert reason(highway="['footway', 'elevator']") == "not_for_walking"
    assert reason(highway="['footway', 'razed']") == "unknown_value"
    assert reason(highway="footway", access="['private', 'yes']") == "access_private"
    assert reason(highway="footway", access="private", foot="['yes', 'no']") == "foot_no"
    assert reason(highway="trunk", sidewalk="['both', 'no']") == "motorway"


def test_values_joined_by_semicolons_are_several():
    assert reason(highway="trunk", foot="yes;designated") is None
    assert reason(highway="path", foot="yes; no") == "foot_no"


def test_the_order_and_the_index_of_the_ways_are_kept():
    told = ways({"highway": "trunk"}, {"highway": "path"}).set_axis(["b", "a"])
    before = told.copy()
    assert reasons_out(told, "osm").fillna("").to_dict() == {"b": "motorway", "a": ""}
    pd.testing.assert_frame_equal(told, before)


@pytest.mark.parametrize(
    ("nature", "left_out"),
    [
        ("Route à 1 chaussée", None),
        ("Route à 2 chaussées", None),
        ("Rond-point", None),
        ("Route empierrée", None),
        ("Chemin", None),
        ("Sentier", None),
        ("Escalier", None),
        ("Type autoroutier", "autoroute"),
        ("Bretelle", "autoroute"),
        ("Piste cyclable", "piste_cyclable"),
        ("Bac ou liaison maritime", "bac"),
        ("Téléphérique", "unknown_value"),
    ],
)
def test_each_nature_of_the_bd_topo_is_kept_or_left_out(nature, left_out):
    assert reason("bdtopo", nature=nature) == left_out


def test_a_road_of_the_bd_topo_closed_to_people_or_not_yet_built_is_left_out():
    assert reason("bdtopo", nature="Chemin", acces_pieton="Restreint aux ayants droit") == "acces_restreint"
    assert reason("bdtopo", nature="Chemin", acces_pieton="Libre") is None
    assert reason("bdtopo", nature="Chemin", etat_de_l_objet="En construction") == "pas_en_service"
    assert reason("bdtopo", nature="Chemin", etat_de_l_objet="En service") is None


def test_a_vocabulary_is_told_by_its_field_and_a_value_that_is_known():
    assert vocabulary_of(ways({"highway": "path"})) == "osm"
    assert vocabulary_of(ways({"nature": "Sentier"}, {"nature": "?"})) == "bdtopo"
    assert vocabulary_of(ways({"nature": "voirie"})) is None
    assert vocabulary_of(ways({"name": "Rue"})) is None


def test_a_network_without_a_way_for_people_on_foot_is_refused(tmp_path, refused):
    roads = ways(*[{"highway": "residential"}] * 4)
    (problem,) = refused(LayoutError, refuse_driving_network, tmp_path, roads, "osm")
    assert problem.what == "this is not a pedestrian network"
    assert "footway" in problem.allowed
    assert "pedestrian_only=False" in problem.todo


def test_one_footpath_in_a_hundred_ways_is_enough_and_one_in_a_hundred_and_one_is_not(tmp_path, refused):
    roads = [{"highway": "residential"}] * 99
    assert refuse_driving_network(tmp_path, ways(*roads, {"highway": "steps"}), "osm") is None
    refused(
        LayoutError, refuse_driving_network, tmp_path, ways(*roads, roads[0], {"highway": "steps"}), "osm"
    )


def test_the_bd_topo_is_one_network_for_all_and_is_never_refused_as_one_for_cars(tmp_path):
    assert refuse_driving_network(tmp_path, ways({"nature": "Route à 1 chaussée"}), "bdtopo") is None


def test_every_rule_has_a_reference_and_the_day_it_was_checked():
    for vocabulary in walking_rules().vocabularies.values():
        told = [*vocabulary.rules.values(), *vocabulary.conventions.values()]
        assert all(one.label and one.reference and one.checked <= dt.date(2026, 11, 27) for one in told)


def test_every_value_of_a_rule_on_the_nature_is_one_that_is_known():
    for vocabulary in walking_rules().vocabularies.values():
        ruled = {
            value for rule in vocabulary.rules.values() for value in rule.where.get(vocabulary.field, ())
        }
        assert ruled <= set(vocabulary.known)


def test_a_file_of_rules_with_an_unknown_key_or_a_bare_no_is_refused(tmp_path, refused):
    path = tmp_path / "marche.yaml"
    rule = "{label: a, where: {foot: [no]}, reference: r, checked: 2026-11-27}"
    path.write_text(
        f"vocabularies: {{osm: {{label: a, field: f, attribution: '', known: [a], rule: 1, rules: {{r: {rule}}}}}}}\n"
        "lengths: {}\n",
        encoding="utf-8",
    )
    columns = {problem.column for problem in refused(CatalogueError, read_model, path, WalkingRules)}
    # YAML reads a bare `no` as false: it has to be quoted, and the error says where.
    assert {"vocabularies.osm.rule", "vocabularies.osm.rules.r.where.foot.0", "lengths.agreement"} <= columns
