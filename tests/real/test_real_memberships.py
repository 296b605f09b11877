"""Who lies in what in the Val-de-Marne: intercommunal quartiers, and an EPT that overflows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import real_plain as plain
from real_setup import EDITION_2024, OpenFolder, card_of

from oqhs.edition import Edition
from oqhs.observatory import Observatory
from oqhs.sources.cards import Card
from oqhs.sources.mappings import MembershipMapping

pytestmark = pytest.mark.real

#: domain.md, section 0: communes of the Essonne in Grand-Orly Seine Bièvre.
ESSONNE = ("91027", "91326", "91432", "91479", "91589", "91687")


def parents(edition: Edition, kind: str) -> dict[str, set[str]]:
    rows = edition.memberships
    rows = rows[(rows["parent_kind"] == kind) & rows["territory"].str.startswith("QN")]
    return rows.groupby("territory")["parent"].agg(set).to_dict()


def poverty_of(edition: Edition, territory: str) -> pd.Series:
    rows = edition.observations
    return rows[(rows["indicator"] == "taux_pauvrete") & (rows["territory"] == territory)].iloc[0]


def pooled_poverty(real_data: Path, communes: list[str]) -> float:
    path = real_data / "insee/cc_filosofi_2021_COM.csv"
    rates, persons = (plain.column(path, name, key="CODGEO") for name in ("TP6021", "NBPERSMENFISC21"))
    return float(plain.mean_rate({code: rates[code] for code in communes}, persons))


@pytest.fixture(scope="session")
def with_essonne(
    cards: dict[str, Card],
    open_folder: OpenFolder,
    real_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Observatory:
    """Open the edition of 2024 with the six communes of the Essonne added to the table of EPT."""
    table = (real_data / "perimeters/commune_ept_94.csv").read_text(encoding="utf-8").rstrip("\n")
    added = [f"{code},Essonne,T12,200058014,EPT Grand-Orly Seine Bièvre" for code in ESSONNE]
    path = tmp_path_factory.mktemp("epts") / "commune_ept_94_91.csv"
    path.write_text("\n".join([table, *added]) + "\n", encoding="utf-8")
    columns = MembershipMapping(territory="DEPCOM", parent="EPT", parent_name="lib_ept")
    card = card_of("epts", path, layout="memberships", source="insee_geo", memberships=columns)
    return open_folder("essonne", {**cards, "epts": card}, [EDITION_2024])


def test_eight_of_47_quartiers_lie_in_several_communes_and_two_in_two_epts(
    edition_2024: Edition, real_data: Path
):
    listed = plain.communes_of_quartiers(real_data / "perimeters/qpv2024_simplified.geojson")
    communes, epts = parents(edition_2024, "commune"), parents(edition_2024, "ept")
    assert communes == {code: set(one) for code, one in listed.items()}
    assert len(communes) == 47
    assert sum(len(one) > 1 for one in communes.values()) == 8  # design.md
    assert {code: one for code, one in epts.items() if len(one) > 1} == {
        "QN09424I": {"T10", "T11"},
        "QN09431M": {"T11", "T12"},
    }


def test_the_share_of_population_of_an_intercommunal_quartier_is_unknown_until_somebody_gives_it(
    edition_2024: Edition,
):
    rows = edition_2024.memberships
    rows = rows[(rows["parent_kind"] == "commune") & rows["territory"].str.startswith("QN")]
    several = rows.groupby("territory")["parent"].transform("size") > 1
    assert rows.loc[several, "share_population"].isna().all()
    assert (rows.loc[~several, "share_population"] == 1).all()
    # The pieces of a quartier cover it; outlines of different makers agree within 5 % at its edge.
    assert rows.groupby("territory")["share_area"].sum().between(0.95, 1.0 + 1e-5).all()


@pytest.mark.parametrize(("quartier", "epts"), [("QN09424I", ("T10", "T11")), ("QN09431M", ("T11", "T12"))])
def test_a_quartier_in_two_epts_is_compared_with_both_pooled(
    edition_2024: Edition, real_data: Path, quartier: str, epts: tuple[str, str]
):
    table = plain.ept_of_communes(real_data / "perimeters/commune_ept_94.csv")
    communes = [commune for commune, ept in table.items() if ept in epts]
    gaps = edition_2024.gaps("ept")
    row = gaps[(gaps["indicator"] == "taux_pauvrete") & (gaps["territory"] == quartier)].iloc[0]
    assert row["reference_territory"] == "+".join(epts)
    assert row["reference_value"] == pytest.approx(pooled_poverty(real_data, communes), abs=1e-9)
    assert poverty_of(edition_2024, "+".join(epts))["n_total"] == len(communes)


def test_grand_orly_is_made_of_24_communes_six_of_them_in_the_essonne(
    with_essonne: Observatory, edition_2024: Edition, real_data: Path
):
    table = plain.ept_of_communes(real_data / "perimeters/commune_ept_94.csv")
    inside = [commune for commune, ept in table.items() if ept == "T12"]
    row, without = (poverty_of(one, "T12") for one in (with_essonne.edition(2024), edition_2024))
    assert (row["n_total"], without["n_total"]) == (24, 18)
    assert row["value"] == pytest.approx(pooled_poverty(real_data, [*inside, *ESSONNE]), abs=1e-9)
    assert without["value"] == pytest.approx(pooled_poverty(real_data, inside), abs=1e-9)
    assert row["value"] != pytest.approx(without["value"], abs=0.05)


def test_communes_of_the_essonne_change_the_epts_and_not_the_departement(
    with_essonne: Observatory, edition_2024: Edition
):
    edition = with_essonne.edition(2024)
    for territory in ("94", "T10", "T11", "QPV-94"):
        ours, before = poverty_of(edition, territory), poverty_of(edition_2024, territory)
        assert (ours["value"], ours["n_total"]) == (before["value"], before["n_total"])
    gaps = edition.gaps("ept")
    poverty = gaps[gaps["indicator"] == "taux_pauvrete"].set_index("territory")
    assert poverty.loc["QN09431M", "reference_territory"] == "T11+T12"
    assert poverty_of(edition, "T11+T12")["n_total"] == 40
    outline = edition.territories.set_index("territory").geometry["T12"]
    assert outline is None  # six of its communes have no outline in the layer


def test_all_the_quartiers_of_the_departement_are_not_all_those_of_the_metropole(
    edition_2019: Edition, real_data: Path
):
    table = real_data / "insee_qpv/data_filo19_qp_revdis.csv"
    ensemble = plain.column(table, "DISP_TP60_A19", key="CODGEO")["Ensemble"]
    row = poverty_of(edition_2019, "QPV-94")
    assert row["value"] < float(ensemble) - 5
    for table_of_edition in (edition_2019.observations, edition_2019.measurements, edition_2019.territories):
        assert "QPV-METRO" not in set(table_of_edition["territory"])
