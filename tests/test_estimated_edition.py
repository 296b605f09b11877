"""An edition whose counts come from IRIS: what is estimated, what supersedes it, what it is worth."""

import json

import pytest

import oqhs
from oqhs.errors import MeasureError
from oqhs.sources.cards import Card, sha256, write_card

# Three IRIS in a row, of one commune. Quartier 1 is the left half of the first, quartier 2 the whole of
# the second, quartier 3 the right half of the third; without cells, people are spread by area.
IRIS = """IRIS;COM;TYP_IRIS;LAB_IRIS;C20_FAMMONO;C20_COUPAENF;C20_NE24F1;C20_NE24F2;C20_NE24F3;C20_NE24F4P
999010101;99901;H;1;100;300;1;1;1;1
999010102;99901;H;1;80;120;1;1;1;1
999010103;99901;H;1;60;340;1;1;1;1
"""
#: Delivered counts: all of quartier 2, which supersedes; a mask on quartier 3, which is not rebuilt.
ORDER = "CODE;MONO;AVEC\nQN99902M;90;200\nQN99903M;s;200\n"
PUBLISHED = "CODE;TAUX\nQN99901M;30,0\nQN99903M;20,0\n"
EDITION = """edition: 2024
departement: "999"
perimeter: qpv2024
territories: {{qpv: quartiers, communes: communes, iris: iris}}
indicators:
  familles_monoparentales:
    {{recipe: estimate, year: 2020, inputs: {{qpv: [{cards}], reference: [ic]}}}}
"""


def layer(rows, code, name):
    features = [
        {
            "type": "Feature",
            "properties": {code: territory, name: label},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[a, 46.0], [b, 46.0], [b, 46.1], [a, 46.1], [a, 46.0]]],
            },
        }
        for territory, label, a, b in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


QUARTIERS = [
    ("QN99901M", "Un", 2.00, 2.05),
    ("QN99902M", "Deux", 2.1, 2.2),
    ("QN99903M", "Trois", 2.25, 2.3),
]
OUTLINES = [(f"99901010{i + 1}", f"I{i}", 2 + 0.1 * i, 2.1 + 0.1 * i) for i in range(3)]


@pytest.fixture
def edition(tmp_path):
    """Open the edition computed from some cards, in the order given."""

    def opened(*cards, iris=IRIS, vintage="iris2022"):
        raw = tmp_path / "raw"
        raw.mkdir()
        mapped = {"layout": "mapped", "source": "rp", "year": 2020, "perimeter": "qpv2024"}
        files = {
            "quartiers.geojson": (
                layer(QUARTIERS, "CODE_QP", "LIB_QP"),
                {"layout": "perimetres_qpv_lib", "source": "perimetres_qpv"},
            ),
            "communes.geojson": (
                layer([("99901", "Le Bourg", 2.0, 2.3)], "DEPCOM", "LIBCOM"),
                {"layout": "communes_depcom", "source": "ign", "perimeter": "cog2022"},
            ),
            "iris.geojson": (
                layer(OUTLINES, "CODE_IRIS", "NOM_IRIS"),
                {"layout": "iris", "source": "ign", "perimeter": "iris2022"},
            ),
            "ic.csv": (iris, {"layout": "base_ic_familles", "source": "rp", "perimeter": vintage}),
            "masque.csv": (
                "CODE;TAUX\nQN99902M;s\n",
                mapped | {"mapping": {"key": "CODE", "columns": {"TAUX": "familles_monoparentales"}}},
            ),
            "ordre.csv": (
                ORDER,
                mapped
                | {
                    "mapping": {
                        "key": "CODE",
                        "columns": {"MONO": "familles_mono", "AVEC": "familles_avec_enfants"},
                    }
                },
            ),
            "taux.csv": (
                PUBLISHED,
                mapped | {"mapping": {"key": "CODE", "columns": {"TAUX": "familles_monoparentales"}}},
            ),
        }
        for name, (text, keys) in files.items():
            path = raw / name
            path.write_text(text, encoding="utf-8")
            card = {"id": path.stem, "licence": "etalab-2.0", "obtained": "2024-10-02", **keys}
            write_card(path, Card(sha256=sha256(path), **card))
        (tmp_path / "editions").mkdir()
        text = EDITION.format(cards=", ".join(cards))
        (tmp_path / "editions" / "2024.yaml").write_text(text, encoding="utf-8")
        found = oqhs.open(tmp_path).edition(2024).observations
        return found[found["indicator"] == "familles_monoparentales"].set_index("territory")

    return opened


def test_counts_of_iris_are_shared_out_and_the_note_says_how(edition):
    found = edition("ic")
    # half of (100, 400); all of (80, 200); half of (60, 400)
    assert found.loc["QN99901M", ["numerator", "denominator"]].tolist() == pytest.approx([50, 200], rel=1e-3)
    assert found.loc["QN99902M", "value"] == pytest.approx(40.0, rel=1e-3)
    assert found.loc["QN99903M", "value"] == pytest.approx(15.0, rel=1e-3)
    assert set(found.loc[["QN99901M", "QN99902M", "QN99903M", "QPV-999"], "origin"]) == {"oqhs_estimate"}
    assert "selon la surface, faute de population" in found.loc["QN99901M", "note"]
    # (50 + 80 + 30) / (200 + 200 + 200)
    assert found.loc["QPV-999", "value"] == pytest.approx(100 * 160 / 600, rel=1e-3)
    assert found.loc["QPV-999", "note"] == (
        "effectifs des quartiers estimés à partir des IRIS, selon la surface, faute de population"
    )
    assert found.loc[["QN99901M", "QPV-999"], ["lower", "upper"]].isna().all(axis=None)


def test_the_commune_is_the_sum_of_its_iris_and_is_no_estimate(edition):
    found = edition("ic")
    assert found.loc["99901", "value"] == pytest.approx(100 * 240 / 1000)
    assert found.loc["99901", "origin"] == "oqhs"
    assert found.loc["99901", "perimeter"] == "cog2022"


def test_a_delivery_of_counts_supersedes_the_estimate_and_a_mask_is_not_rebuilt(edition):
    found = edition("ordre", "ic")
    assert found.loc["QN99901M", "origin"] == "oqhs_estimate"
    assert (found.loc["QN99902M", "value"], found.loc["QN99902M", "origin"]) == (45.0, "insee")
    assert (found.loc["QN99902M", "lower"], found.loc["QN99902M", "upper"]) == (45.0, 45.0)
    assert found.loc["QN99903M", "status"] == "secret"
    assert found.loc["QPV-999", "n_known"] == 2


def test_a_rate_the_producer_masked_is_not_rebuilt_by_an_estimate(edition):
    found = edition("masque", "ic")
    assert found.loc["QN99902M", "status"] == "secret"
    assert found.loc["QN99901M", "origin"] == "oqhs_estimate"


def test_a_commune_is_not_the_sum_of_some_of_its_iris(edition):
    found = edition("ic", iris=IRIS.replace("999010103;99901;H;1;60;340;1;1;1;1\n", ""))
    assert found.loc["99901", "status"] == "not_available"
    assert found.loc["QN99902M", "origin"] == "oqhs_estimate"
    assert found.loc["QN99903M", "status"] == "not_available"


def test_counts_and_outlines_of_two_vintages_of_the_iris_are_refused(edition):
    with pytest.raises(MeasureError, match="another vintage"):
        edition("ic", vintage="iris2012")


def test_counts_of_none_of_the_iris_of_the_quartiers_are_refused(edition):
    with pytest.raises(MeasureError, match="not in this card"):
        edition("ic", iris=IRIS.replace("9990101", "9990201"))


def test_a_published_rate_is_shown_and_the_estimate_stays_beside_it_as_a_check(edition):
    found = edition("taux", "ic")
    assert (found.loc["QN99901M", "value"], found.loc["QN99901M", "origin"]) == (30.0, "insee")
    assert (found.loc["QN99901M", "note"], found.loc["QN99901M", "source"]) == ("", "taux")
    assert found.loc["QN99901M", "check"] == pytest.approx(25.0, rel=1e-3)
    # differences of −5 and −5 points: the estimate of quartier 2 says what the method is worth
    note = found.loc["QN99902M", "note"].replace("\u00a0", " ")
    assert (
        "écart à l'Insee du même calcul : 5,0 points en moyenne, 5,0 points au plus, sur 2 quartiers" in note
    )


def test_nothing_is_outside_the_quartiers_when_their_counts_are_estimates(edition):
    found = edition("ic")
    assert found.loc["HORS-QPV-999", "status"] == "not_available"
    assert "ni une estimation" in found.loc["HORS-QPV-999", "note"]
