"""Releases of the small edition, with one thing of the data folder changed at a time."""

import pytest
from small_edition import edition

import oqhs
from oqhs.catalogue import built_in
from oqhs.publish.diff import diff


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    home = tmp_path_factory.mktemp("base")
    return edition(home / "data").release(home / "processed")


def changed(home, old, new, **options):
    """Release the small edition once its recipe was changed."""
    edition(home / "data", **options)
    path = home / "data" / "editions" / "2024.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return oqhs.open(home / "data").edition(2024).release(home / "processed")


def causes(found):
    return {(row.indicator, *row.causes) for row in found.table.itertuples()}


def test_a_corrected_file_moves_the_ensemble_and_the_rest_of_the_departement(base, tmp_path):
    found = diff(base, edition(tmp_path / "data", hlm=6).release(tmp_path / "processed"), built_in())
    values = found.table.set_index("territory")[["value_before", "value_after"]]
    # 105 then 106 of the 160 households of the quartiers; 450 of 1 500 in the communes.
    assert values.loc["QPV-999"].tolist() == pytest.approx([10500 / 160, 10600 / 160])
    assert values.loc["HORS-QPV-999"].tolist() == pytest.approx([34500 / 1340, 34400 / 1340])
    assert len(values) == 2
    assert causes(found) == {("locataires_hlm", "entrée corrigée")}
    assert found.inputs[["card", "figures"]].to_numpy().tolist() == [["qpv", 2]]


def test_an_indicator_that_leaves_the_plan_is_removed_by_the_edition(base, tmp_path):
    line = "  taux_pauvrete: {year: 2020, inputs: {qpv: [qpv], reference: [dep]}}\n"
    found = diff(base, changed(tmp_path, line, ""), built_in())
    assert causes(found) == {("taux_pauvrete", "retiré")}
    # 17,2 for the département, 40 and 30 for two quartiers, 35 for all of them; one was secret.
    assert (found.table["status_before"] == "observed").sum() == 4
    assert found.inputs.set_index("card")["change"].to_dict() == {"dep": "retirée"}


def test_a_card_the_plan_no_longer_names_is_what_changed(base, tmp_path):
    planned = "taux_chomage_15_64: {year: 2020, inputs: {qpv: [qpv], reference: [com]}}"
    other = planned.replace("qpv: [qpv]", "qpv: []")
    found = diff(base, changed(tmp_path, planned, other), built_in())
    assert causes(found) == {("taux_chomage_15_64", "nouvelle entrée")}
    assert not found.unexplained.size
