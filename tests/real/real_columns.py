"""What each column of the published tables holds, written by hand from the producers' dictionaries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A published table: how it is read, and what it must give."""

    path: str
    year: int
    perimeter: str
    columns: dict[str, str]
    labels: tuple[str, ...] = ()
    note: str = ""
    told_year: bool = False

    @property
    def options(self) -> dict[str, object]:
        """What neither the header nor the codes say."""
        told = {"year": self.year} if self.told_year else {}
        return told if self.perimeter == "qpv2015" else {**told, "perimeter": self.perimeter}


def _named(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_DECILES = "".join(f"D{i} niveau_vie_d{i}\n" for i in (1, 2, 3, 4, 6, 7, 8, 9))

_QPV = _named(
    _DECILES
    + """
    Q1 niveau_vie_q1
    Q3 niveau_vie_q3
    GINI niveau_vie_gini
    S80S20 niveau_vie_s80_s20
    PACT part_revenus_activite
    PCHO part_chomage
    PPEN part_pensions
    PPAT part_patrimoine
    PPSOC part_prestations
    PPFAM part_prestations_familiales
    PPMINI part_minima_sociaux
    PPLOGT part_prestations_logement
    PIMPOT part_impots
    """
)

QPV_2019 = {
    **{f"DISP_{stem}_A19": variable for stem, variable in _QPV.items()},
    "DISP_MED_A19": "niveau_vie_median",
    "DISP_EQ_A19": "niveau_vie_ecart_relatif",
    "DISP_RD_A19": "niveau_vie_rapport_d9_d1",
    "DISP_TP60_A19": "taux_pauvrete_60",
}

# Vintage 2017: lower case, other names for the median, the ratio and the poverty rate.
QPV_2017 = {
    **{f"disp_{stem.lower()}_a17": variable for stem, variable in _QPV.items()},
    "disp_q2_a17": "niveau_vie_median",
    "disp_q1q3q2_a17": "niveau_vie_ecart_relatif",
    "disp_d1d9_a17": "niveau_vie_rapport_d9_d1",
    "tp60_a17": "taux_pauvrete_60",
}

REVENUS = _named(
    """
PMIMP part_menages_imposes
DECUC_Q2 revenu_declare_median
DECUC_Q1 revenu_declare_q1
DECUC_Q3 revenu_declare_q3
DECUC_D1 revenu_declare_d1
DECUC_D9 revenu_declare_d9
DECUC_D1D9 revenu_declare_rapport_d9_d1
BREV part_bas_revenus_declares
DISP_Q2 niveau_vie_median
DISP_Q1 niveau_vie_q1
DISP_Q3 niveau_vie_q3
TP60 taux_pauvrete_60
DISP_D1 niveau_vie_d1
DISP_D9 niveau_vie_d9
DISP_D1D9 niveau_vie_rapport_d9_d1
PACT part_revenus_activite
PPEN part_pensions
PPSOC part_prestations
PIMPOT part_impots
PPAT part_patrimoine
"""
)

DEMOGRAPHIE = _named(
    """
POP_MUN population
TX_F part_femmes
TX_TOT_0A24 part_moins_25
TX_F_0A24 part_femmes_moins_25
TX_TOT_60ETPLUS part_60_plus
TX_F_60ETPLUS part_femmes_60_plus
IND_JEUNE indice_jeunesse
TX_TOT_MEN1 part_menages_1_personne
TX_TOT_MEN6 part_menages_6_personnes_plus
TX_TOT_ET part_etrangers
TX_F_ET part_etrangers_femmes
"""
)

INSERTION = _named(
    """
TX_TOT_EMPL taux_emploi_15_64
TX_F_EMPL taux_emploi_15_64_femmes
TX_ET_EMPL taux_emploi_15_64_etrangers
TX_TOT_EDLIM part_emplois_duree_limitee
TX_F_EDLIM part_emplois_duree_limitee_femmes
TX_ET_EDLIM part_emplois_duree_limitee_etrangers
"""
)

_SHARES = _named(
    """
PACT part_revenus_activite
PTSA part_salaires
PCHO part_chomage
PBEN part_benefices
PPEN part_pensions
PPAT part_patrimoine
PPSOC part_prestations
PPFAM part_prestations_familiales
PPMINI part_minima_sociaux
PPLOGT part_prestations_logement
PIMPOT part_impots
"""
)

COMMUNES_2021 = {
    **{f"{stem}21": variable for stem, variable in _SHARES.items()},
    "NBMENFISC21": "menages_fiscaux",
    "NBPERSMENFISC21": "personnes_menages_fiscaux",
    "MED21": "niveau_vie_median",
    "PIMP21": "part_menages_imposes",
    "TP6021": "taux_pauvrete_60",
    "TP60AGE121": "taux_pauvrete_60_moins_30",
    "TP60AGE221": "taux_pauvrete_60_30_39",
    "TP60AGE321": "taux_pauvrete_60_40_49",
    "TP60AGE421": "taux_pauvrete_60_50_59",
    "TP60AGE521": "taux_pauvrete_60_60_74",
    "TP60AGE621": "taux_pauvrete_60_75_plus",
    "TP60TOL121": "taux_pauvrete_60_proprietaires",
    "TP60TOL221": "taux_pauvrete_60_locataires",
    "D121": "niveau_vie_d1",
    "D921": "niveau_vie_d9",
    "RD21": "niveau_vie_rapport_d9_d1",
}

COMMUNES_2019 = {
    **{f"{stem}19": variable for stem, variable in _SHARES.items()},
    **{f"{stem}19": variable for stem, variable in _named(_DECILES).items()},
    "NBMEN19": "menages_fiscaux",
    "NBPERS19": "personnes_menages_fiscaux",
    "NBUC19": "uc",
    "Q119": "niveau_vie_q1",
    "Q219": "niveau_vie_median",
    "Q319": "niveau_vie_q3",
    "Q3_Q1": "niveau_vie_ecart_interquartile",
    "RD": "niveau_vie_rapport_d9_d1",
    "S80S2019": "niveau_vie_s80_s20",
    "GI19": "niveau_vie_gini",
}

TABLES = {
    "filosofi-qpv-2019": Published(
        "insee_qpv/data_filo19_qp_revdis.csv", 2019, "qpv2015", QPV_2019, note="DISP_NOTE_A19"
    ),
    "filosofi-qpv-2017": Published(
        "insee_qpv/data_filo17_qp_revdis.csv", 2017, "qpv2015", QPV_2017, note="note"
    ),
    # Edition 2021 of the thematic bases: incomes of 2017, census of 2018 (README of the data).
    "revenus-qpv": Published(
        "insee_qpv/REVN_2021.csv", 2017, "qpv2015", REVENUS, ("LIBGEO",), "NOTE_FILO", told_year=True
    ),
    "demographie-qpv": Published(
        "insee_qpv/DEMO_2021.csv",
        2018,
        "qpv2015",
        DEMOGRAPHIE,
        ("LIBGEO", "LIB_COM"),
        "NOTE_RP",
        told_year=True,
    ),
    "insertion-qpv": Published(
        "insee_qpv/IPRO_2021.csv", 2018, "qpv2015", INSERTION, ("LIBGEO",), told_year=True
    ),
    "filosofi-communes-2021": Published("insee/cc_filosofi_2021_COM.csv", 2021, "cog2021", COMMUNES_2021),
    "filosofi-communes-2019": Published(
        "insee/FILO2019_DISP_COM.csv", 2019, "cog2020", COMMUNES_2019, ("LIBGEO",)
    ),
    "filosofi-departements-2019": Published(
        "insee/FILO2019_DISP_DEP.csv", 2019, "cog2020", COMMUNES_2019, ("LIBGEO",)
    ),
}
