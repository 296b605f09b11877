"""Two releases compared: what changed, and why; causes are worked out by hand from what was changed."""

import json

import pandas as pd
import pytest
from releases_by_hand import TERRITORIES, ByHand, digest

from oqhs.catalogue import built_in
from oqhs.errors import DataError
from oqhs.publish.diff import diff

ALL = list(TERRITORIES)
QUARTIERS = ["QN99901M", "QN99902M"]


@pytest.fixture
def compared(tmp_path):
    """Write a release, and another one that differs from it as told; compare them."""

    def _compared(*changes, before=()):
        first, second = ByHand(), ByHand()
        for change in before:
            change(first)
        for change in changes:
            change(second)
        a, b = first.write(tmp_path / "2024" / "r1"), second.write(tmp_path / "2024" / "r2")
        return diff(a, b, built_in())

    return _compared


def planned(release, indicator):
    return release.manifest["recipe"]["indicators"][indicator]


def causes(found, indicator=None, territory=None):
    rows = found.table
    rows = rows if indicator is None else rows[rows["indicator"] == indicator]
    rows = rows if territory is None else rows[rows["territory"] == territory]
    assert len(rows)
    return {each for told in rows["evidence"] for each in told}


def kinds(found, indicator=None, territory=None):
    """Give the causes, without what stands in brackets."""
    return {one.split(" (")[0] for one in causes(found, indicator, territory)}


def test_two_equal_releases_have_no_difference(compared):
    found = compared()
    assert found.table.empty
    assert found.inputs.empty
    assert found.method.empty
    assert found.files.empty
    # 3 indicators of 5 territories
    assert found.summary["unchanged"].tolist() == [5, 5, 5]
    assert found.before.altered == found.after.altered == {}


def test_a_corrected_card_is_named_with_both_checksums_and_counts_what_it_moved(compared):
    def change(release):
        release.correct("rp-qpv")
        release.move("taux_chomage_15_64", 1.0, ["QPV-999", *QUARTIERS])

    found = compared(change)
    assert found.table["change"].tolist() == ["valeur"] * 3
    assert found.table["territory"].tolist() == ["QPV-999", *QUARTIERS]
    old, new = digest("rp-qpv")[:8], digest("rp-qpv, corrected")[:8]
    assert causes(found) == {f"entrée corrigée, rp-qpv ({old} → {new})"}
    row = found.table.iloc[1]
    assert (row["value_before"], row["value_after"]) == (15.0, 16.0)
    assert row["sentence"] == (
        "Taux de chômage des 15-64 ans, Les Bleuets (QN99901M) : 15,0\u00a0% → 16,0\u00a0% (2020). "
        f"Cause : entrée corrigée, rp-qpv ({old} → {new})."
    )
    assert found.inputs.to_dict("records") == [
        {
            "card": "rp-qpv",
            "change": "corrigée",
            "before": f"2020, qpv2024, {old}",
            "after": f"2020, qpv2024, {new}",
            "figures": 3,
        }
    ]


def test_a_published_figure_comes_from_the_card_it_names_an_estimate_from_any_of_its_own(compared):
    def change(release):
        release.correct("rp-qpv", "filo-qpv")
        release.move("taux_pauvrete", 1.0, ["QPV-999", "QN99901M"])

    found = compared(change)
    told = found.table.set_index("territory")["evidence"]
    # QN99901M is as Insee published it in filo-qpv; the ensemble is weighted by the people of rp-qpv.
    assert [one.split(" (")[0] for one in told["QN99901M"]] == ["entrée corrigée, filo-qpv"]
    assert [one.split(" (")[0] for one in told["QPV-999"]] == [
        "entrée corrigée, filo-qpv",
        "entrée corrigée, rp-qpv",
    ]


def test_an_input_that_moved_no_figure_is_told_with_a_count_of_zero(compared):
    found = compared(lambda release: release.correct("filo-com"))
    assert found.table.empty
    assert found.inputs[["card", "figures"]].to_numpy().tolist() == [["filo-com", 0]]


def test_a_card_that_reads_the_same_file_otherwise_is_corrected_too(compared):
    def change(release):
        release.manifest["inputs"]["rp-com"]["year"] = 2019
        release.move("taux_chomage_15_64", 1.0, ["99901"])

    assert causes(compared(change)) == {"entrée corrigée, rp-com (année 2020 → 2019)"}


def test_a_new_vintage_names_the_years_and_the_cards_that_replaced_each_other(compared):
    def change(release):
        release.manifest["inputs"]["filo-qpv-2022"] = {"year": 2022, "sha256": digest("new")}
        del release.manifest["inputs"]["filo-qpv"]
        planned(release, "taux_pauvrete").update(
            year=2022, inputs={"qpv": ["filo-qpv-2022", "rp-qpv"], "reference": ["filo-com"]}
        )
        release.move("taux_pauvrete", -1.0, QUARTIERS)
        for territory in QUARTIERS:
            release.set("taux_pauvrete", territory, year=2022, source="filo-qpv-2022")

    found = compared(change)
    assert causes(found) == {"nouveau millésime, 2021 → 2022, filo-qpv → filo-qpv-2022"}
    assert found.table[["year_before", "year_after"]].drop_duplicates().to_numpy().tolist() == [[2021, 2022]]
    assert "(2021 → 2022)" in found.table["sentence"].iloc[0]
    assert found.inputs[["card", "change", "figures"]].to_numpy().tolist() == [
        ["filo-qpv", "retirée", 2],
        ["filo-qpv-2022", "ajoutée", 2],
    ]


def test_other_cards_of_one_year_are_a_new_input_and_their_order_is_method(compared):
    def change(release):
        planned(release, "taux_chomage_15_64")["inputs"]["qpv"] = ["rp-qpv", "ancienne"]
        release.move("taux_chomage_15_64", 1.0, QUARTIERS)
        planned(release, "taux_pauvrete")["inputs"]["qpv"] = ["rp-qpv", "filo-qpv"]
        release.move("taux_pauvrete", 1.0, QUARTIERS)

    found = compared(change)
    assert causes(found, "taux_chomage_15_64") == {"nouvelle entrée, aucun → ancienne"}
    assert causes(found, "taux_pauvrete") == {
        "méthode, ordre des entrées, filo-qpv, rp-qpv → rp-qpv, filo-qpv"
    }


def test_a_definition_and_a_recipe_are_method_for_their_indicator_alone(compared):
    def change(release):
        release.manifest["definitions"]["taux_chomage_15_64"] = digest("other")
        release.move("taux_chomage_15_64", 1.0)
        planned(release, "taux_pauvrete")["recipe"] = "estimate"
        release.move("taux_pauvrete", 1.0)

    found = compared(change)
    old, new = digest("taux_chomage_15_64")[:8], digest("other")[:8]
    assert causes(found, "taux_chomage_15_64") == {f"méthode, définition ({old} → {new})"}
    assert causes(found, "taux_pauvrete") == {"méthode, recette published → estimate"}
    assert found.method[["what", "name", "figures"]].to_numpy().tolist() == [
        ["recette", "taux_pauvrete", 5],
        ["définition", "taux_chomage_15_64", 5],
    ]


def test_a_parameter_is_a_cause_for_the_recipes_that_read_it(compared):
    def change(release):
        release.manifest["parameters"].update(marche_minutes=12.5, confiance=0.9)
        release.move("pmi_10_min", 5.0)
        release.move("taux_pauvrete", 1.0, ["999"])

    found = compared(change)
    assert causes(found, "pmi_10_min") == {"paramètre, marche_minutes 10 → 12,5"}
    # Nobody walks to a poverty rate, and `confiance` only serves figures of samples that are hidden.
    assert causes(found, "taux_pauvrete") == {"inexpliqué"}
    assert found.method[["name", "before", "after", "figures"]].to_numpy().tolist() == [
        ["confiance", "0,95", "0,9", 0],
        ["marche_minutes", "10", "12,5", 5],
    ]


def correction(**told):
    about = {"card": "rp-qpv", "variable": "chomeurs_15_64", "indicator": None, "territory": "QN99901M"}
    figure = {"year": 2020, "from": 10.0, "to": 12.5, "reason": "faute de frappe"}
    return about | figure | {"office": "DDT", "date": "2024-05-02"} | told


def test_a_declared_correction_explains_its_territory_and_what_is_made_of_it(compared):
    def change(release):
        release.manifest["corrections"] = [correction()]
        release.move("taux_chomage_15_64", 1.0, ["QN99901M", "QPV-999", "QN99902M"])

    found = compared(change)
    told = {
        "correction déclarée, chomeurs_15_64, QN99901M, 2020, 10 → 12,5 (faute de frappe, DDT, 2024-05-02)"
    }
    assert causes(found, territory="QN99901M") == causes(found, territory="QPV-999") == told
    # Nothing of one quartier is in another.
    assert causes(found, territory="QN99902M") == {"inexpliqué"}
    assert found.method["figures"].tolist() == [2]


def test_a_correction_that_is_withdrawn_is_told_and_one_of_another_variable_explains_nothing(compared):
    def before(release):
        release.manifest["corrections"] = [correction(), correction(variable="menages")]

    def change(release):
        release.move("taux_chomage_15_64", 1.0, ["QN99901M"])

    (told,) = causes(compared(change, before=[before]))
    assert told.startswith("correction déclarée, chomeurs_15_64")
    assert told.endswith(", retirée")


def test_a_layer_in_common_is_a_cause_only_where_it_serves_and_changed(compared):
    def change(release):
        release.correct("carreaux", "rues")
        release.move("pmi_10_min", 1.0, ["999"])
        release.move("taux_pauvrete", 1.0, ["QN99901M"])

    found = compared(change)
    assert kinds(found, "pmi_10_min") == {"entrée corrigée, carreaux", "entrée corrigée, rues"}
    # The grid is told of a published rate for want of anything nearer; the streets never are.
    assert kinds(found, "taux_pauvrete") == {"entrée corrigée, carreaux"}


def test_what_makes_a_sample_precise_explains_the_figures_that_are_not(compared):
    def change(release):
        release.manifest["parameters"]["confiance"] = 0.99
        release.set("taux_chomage_15_64", "QN99901M", value=None, status="not_significant")

    assert causes(compared(change)) == {"paramètre, confiance 0,95 → 0,99"}


def test_a_secret_may_come_from_what_was_published_before(compared):
    def change(release):
        release.manifest["previous"] = {"release": "r1", "manifest": digest("r1")}
        release.set("taux_pauvrete", "QN99901M", value=None, status="secret")
        release.set("taux_pauvrete", "QN99902M", value=31.0)

    found = compared(change)
    assert causes(found, territory="QN99901M") == {"méthode, secret au regard des livraisons déjà publiées"}
    assert causes(found, territory="QN99902M") == {"inexpliqué"}


def test_the_members_of_a_group_are_its_perimeter(compared):
    def both(release):
        release.territories["R99901"] = ("regroupement", "Les deux")
        group = release.figure("taux_pauvrete", "QN99901M", 36.0, "oqhs_estimate", "filo-qpv")
        rows = pd.DataFrame([group | {"territory": "R99901"}])
        release.figures = pd.concat([release.figures, rows], ignore_index=True)

    def change(release):
        both(release)
        release.manifest["settings"]["regroupements.yaml"] = digest("other")
        release.set("taux_pauvrete", "R99901", value=37.0)
        release.set("taux_pauvrete", "QN99901M", value=41.0)

    found = compared(change, before=[both])
    assert causes(found, territory="R99901") == {"périmètre, regroupements.yaml a changé"}
    # A quartier is the same in a group or out of it.
    assert causes(found, territory="QN99901M") == {"inexpliqué"}


def test_who_walks_and_on_what_is_method_on_foot_alone(compared):
    def change(release):
        release.manifest["recipe"]["walking"]["unit"] = "dwellings"
        release.manifest["catalogue"]["marche.yaml"] = digest("other")
        release.move("pmi_10_min", 1.0)
        release.move("taux_pauvrete", 1.0)

    found = compared(change)
    assert causes(found, "pmi_10_min") == {
        "méthode, walking.unit population → dwellings",
        "méthode, marche.yaml a changé",
    }
    assert causes(found, "taux_pauvrete") == {"inexpliqué"}


def test_a_secret_may_come_from_the_cards_of_what_is_published_beside(compared):
    def change(release):
        release.correct("rp-com")
        release.set("taux_pauvrete", "QN99901M", value=None, status="secret")
        release.set("taux_pauvrete", "QN99902M", value=None, status="not_available")

    found = compared(change)
    # Both indicators read rp-qpv, and rp-com is of the other one: secrecy protects them together.
    (told,) = causes(found, territory="QN99901M")
    assert told.startswith("entrée corrigée, rp-com (")
    assert told.endswith("par le secret des chiffres publiés avec")
    assert causes(found, territory="QN99902M") == {"inexpliqué"}


def test_a_cause_that_is_far_is_not_told_when_there_is_a_near_one(compared):
    def change(release):
        release.correct("carreaux", "filo-qpv")
        release.move("taux_pauvrete", 1.0, ["QN99901M"])

    assert kinds(compared(change)) == {"entrée corrigée, filo-qpv"}


def test_on_another_perimeter_quartiers_come_and_go_and_the_ensemble_is_compared(compared):
    def before(release):
        release.manifest["perimeter"] = "qpv2015"
        former = {"QN99901M": "QP999001", "QN99902M": "QP999002"}
        release.territories = {former.get(code, code): told for code, told in TERRITORIES.items()}
        release.figures["territory"] = release.figures["territory"].replace(former)
        release.figures["perimeter"] = release.figures["perimeter"].replace("qpv2024", "qpv2015")

    def change(release):
        release.set("taux_pauvrete", "QPV-999", value=36.0)

    found = compared(change, before=[before])
    told = found.table[["territory", "change"]].value_counts().to_dict()
    # 3 indicators; the figures of the ensemble that did not move are the same.
    assert told == {
        ("QP999001", "retiré"): 3,
        ("QP999002", "retiré"): 3,
        ("QN99901M", "ajouté"): 3,
        ("QN99902M", "ajouté"): 3,
        ("QPV-999", "valeur"): 1,
    }
    assert causes(found) == {"périmètre, qpv2015 → qpv2024"}
    details = {"taux_chomage_15_64": 1, "taux_pauvrete": 0, "pmi_10_min": 1}
    assert found.summary.set_index("indicator")["detail"].to_dict() == details


def test_what_is_left_of_the_departement_has_the_perimeter_of_the_quartiers_and_communes_have_not(compared):
    def both(release):
        release.territories["HORS-QPV-999"] = ("hors_qpv", "Hors QPV")
        left = release.figure("taux_pauvrete", "999", 15.0, "oqhs", "") | {"territory": "HORS-QPV-999"}
        release.figures = pd.concat([release.figures, pd.DataFrame([left])], ignore_index=True)

    def before(release):
        both(release)
        release.manifest["perimeter"] = "qpv2015"
        release.manifest["recipe"]["territories"]["qpv"] = "ancienne"
        del release.manifest["inputs"]["perimetres"]

    def change(release):
        both(release)
        release.set("taux_pauvrete", "HORS-QPV-999", value=14.0)
        release.set("taux_pauvrete", "99901", value=21.0)
        release.correct("communes")

    found = compared(change, before=[before])
    told = found.table.set_index("territory")["evidence"]
    assert told["HORS-QPV-999"][0] == "périmètre, qpv2015 → qpv2024"
    assert [one.split(" (")[0] for one in told["99901"]] == ["entrée corrigée, communes"]
    # The new outlines are what the perimeter is about.
    assert found.inputs.set_index("card")["figures"].to_dict() == {"communes": 2, "perimetres": 1}


def test_a_territory_gone_from_the_layer_is_removed_and_the_layer_is_the_cause(compared):
    def change(release):
        release.correct("perimetres")
        release.figures = release.figures[release.figures["territory"] != "QN99902M"]
        del release.territories["QN99902M"]

    found = compared(change)
    assert found.table["change"].tolist() == ["retiré"] * 3
    assert found.table["label"].tolist() == ["Le Gué"] * 3
    assert {one.split(" (")[0] for one in causes(found)} == {"entrée corrigée, perimetres"}
    assert "chiffre retiré, auparavant : 25,0\u00a0% (2020)" in found.table["sentence"].str.cat()


def test_indicators_come_and_go_with_their_cards(compared):
    def without(name):
        def change(release):
            release.figures = release.figures[release.figures["indicator"] != name]
            del release.manifest["recipe"]["indicators"][name]
            del release.manifest["definitions"][name]

        return change

    found = compared(without("taux_pauvrete"), before=[without("pmi_10_min")])
    assert causes(found, "taux_pauvrete") == {"retiré, l'édition n'a plus cet indicateur"}
    assert causes(found, "pmi_10_min") == {"ajouté, nouvel indicateur"}
    assert found.summary.set_index("indicator")["ajouté"].to_dict()["pmi_10_min"] == 5


def test_a_status_is_a_change_of_its_own_and_nothing_explains_it_loudly(compared):
    found = compared(
        lambda release: release.set("taux_pauvrete", "QN99901M", value=None, status="not_available")
    )
    (row,) = found.table.to_dict("records")
    assert (row["change"], row["status_before"], row["status_after"]) == (
        "statut",
        "observed",
        "not_available",
    )
    assert row["causes"] == ("inexpliqué",)
    assert "40,0\u00a0% → valeur non disponible" in row["sentence"]
    assert len(found.unexplained) == 1


def test_a_value_that_secrecy_now_covers_is_not_said_again(compared):
    found = compared(lambda release: release.set("taux_pauvrete", "QN99901M", value=None, status="secret"))
    (row,) = found.table.to_dict("records")
    assert pd.isna(row["value_before"])
    assert "40" not in row["sentence"].replace("QN99901M", "")
    assert "valeur publiée → valeur couverte par le secret statistique" in row["sentence"]


def test_other_versions_are_the_cause_when_there_is_no_other(compared):
    def change(release):
        release.manifest["versions"]["oqhs"] = "0.2.0"
        release.move("taux_pauvrete", 1e-9, ["999"])
        release.correct("rp-com")
        release.move("taux_chomage_15_64", 1.0, ["99901"])

    found = compared(change)
    assert causes(found, "taux_pauvrete") == {"logiciel, oqhs 0.1.0 → 0.2.0"}
    assert [one.split(" (")[0] for one in causes(found, "taux_chomage_15_64")] == ["entrée corrigée, rp-com"]
    # As many digits as it takes to tell 17 from 17.000000001.
    assert "17,000000000\u00a0% → 17,000000001\u00a0%" in found.table["sentence"].str.cat()


def test_the_same_figure_with_another_interval_is_counted_and_not_listed(compared):
    found = compared(lambda release: release.set("taux_pauvrete", "999", lower=16.0))
    assert found.table.empty
    assert found.summary.set_index("indicator")["detail"].to_dict() == {
        "taux_chomage_15_64": 0,
        "taux_pauvrete": 1,
        "pmi_10_min": 0,
    }


def test_releases_that_say_no_definition_nor_correction_are_compared_all_the_same(compared):
    def before(release):
        del release.manifest["definitions"], release.manifest["corrections"]

    def change(release):
        release.manifest["settings"]["corrections.yaml"] = digest("corrections")
        release.manifest["catalogue"]["indicateurs.yaml"] = digest("indicators")
        release.move("taux_chomage_15_64", 1.0, ["999"])

    found = compared(change, before=[before])
    assert causes(found) == {
        "méthode, référentiel modifié (indicateurs.yaml)",
        "correction déclarée, corrections.yaml a changé",
    }


def test_a_file_changed_by_hand_is_told(tmp_path):
    a, b = ByHand().write(tmp_path / "r1"), ByHand().write(tmp_path / "r2")
    (b / "note.txt").write_text("ajoutée", encoding="utf-8")
    frame = pd.read_parquet(b / "observations.parquet")
    frame.assign(value=frame["value"] + 1).to_parquet(b / "observations.parquet", index=False)
    found = diff(a, b, built_in())
    assert found.before.altered == {}
    assert found.after.altered == {"note.txt": "ajouté", "observations.parquet": "modifié"}


def test_a_table_that_was_cut_is_refused(tmp_path):
    a, b = ByHand().write(tmp_path / "r1"), ByHand().write(tmp_path / "r2")
    path = b / "appartenances.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match="cannot be read") as error:
        diff(a, b, built_in())
    assert error.value.problems[0].file == path


def test_a_file_that_came_or_went_is_told(tmp_path):
    a, b = ByHand().write(tmp_path / "a"), ByHand().write(tmp_path / "b")
    for folder, name in ((a, "ecarts.csv"), (b, "ecarts.parquet"), (b, "CHANGELOG.md")):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["outputs"][name] = digest(name)
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = diff(a, b, built_in())
    # The changelog tells of the release before: it always differs.
    assert found.files.to_numpy().tolist() == [["ecarts.csv", "retiré"], ["ecarts.parquet", "ajouté"]]
    assert found.before.altered == {"ecarts.csv": "absent"}


def test_releases_of_two_departements_are_refused(tmp_path):
    other = ByHand()
    other.manifest["recipe"]["departement"] = "998"
    a, b = ByHand().write(tmp_path / "a"), other.write(tmp_path / "b")
    with pytest.raises(DataError, match="two départements") as error:
        diff(a, b, built_in())
    assert (error.value.problems[0].found, error.value.problems[0].allowed) == ("998", "999")


def test_a_folder_that_is_no_release_is_refused(tmp_path):
    a = ByHand().write(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="not a release"):
        diff(a, tmp_path / "empty", built_in())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "not one of a release"),
        ('{"edition": 2024, "recipe"', "cannot be read"),
        ('{"edition": 2024}', "not whole"),
    ],
)
def test_a_manifest_that_was_cut_is_refused(tmp_path, text, said):
    a, b = ByHand().write(tmp_path / "a"), ByHand().write(tmp_path / "b")
    (b / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said) as error:
        diff(a, b, built_in())
    assert error.value.problems[0].file == b / "manifest.json"


def test_a_figure_given_twice_is_refused_and_so_is_a_table_without_its_columns(tmp_path):
    twice, short, gone = ByHand(), ByHand(), ByHand()
    twice.figures = pd.concat([twice.figures, twice.figures[:1]])
    short.figures = short.figures.drop(columns="origin")
    a = ByHand().write(tmp_path / "a")
    with pytest.raises(DataError, match="twice"):
        diff(a, twice.write(tmp_path / "twice"), built_in())
    with pytest.raises(DataError, match="not its columns"):
        diff(a, short.write(tmp_path / "short"), built_in())
    folder = gone.write(tmp_path / "gone")
    (folder / "territoires.parquet").unlink()
    with pytest.raises(DataError, match="not all its tables"):
        diff(a, folder, built_in())
