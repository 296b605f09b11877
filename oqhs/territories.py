"""Territories: their codes, their names in a sentence, and which lies in which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.tables import strict_sum
from oqhs.text import listing, with_a, with_de

if TYPE_CHECKING:
    import geopandas as gpd

LAMBERT_93 = 2154
#: Projected reference system of each overseas département or territory (EPSG codes).
OVERSEAS_CRS = {
    "971": 5490,
    "972": 5490,
    "973": 2972,
    "974": 2975,
    "975": 4467,
    "976": 4471,
    "977": 5490,
    "978": 5490,
    "987": 3297,
    "988": 3163,
}
QPV_METRO = "QPV-METRO"
#: Rows of the producers for all the quartiers of metropolitan France.
METRO_ROWS = {"ENSEMBLE": QPV_METRO, "00": QPV_METRO}

#: France whole and in Europe, as one row: what the producer calls it depends on the file.
FRANCE, FRANCE_METRO = "FR", "FR-METRO"
#: Codes of the regions since 2016, then before: each is also the code of a département.
REGIONS = frozenset(
    {
        "01",
        "02",
        "03",
        "04",
        "06",
        "11",
        "24",
        "27",
        "28",
        "32",
        "44",
        "52",
        "53",
        "75",
        "76",
        "84",
        "93",
        "94",
    }
)
FORMER_REGIONS = frozenset(
    {"01", "02", "03", "04", "11", "21", "22", "23", "24", "25", "26", "31", "41", "42", "43", "52", "53"}
    | {"54", "72", "73", "74", "82", "83", "91", "93", "94"}
)

_DEP = r"(?:[0-9]{2}|2[AB])"
_SHAPES: dict[str, tuple[str, str | None]] = {
    r"CRS[0-9]{4}RES200MN[0-9]+E[0-9]+": ("carreau", "carreaux200m"),
    r"REG-[0-9]{2}": ("region", None),
    r"EPCI-[0-9]{9}": ("epci", None),
    r"FR|FR-METRO": ("france", None),
    r"QP(?:[0-9]{3}|02[AB])[0-9]{3}": ("qpv", "qpv2015"),
    r"QN(?:[0-9]{3}|02[AB])[0-9]{2}[MINC]": ("qpv", "qpv2024"),
    rf"QPV-(?:METRO|{_DEP}[0-9]?)": ("ensemble_qpv", None),
    r"T[0-9]{1,2}": ("ept", None),
    rf"{_DEP}[0-9]{{7}}": ("iris", None),
    rf"{_DEP}[0-9]{{3}}": ("commune", None),
    r"[0-9]{2}|2[AB]|9[789][0-9]": ("departement", None),
}
CODE_SHAPES = (
    "QP + 6 digits (quartier 2015), QN + 5 digits + M, I, N or C (quartier 2024), 9 digits (IRIS or EPCI), "
    "5 characters (commune), 2 or 3 (département or region), T + number (EPT), QPV-94 (all its quartiers)"
)

MEMBERSHIP_COLUMNS = ["territory", "parent", "parent_kind", "share_population", "share_area"]


def normalise_codes(codes: pd.Series) -> pd.Series:
    """Give codes in upper case without spaces; the row of all quartiers becomes `QPV-METRO`."""
    cleaned = codes.str.strip().str.upper()
    return cleaned.replace(METRO_ROWS)


def kinds_of(codes: pd.Series) -> pd.DataFrame:
    """Tell the kind of each territory from the shape of its code.

    Parameters
    ----------
    codes : Series of str
        Normalised codes.

    Returns
    -------
    DataFrame
        Same index: `kind` and, for a quartier, `perimeter`; None where no shape fits.

    Examples
    --------
    >>> kinds_of(pd.Series(["QN09404M", "QP094016", "94028", "940280101", "1053"])).kind.tolist()
    ['qpv', 'qpv', 'commune', 'iris', None]
    """
    kind = np.full(len(codes), None, dtype=object)
    perimeter = np.full(len(codes), None, dtype=object)
    for shape, (name, generation) in _SHAPES.items():
        fits = codes.str.fullmatch(shape).fillna(False).to_numpy(dtype=bool)
        kind[fits] = name
        perimeter[fits] = generation
    return pd.DataFrame({"kind": kind, "perimeter": perimeter}, index=codes.index, dtype=object)


def measures_kind(frame: pd.DataFrame, kind: str) -> bool:
    """Whether a table holds measurements, and of one territory of a kind at least."""
    if "variable" not in frame:
        return False
    codes = frame["territory"]
    return bool((kinds_of(codes.drop_duplicates().astype("str"))["kind"] == kind).any())


def identify(codes: pd.Series, kinds: Sequence[str], said: str | None = None) -> pd.DataFrame:
    """Tell which territories the codes of a table stand for.

    Some codes are written alike: nine digits for an IRIS and an EPCI, two for a département and a
    region. The kinds the table may hold decide, then what its card says, then the codes: those of EPCI
    begin with 20 as no IRIS does, and two digits that are all codes of regions, of today or of before
    2016, stay undecided without a card.

    Parameters
    ----------
    codes : Series of str
        Codes as written.
    kinds : sequence of str
        Kinds the table may hold.
    said : str, optional
        Kind the card gives; `france` or `france_metropolitaine` for a table of one row.

    Returns
    -------
    DataFrame
        Same index: `territory` (our code: `REG-11`, `EPCI-200054781`, `FR`, `FR-METRO`, else the code
        normalised), `kind` and `perimeter` as `kinds_of`; kind `departement|region` where nothing
        decides.

    Examples
    --------
    >>> identify(pd.Series(["11", "94"]), ["departement", "region"]).kind.tolist()
    ['departement|region', 'departement|region']
    >>> identify(pd.Series(["11", "10"]), ["departement", "region"]).kind.tolist()
    ['departement', 'departement']
    >>> identify(pd.Series(["11"]), ["departement", "region"], "region").territory.tolist()
    ['REG-11']
    """
    territory = normalise_codes(codes)
    if said in _COUNTRIES and len(codes) == 1:
        territory = pd.Series(_COUNTRIES[said], index=codes.index, dtype="str")
    found = kinds_of(territory)
    kind = found["kind"].copy()
    # IRIS and EPCI are told apart by what the table may hold, départements and regions by the codes.
    long = kind == "iris"
    if (
        ("epci" in kinds and "iris" not in kinds)
        or said == "epci"
        or territory[long].str.startswith("20").any()
    ):
        kind = kind.mask(long, "epci")
    short = kind == "departement"
    if said == "region":
        kind = kind.mask(short & territory.isin(REGIONS | FORMER_REGIONS), "region")
    elif (
        said is None
        and short.sum() >= (1 if "region" in kinds else _SEVERAL)
        and _are_regions(territory[short])
    ):
        kind = kind.mask(short, "departement|region")
    prefixes = kind.map({"region": "REG-", "epci": "EPCI-"}).fillna("")
    written = territory.str.fullmatch("[0-9]+").fillna(False)
    prefixed = (prefixes + territory).where(written, territory)
    return pd.DataFrame({"territory": prefixed, "kind": kind, "perimeter": found["perimeter"]})


def _are_regions(codes: pd.Series) -> bool:
    return bool(codes.isin(REGIONS).all() or codes.isin(FORMER_REGIONS).all())


#: A table that is not said to hold regions may hold one département; several that are all regions are not.
_SEVERAL = 2
_COUNTRIES = {"france": FRANCE, "france_metropolitaine": FRANCE_METRO}


def departement_of(codes: pd.Series) -> pd.Series:
    """Give the département of quartiers, IRIS and communes from their codes.

    Examples
    --------
    >>> departement_of(pd.Series(["QN09404M", "QP02A001", "97105", "94028"])).tolist()
    ['94', '2A', '971', '94']
    """
    quartier = codes.str.match(r"Q[PN][0-9]")
    inside = codes.where(~quartier, codes.str[2:5].str.replace("^0", "", regex=True))
    long = inside.str.match("9[789]")
    return inside.str[:3].where(long, inside.str[:2])


def crs_of(departement: str) -> int:
    """EPSG code of the projected reference system of a département."""
    return OVERSEAS_CRS.get(departement, LAMBERT_93)


def phrases(kind: str, label: str) -> tuple[str, str]:
    """Put a territory in a sentence: « à Créteil » and « de Créteil ».

    Examples
    --------
    >>> phrases("commune", "Le Kremlin-Bicêtre")
    ('au Kremlin-Bicêtre', 'du Kremlin-Bicêtre')
    >>> phrases("qpv", "Les Bleuets")
    ('dans le quartier Les Bleuets', 'du quartier Les Bleuets')
    """
    ept, number = label.removeprefix("EPT "), label.removeprefix("Département ")
    within = {
        "qpv": (f"dans le quartier {label}", f"du quartier {label}"),
        "regroupement": (f"dans les quartiers {label}", f"des quartiers {label}"),
        "iris": (f"dans l'IRIS {label}", f"de l'IRIS {label}"),
        "ept": (f"dans l'EPT {ept}", f"de l'EPT {ept}"),
        "departement": (f"dans le département {number}", f"du département {number}"),
        "ensemble_qpv": (f"dans les {label}", f"des {label}"),
        "hors_qpv": (f"{label}", f"{label}"),
    }
    if kind == "commune":
        return with_a(label), with_de(label)
    return within.get(kind, (f"dans {label}", f"de {label}"))


def memberships_from_lists(quartiers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read the communes of quartiers from the list a producer gives.

    Parameters
    ----------
    quartiers : GeoDataFrame
        With `territory` and `communes`, codes joined by commas.

    Returns
    -------
    DataFrame
        `territory`, `parent`: one row per quartier and commune, in the order of the list; a quartier
        without a list has none.

    Raises
    ------
    DataError
        A list holds something that is not the code of a commune.
    """
    told = quartiers.loc[quartiers["communes"].notna(), ["territory", "communes"]].astype("str")
    lists = told.set_index("territory")["communes"].str.split(",").explode().astype("str").str.strip()
    lists = lists[lists.notna() & (lists != "")]
    pairs = pd.DataFrame({"territory": lists.index, "parent": lists.to_numpy()}, dtype="str")
    wrong = pairs[kinds_of(pairs["parent"])["kind"] != "commune"]
    if len(wrong):
        raise DataError.gather(
            Problem(
                "the list of communes of a quartier holds something else",
                column=row.territory,
                found=row.parent,
                allowed="codes of communes joined by commas",
            )
            for row in wrong.itertuples()
        )
    return pairs.drop_duplicates(ignore_index=True)


def shares_of_area(quartiers: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure which part of each quartier lies in each commune.

    Parameters
    ----------
    quartiers, communes : GeoDataFrame
        With `territory`, in one projected reference system.

    Returns
    -------
    DataFrame
        `territory`, `parent`, `share_area` (0 to 1): one row per pair that overlaps.
    """
    left, right = quartiers.geometry.to_numpy(), communes.geometry.to_numpy()
    i, j = communes.sindex.query(left, predicate="intersects")
    areas = _areas(left[i], right[j])
    total = quartiers.geometry.area.to_numpy()[i]
    pairs = pd.DataFrame(
        {
            "territory": quartiers["territory"].to_numpy()[i],
            "parent": communes["territory"].to_numpy()[j],
            "share_area": areas / total,
        }
    )
    return pairs[pairs["share_area"] > 0].reset_index(drop=True)


def _areas(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    import shapely

    return np.asarray(shapely.area(shapely.intersection(left, right)))


def quartiers_in_communes(
    lists: pd.DataFrame, areas: pd.DataFrame, populations: pd.DataFrame, least_share: float
) -> pd.DataFrame:
    """Say in which communes each quartier lies, and for which part.

    A table of the parts decides for the quartiers it names; then the producer's list; without one, a
    commune counts when it holds at least `least_share` of the area of the quartier. The share of
    population is 1 in the only commune of a quartier, comes from the parts otherwise, and is missing
    when nobody gave it.

    Parameters
    ----------
    lists : DataFrame
        `territory`, `parent`; empty when the producer gave none.
    areas : DataFrame
        `territory`, `parent`, `share_area`; empty when there is no layer of communes.
    populations : DataFrame
        `territory`, `parent`, `population` in persons; may be empty.
    least_share : float
        Share of area, 0 to 1.

    Returns
    -------
    DataFrame
        `MEMBERSHIP_COLUMNS`, sorted.
    """
    drawn = areas.loc[areas["share_area"] >= least_share, ["territory", "parent"]]
    pairs = populations[["territory", "parent"]]
    for others in (lists, drawn):
        pairs = pd.concat([pairs, others[~others["territory"].isin(pairs["territory"])]], ignore_index=True)
    pairs = pairs.merge(areas, how="left", on=["territory", "parent"])
    pairs = pairs.merge(populations, how="left", on=["territory", "parent"])
    total = pairs["territory"].map(strict_sum(pairs["population"], pairs["territory"]))
    alone = pairs.groupby("territory")["parent"].transform("size") == 1
    share = (pairs["population"] / total).where(total > 0)
    pairs["share_population"] = share.mask(alone, 1.0)
    pairs["parent_kind"] = "commune"
    return pairs[MEMBERSHIP_COLUMNS].sort_values(["territory", "parent"], ignore_index=True)


def through(children: pd.DataFrame, parents: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Chain two memberships: quartiers in communes, communes in EPT, hence quartiers in EPT.

    Shares are added over the communes of one parent; a missing one leaves the sum missing.
    """
    above = parents[["territory", "parent"]].set_axis(["parent", "above"], axis=1)
    pairs = children.merge(above, on="parent")
    ends = [pairs["territory"], pairs["above"]]
    shares = strict_sum(pairs[["share_population", "share_area"]], ends)
    # A quartier whose communes are all in one parent is in it whole, even when no part was measured.
    inside = pairs.groupby(ends).size()
    everywhere = children.groupby("territory").size().reindex(inside.index, level="territory")
    shares["share_population"] = shares["share_population"].mask(inside == everywhere, 1.0)
    chained = shares.reset_index().rename(columns={"above": "parent"})
    return chained.assign(parent_kind=kind)[MEMBERSHIP_COLUMNS]


def pooled_parents(pairs: pd.DataFrame) -> pd.Series:
    """Parents of each territory, pooled: codes joined by « + », in their order.

    Examples
    --------
    >>> pairs = pd.DataFrame({"territory": ["Q", "Q", "R"], "parent": ["94044", "94004", "94028"]})
    >>> pooled_parents(pairs).to_dict()
    {'Q': '94004+94044', 'R': '94028'}
    """
    return pairs.sort_values(["territory", "parent"]).groupby("territory")["parent"].agg("+".join)


def pooled_label(code: str, labels: Mapping[str, str]) -> str:
    """Name of a pooled comparator: « Boissy-Saint-Léger et Limeil-Brévannes »."""
    return listing([labels.get(part, part) for part in code.split("+")])
