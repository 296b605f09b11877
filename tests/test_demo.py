"""The invented département: what it promises to everything that runs on it."""

import csv
import json
import os
import subprocess
import sys
import unicodedata
import warnings
from pathlib import Path

import pytest

from oqhs import sources
from oqhs.catalogue import built_in, load_catalogue
from oqhs.demo import write_demo
from oqhs.demo.places import COMMUNES, EPTS, QUARTIERS
from oqhs.errors import DataError
from oqhs.sources.cards import read_cards
from oqhs.territories import memberships_from_lists, shares_of_area

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
RAW = DATA / "raw"
REAL = Path(os.environ.get("OQHS_REAL_DATA", ROOT.parent / "shared" / "data"))

#: Territories of each file: 47 quartiers of 2024 or 42 of 2015 (and the row of them all), 26 communes
#: and two neighbours (or the département), 359 IRIS, cells.
SUBJECTS = (
    "activite-residents",
    "couples-familles-menages",
    "diplomes-formation",
    "evol-struct-pop",
    "logement",
)
TERRITORIES = {
    "departement/rsa_2015_com.csv": 27,
    "departement/rsa_2015_qpv.csv": 42,
    "departement/rsa_2020_com.csv": 27,
    "departement/rsa_2020_qpv.csv": 47,
    "insee/carreaux_200m_met.csv": 2792,
    "insee/cc_filosofi_2017_COM.csv": 28,
    "insee/cc_filosofi_2017_DEP.csv": 2,
    "insee/cc_filosofi_2021_COM.csv": 28,
    "insee/cc_filosofi_2021_DEP.csv": 2,
    "insee/commande_rp2015_com.csv": 28,
    "insee/commande_rp2015_qpv.csv": 42,
    "insee/commande_rp2020_com.csv": 28,
    "insee/commande_rp2020_qpv.csv": 47,
    "insee/data_filo17_qp_revdis.csv": 43,
    "insee/data_filo21_qp_revdis.csv": 48,
    "insee/ensemble_qpv_filosofi2021.csv": 1,
    "insee/ensemble_qpv_rp2020.csv": 1,
    "perimetres/communes_999.geojson": 28,
    "perimetres/communes_ept.csv": 28,
    "perimetres/iris_999.geojson": 359,
    "perimetres/qpv2015_999.geojson": 42,
    "perimetres/qpv2015_communes_population.csv": 42,
    "perimetres/qpv2024_999.geojson": 47,
    "perimetres/qpv_communes_population.csv": 47,
} | {f"insee/base-ic-{subject}-{year}.csv": 359 for subject in SUBJECTS for year in (2015, 2020)}
RATIOS = {
    name: (one.numerator.variables[0], one.denominator.variables[0])
    for name, one in load_catalogue().indicators.items()
    if one.recipe == "ratio"
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, write_demo(folder)


def cells(name):
    """Rows of a file as the standard library reads them: an oracle for the readers too."""
    text = (RAW / name).read_bytes().decode("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def number(cell):
    """Number of a French cell; None where the producer gives none."""
    digits = cell.replace("\u00a0", "").replace(",", ".")
    return None if digits in {"", "s", "ns"} else float(digits)


def counts(name, key):
    return {
        row.pop(key): {column: number(cell) for column, cell in row.items()} for row in map(dict, cells(name))
    }


@pytest.fixture(scope="module")
def quartiers():
    return counts("insee/commande_rp2020_qpv.csv", "CODE_QP")


@pytest.fixture(scope="module")
def communes():
    return counts("insee/commande_rp2020_com.csv", "DEPCOM")


def test_the_committed_data_are_what_the_program_writes_byte_for_byte(written):
    folder, paths = written
    for path in paths:
        assert (DATA / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_no_file_of_the_committed_data_is_one_the_program_no_longer_writes(written):
    folder, paths = written
    known = {path.relative_to(folder).as_posix() for path in paths}
    kept = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    raw = {name for name in kept if name.startswith(("raw/", "editions/"))}
    assert raw <= known


def test_the_bytes_do_not_depend_on_the_order_of_hashes(written, tmp_path):
    folder, paths = written
    code = "import sys; from pathlib import Path; from oqhs.demo import write_demo; write_demo(Path(sys.argv[1]))"
    for seed in ("1", "2"):
        subprocess.run(  # noqa: S603  our own interpreter and code
            [sys.executable, "-c", code, str(tmp_path / seed)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for path in paths:
            assert (tmp_path / seed / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_every_file_has_a_card_that_vouches_for_it_and_says_it_is_invented():
    cards = read_cards(RAW, built_in())
    invented = {path.relative_to(RAW).as_posix(): card for path, card in cards.values() if card.invented}
    assert set(TERRITORIES) <= set(invented)
    for name in TERRITORIES:
        card = invented[name]
        assert "données inventées" in card.title
        assert card.licence == "etalab-2.0"
        assert card.obtained.isoformat() == "2024-10-02"
        assert card.source in load_catalogue().sources


@pytest.mark.parametrize(("name", "territories"), TERRITORIES.items())
def test_every_file_reads_without_a_warning_and_loses_no_territory(name, territories):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading = sources.load(RAW / name)
    assert reading.territories == territories
    assert reading.repaired == reading.blank_rows == 0


def test_files_that_are_already_the_same_are_left(written):
    folder, paths = written
    before = [path.stat().st_mtime_ns for path in paths]
    assert write_demo(folder) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before


def test_a_file_that_differs_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "libelles.yaml").write_text("mine\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"libelles\.yaml") as refused:
        write_demo(tmp_path)
    assert len(refused.value.problems) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["libelles.yaml"]
    assert (tmp_path / "libelles.yaml").read_text(encoding="utf-8") == "mine\n"


def test_the_quartiers_are_coded_as_a_generation_is():
    letters = [quartier.code[-1] for quartier in QUARTIERS]
    assert {letter: letters.count(letter) for letter in "MIN"} == {"M": 24, "I": 13, "N": 10}
    assert [quartier.code[5:7] for quartier in QUARTIERS] == [f"{i:02d}" for i in range(1, 48)]


def test_four_quartiers_are_intercommunal_and_one_of_them_lies_in_two_epts():
    ept = {commune.code: commune.ept for commune in COMMUNES}
    several = [quartier for quartier in QUARTIERS if len(quartier.communes) > 1]
    assert len(several) == 4
    assert sum(len({ept[code] for code in quartier.communes}) == 2 for quartier in several) == 1


def test_quartier_counts_fit_in_their_communes(quartiers, communes):
    # A set of communes holds at least the quartiers that lie wholly in it.
    ordered = quartiers["QN99901M"]
    for held in {quartier.communes for quartier in QUARTIERS}:
        inside = [quartier.code for quartier in QUARTIERS if set(quartier.communes) <= set(held)]
        for column in ordered:
            whole = sum(communes[code][column] for code in held)
            assert sum(quartiers[code][column] or 0 for code in inside) <= whole, (held, column)


@pytest.mark.parametrize(
    ("card", "shares"), [("rp-2015-com", 9), ("rp-2015-qpv", 5), ("rp-2020-com", 10), ("rp-2020-qpv", 5)]
)
def test_no_share_is_above_one(card, shares):
    path, content = read_cards(RAW, built_in())[card]
    column_of = {mapped.variable: column for column, mapped in content.mapping.columns.items()}
    rows = counts(path.relative_to(RAW).as_posix(), content.mapping.key).values()
    pairs = [pair for pair in RATIOS.values() if set(pair) <= set(column_of)]
    assert len(pairs) == shares
    for numerator, denominator in pairs:
        for row in rows:
            top, base = row[column_of[numerator]], row[column_of[denominator]]
            assert top is None or base is None or 0 <= top <= base


def test_the_parts_of_a_quartier_add_up_to_its_population_and_those_of_one_are_unknown(quartiers):
    parts = {}
    for row in cells("perimetres/qpv_communes_population.csv"):
        parts.setdefault(row["CODE_QP"], []).append(number(row["POPULATION"]))
    unknown = [code for code, people in parts.items() if None in people]
    assert len(unknown) == 1
    assert parts[unknown[0]] == [None, None]
    for code in set(parts) - set(unknown):
        assert sum(parts[code]) == pytest.approx(quartiers[code]["P20_POP"], abs=0.001)


def test_every_way_of_masking_a_figure_is_met(quartiers):
    medians = [row["DISP_MED_A21"] for row in cells("insee/data_filo21_qp_revdis.csv")]
    assert [medians.count(code) for code in ("", "s", "ns")] == [1, 1, 1]
    cautions = [row for row in cells("insee/data_filo21_qp_revdis.csv") if row["DISP_NOTE_A21"] == "1"]
    assert len(cautions) == 2
    assert all(number(row["DISP_MED_A21"]) for row in cautions)
    secret = [row for row in cells("insee/cc_filosofi_2021_COM.csv") if row["TP6021"] == "s"]
    assert len(secret) == 2
    assert all(number(row["MED21"]) > 30_000 for row in secret)
    assert sum(row["P20_CHOM1524"] is None for row in quartiers.values()) == 3
    assert sum(row["P20_POP60P"] is None for row in quartiers.values()) == 0
    assert sum(row["P20_ACT1564"] is None for row in quartiers.values()) == 1
    assert all(row["P20_POP"] for row in quartiers.values())


def test_official_figures_are_near_those_of_the_quartiers_together(quartiers):
    (census,) = cells("insee/ensemble_qpv_rp2020.csv")
    (incomes,) = cells("insee/ensemble_qpv_filosofi2021.csv")
    official = census | incomes
    known = [row for row in quartiers.values() if row["P20_ACT1564"] is not None]
    people = {code: row["P20_POP"] for code, row in quartiers.items()}
    poor = {
        row["CODGEO"]: number(row["DISP_TP60_A21"]) for row in cells("insee/data_filo21_qp_revdis.csv")[1:]
    }
    poor = {code: rate for code, rate in poor.items() if rate is not None}

    def share(top, base):
        return 100 * sum(row[top] for row in known) / sum(row[base] for row in known)

    assert number(official["PART_60P"]) == pytest.approx(share("P20_POP60P", "P20_POP"), abs=0.2)
    assert number(official["TX_CHOM1564"]) == pytest.approx(share("P20_CHOM1564", "P20_ACT1564"), abs=0.2)
    weighted = sum(rate * people[code] for code, rate in poor.items()) / sum(people[code] for code in poor)
    assert number(official["TP60"]) == pytest.approx(weighted, abs=0.3)


def test_the_departement_is_the_sum_of_its_communes():
    inside = [row for row in cells("insee/cc_filosofi_2021_COM.csv") if row["CODGEO"].startswith("999")]
    (whole,) = [row for row in cells("insee/cc_filosofi_2021_DEP.csv") if row["CODGEO"] == "999"]
    persons = sum(number(row["NBPERSMENFISC21"]) for row in inside)
    # Each commune is rounded to a person.
    assert number(whole["NBPERSMENFISC21"]) == pytest.approx(persons, abs=len(inside) / 2)


@pytest.mark.parametrize(
    ("layer", "table"),
    [("qpv2024_999", "qpv_communes_population"), ("qpv2015_999", "qpv2015_communes_population")],
)
def test_quartiers_do_not_overlap_and_lie_in_the_communes_listed_for_them(layer, table):
    zones = sources.read(RAW / f"perimetres/{layer}.geojson")
    towns = sources.read(RAW / "perimetres/communes_999.geojson")
    hectares = zones.geometry.area / 10_000
    assert hectares.between(10, 60).all()
    i, j = zones.sindex.query(zones.geometry, predicate="intersects")
    # The two halves of one quartier of 2024 touch in 2015.
    touching = {frozenset((a, b)) for a, b in zip(i, j, strict=True) if a != b}
    assert len(touching) == (layer == "qpv2015_999")
    for a, b in touching:
        assert zones.geometry[a].intersection(zones.geometry[b]).area < 100
    listed = {(row["CODE_QP"], row["DEPCOM"]) for row in cells(f"perimetres/{table}.csv")}
    measured = shares_of_area(zones, towns)
    assert {tuple(pair) for pair in measured[["territory", "parent"]].to_numpy()} == listed
    assert measured.groupby("territory")["share_area"].sum().to_numpy() == pytest.approx(1)
    if zones["communes"].notna().all():
        told = memberships_from_lists(zones)
        assert {tuple(pair) for pair in told[["territory", "parent"]].to_numpy()} == listed


def test_a_layer_says_nothing_of_its_reference_system_as_the_standard_wants():
    for path in RAW.rglob("*_999.geojson"):
        assert "crs" not in json.loads(path.read_text(encoding="utf-8"))


def test_no_enterprise_can_bear_the_invented_siren():
    for ept in EPTS.values():
        doubled = [int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(ept.siren))]
        assert sum(value // 10 + value % 10 for value in doubled) % 10 != 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("ours", "theirs", "years"),
    [
        ("data_filo21_qp_revdis.csv", "insee_qpv/data_filo19_qp_revdis.csv", ("_A19", "_A21")),
        ("data_filo17_qp_revdis.csv", "insee_qpv/data_filo17_qp_revdis.csv", ("a17", "a17")),
        ("cc_filosofi_2017_COM.csv", "insee/cc_filosofi_2021_COM.csv", ("21", "17")),
        ("cc_filosofi_2021_COM.csv", "insee/cc_filosofi_2021_COM.csv", ("21", "21")),
        ("cc_filosofi_2021_DEP.csv", "insee/cc_filosofi_2021_COM.csv", ("21", "21")),
    ],
)
def test_headers_are_those_of_the_producer(ours, theirs, years):
    if not (REAL / theirs).exists():
        pytest.skip(f"{REAL / theirs} is not there (OQHS_REAL_DATA)")
    expected = (REAL / theirs).read_bytes().split(b"\n")[0].decode().replace(*years)
    assert (RAW / "insee" / ours).read_bytes().split(b"\n")[0].decode() == expected


@pytest.mark.real
def test_no_invented_commune_bears_the_name_of_a_real_one():
    path = REAL / "insee/FILO2019_DISP_COM.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there (OQHS_REAL_DATA)")

    def plain(name):
        letters = unicodedata.normalize("NFD", name.lower().replace("œ", "oe"))
        return "".join(letter for letter in letters if letter.isalnum())

    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    real = {plain(row["LIBGEO"]) for row in rows}
    assert len(real) > 20_000
    assert not [commune.name for commune in COMMUNES if plain(commune.name) in real]
