"""A data folder of two editions on two perimeters, invented and drawn in metres, written from nothing.

Everything is a rectangle of EPSG:2154. Lengths are in units of four metres, so that a cell of 200 m fits
where it is put. Three communes of 1 000 by 1 000 stand in a row, from west to east, and are cut in two
IRIS of 500 by 1 000 each, called A to F::

    99901 (T98)      99902 (T98)      99903 (T99)
    A       B        C       D        E       F
    0      500     1000    1500     2000    2500    3000

=========  ========================  =========  ========================  ================================
2015       west-east, south-north    2024       west-east, south-north    people of 2024, spread by area
=========  ========================  =========  ========================  ================================
QP999001   100-300, 100-600          QN99901I   the same                  0.2 A
QP999002   500-700, 0-500            QN99902M   400-700, 0-500            0.1 A + 0.2 B (enlarged)
QP999003   900-1400, 0-500           QN99903M   900-1100, 0-500           0.1 B + 0.1 C (reduced)
QP999004   1500-1600, 0-500          QN99904M   1500-1750, 0-500          0.25 D (fusion of two)
QP999005   1600-1700, 0-500
                                     QN99905N   2100-2350, 0-1000         0.5 E (entered)
QP999006   2600-2800, 0-500                                               (left)
=========  ========================  =========  ========================  ================================
"""

import datetime as dt
import json
from dataclasses import dataclass

import geopandas as gpd
import shapely

import oqhs
from oqhs.sources.cards import Card, sha256, write_card

UNIT, WEST, SOUTH = 4, 650_000, 6_860_000

COMMUNES = {
    "99901": ("Le Bourg", 0, 1000, 0, 1000),
    "99902": ("Orval", 1000, 2000, 0, 1000),
    "99903": ("Plessis", 2000, 3000, 0, 1000),
}
IRIS = dict(
    zip(
        "ABCDEF",
        ("999010101", "999010102", "999020101", "999020102", "999030101", "999030102"),
        strict=True,
    )
)
FORMER = {
    "QP999001": ("Les Bleuets", 100, 300, 100, 600, "99901"),
    "QP999002": ("Le Gué", 500, 700, 0, 500, "99901"),
    "QP999003": ("Haut Val", 900, 1400, 0, 500, "99901,99902"),
    "QP999004": ("Les Tilleuls", 1500, 1600, 0, 500, "99902"),
    "QP999005": ("La Forge", 1600, 1700, 0, 500, "99902"),
    "QP999006": ("Les Charmes", 2600, 2800, 0, 500, "99903"),
}
QUARTIERS = {
    "QN99901I": ("Les Bleuets", 100, 300, 100, 600, "99901"),
    "QN99902M": ("Le Grand Gué", 400, 700, 0, 500, "99901"),
    "QN99903M": ("Haut Val", 900, 1100, 0, 500, "99901,99902"),
    "QN99904M": ("Tilleuls - Forge", 1500, 1750, 0, 500, "99902"),
    "QN99905N": ("Les Peupliers", 2100, 2350, 0, 1000, "99903"),
}
#: People of the grid: a cell in the middle of each place, and how many live there.
PLACES = {
    "A": ((200, 350, 30), (450, 250, 20), (250, 850, 50)),
    "B": ((600, 250, 50), (950, 250, 10), (750, 850, 40)),
    "C": ((1050, 250, 25), (1250, 250, 25), (1250, 850, 50)),
    "D": ((1550, 250, 40), (1650, 250, 20), (1750, 850, 40)),
    "E": ((2225, 500, 80), (2430, 500, 20)),
    "F": ((2700, 250, 50), (2700, 850, 50)),
}
RP_2015_QPV = """code;population;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
QP999001;210;12;100;80;44
QP999002;300;30;150;120;90
QP999003;500;40;200;200;100
QP999004;250;20;100;100;60
QP999005;300;15;125;120;60
QP999006;150;8;80;60;30
"""
RP_2020_QPV = """code;population;pop_0_17;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
QN99901I;220;70;15;120;90;45
QN99902M;560;150;40;200;230;150
QN99903M;400;100;30;120;160;90
QN99904M;640;160;45;250;250;150
QN99905N;480;130;30;240;200;100
"""
#: By IRIS, 2015 has no count of social housing.
IC_2015 = """code;population;pop_0_17;chomeurs_15_64;actifs_15_64
999010101;1000;300;50;500
999010102;2000;500;120;800
999020101;1500;400;90;600
999020102;2400;600;160;1000
999030101;800;200;30;400
999030102;600;150;20;300
"""
IC_2020 = """code;population;pop_0_17;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
999010101;1100;310;60;500;450;150
999010102;2100;510;100;800;900;400
999020101;1600;420;90;500;700;300
999020102;2400;590;150;1000;1000;500
999030101;900;240;50;400;380;120
999030102;600;160;30;300;250;80
"""
#: Communes are the sums of their IRIS: A + B, C + D, E + F.
RP_2015_COM = """code;population;pop_0_17;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
99901;3000;800;170;1300;1300;500
99902;3900;1000;250;1600;1650;700
99903;1400;350;50;700;600;200
"""
RP_2020_COM = """code;population;pop_0_17;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
99901;3200;820;160;1300;1350;550
99902;4000;1010;240;1500;1700;800
99903;1500;400;80;700;630;200
"""
FILOSOFI_2016_QPV = """code;taux_pauvrete_60;niveau_vie_median
QP999001;40,0;14400
QP999002;35,0;15000
QP999003;45,0;13200
QP999004;38,0;14000
QP999005;33,0;15600
QP999006;30,0;16000
"""
FILOSOFI_2021_QPV = """code;taux_pauvrete_60;niveau_vie_median
QN99901I;38,0;15000
QN99902M;36,0;15600
QN99903M;44,0;13800
QN99904M;37,0;14700
QN99905N;34,0;15500
"""
FILOSOFI_2016_DEP = "code;taux_pauvrete_60;niveau_vie_median\n999;16,0;24000\n"
FILOSOFI_2021_DEP = "code;taux_pauvrete_60;niveau_vie_median\n999;17,5;25200\n"
EPTS = "code;ept\n99901;T98\n99902;T98\n99903;T99\n"
ATTRIBUTES = "code;NPNRU;QVA\nQN99901I;intérêt national;\nQN99905N;;Les Vieux Peupliers\n"
#: The quartiers of 2024 counted in 2015, for two editions on one perimeter.
RP_2015_ON_2024 = """code;population;chomeurs_15_64;actifs_15_64;menages;menages_locataires_hlm
QN99901I;210;12;100;80;44
QN99902M;500;45;180;200;140
QN99903M;380;24;120;150;90
QN99904M;600;40;250;240;130
QN99905N;400;20;200;160;80
"""


@dataclass
class Made:
    """What is to be written: files with the keys of their cards, and editions, all of them to be changed."""

    layers: dict
    tables: dict
    cards: dict
    editions: dict

    def table(self, name, text, **card):
        """Add a table whose columns are named after the variables."""
        columns = text.splitlines()[0].split(";")[1:]
        self.tables[name] = text
        self.cards[name] = {"layout": "mapped", "source": "rp"} | card
        self.cards[name]["mapping"] = {"key": "code", "columns": dict(zip(columns, columns, strict=True))}

    def layer(self, name, places, fields, **card):
        """Add a layer of rectangles: name, west, east, south, north and perhaps communes, by code."""
        self.layers[name] = (places, fields)
        self.cards[name] = card


def rectangle(west, east, south, north):
    sides = (WEST + UNIT * west, SOUTH + UNIT * south, WEST + UNIT * east, SOUTH + UNIT * north)
    return shapely.box(*sides)


def layer_of(places, fields):
    """Give the text of a layer, in EPSG:2154."""
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(fields, (code, place[0], *place[5:]), strict=True)),
            "geometry": shapely.geometry.mapping(rectangle(*place[1:5])),
        }
        for code, place in places.items()
    ]
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    return json.dumps({"type": "FeatureCollection", "crs": system, "features": features})


def made():
    """Two editions: 2020 on the quartiers of 2015, 2024 on those of 2024."""
    found = Made({}, {}, {}, {})
    of_qpv = {"layout": "perimetres_qpv_lib", "source": "perimetres_qpv"}
    fields = ("CODE_QP", "LIB_QP", "INSEE_COM")
    found.layer("qpv-2015", FORMER, fields, perimeter="qpv2015", **of_qpv)
    found.layer("qpv-2024", QUARTIERS, fields, perimeter="qpv2024", **of_qpv)
    found.layer("communes", COMMUNES, ("DEPCOM", "LIBCOM"), **COMMUNES_CARD)
    parts = {code: (name, 500 * i, 500 * i + 500, 0, 1000) for i, (name, code) in enumerate(IRIS.items())}
    found.layer("iris", parts, ("CODE_IRIS", "NOM_IRIS"), layout="iris", source="ign", perimeter="iris2020")
    found.table("rp-2015-qpv", RP_2015_QPV, year=2015, perimeter="qpv2015")
    found.table("rp-2020-qpv", RP_2020_QPV, year=2020, perimeter="qpv2024")
    for year, by_iris, by_commune in ((2015, IC_2015, RP_2015_COM), (2020, IC_2020, RP_2020_COM)):
        found.table(f"ic-{year}", by_iris, year=year, perimeter="iris2020")
        found.table(f"rp-{year}-com", by_commune, year=year, perimeter="cog2020")
    for year, generation, by_qpv, of_dep in (
        (2016, "qpv2015", FILOSOFI_2016_QPV, FILOSOFI_2016_DEP),
        (2021, "qpv2024", FILOSOFI_2021_QPV, FILOSOFI_2021_DEP),
    ):
        found.table(f"filosofi-{year}-qpv", by_qpv, source="filosofi", year=year, perimeter=generation)
        found.table(f"filosofi-{year}-dep", of_dep, source="filosofi", year=year, perimeter="cog2020")
    found.tables |= {"epts": EPTS, "attributs": ATTRIBUTES}
    found.cards["epts"] = {"layout": "memberships", "source": "insee_geo", "perimeter": "cog2020"}
    found.cards["epts"]["memberships"] = {"territory": "code", "parent": "ept"}
    found.cards["attributs"] = {"layout": "attributes", "source": "perimetres_qpv", "perimeter": "qpv2024"}
    found.cards["attributs"]["attributes"] = {
        "territory": "code",
        "columns": {"NPNRU": "NPNRU", "QVA": "Ancien quartier de veille active"},
    }
    found.editions[2020] = edition_file(2020, "qpv2015", 2015, 2016)
    found.editions[2024] = edition_file(2024, "qpv2024", 2020, 2021) | {"since": 2020}
    found.editions[2024]["territories"]["attributes"] = "attributs"
    # The order of 2015 did not ask for the young: they are estimated.
    found.editions[2020]["indicators"]["part_moins_18"] |= {
        "recipe": "estimate",
        "inputs": {"qpv": ["ic-2015"], "reference": ["rp-2015-com"]},
    }
    return found


COMMUNES_CARD = {"layout": "communes_depcom", "source": "ign", "perimeter": "cog2020"}


def edition_file(edition, perimeter, census, incomes):
    """Give an edition whose counts were ordered by quartier, and are also there by IRIS."""
    counts = {
        "inputs": {"qpv": [f"rp-{census}-qpv", f"ic-{census}"], "reference": [f"rp-{census}-com"]},
        "year": census,
    }
    rates = {
        "inputs": {"qpv": [f"filosofi-{incomes}-qpv"], "reference": [f"filosofi-{incomes}-dep"]},
        "year": incomes,
        "recipe": "published",
    }
    return {
        "edition": edition,
        "departement": "999",
        "perimeter": perimeter,
        "diffusion": "interne",
        "territories": {
            "qpv": f"qpv-{perimeter.removeprefix('qpv')}",
            "communes": "communes",
            "epts": "epts",
            "iris": "iris",
        },
        "indicators": {
            "population": {"recipe": "count"} | counts,
            "part_moins_18": {"recipe": "ratio"} | counts,
            "taux_chomage_15_64": {"recipe": "ratio"} | counts,
            "locataires_hlm": {"recipe": "ratio"} | counts,
            "taux_pauvrete": dict(rates),
            "niveau_vie_median_mensuel": dict(rates),
        },
    }


def with_cells(found):
    """Share the people by a grid: `PLACES` says where they live."""
    spots = [(spot, people) for places in PLACES.values() for *spot, people in places]
    points = gpd.GeoSeries([rectangle(x, x, y, y).centroid for (x, y), _ in spots], crs=2154).to_crs(3035)
    codes = [f"CRS3035RES200mN{point.y - 100:.0f}E{point.x - 100:.0f}" for point in points]
    rows = [f"{code},0,{people},{people}" for code, (_, people) in zip(codes, spots, strict=True)]
    found.tables["cells"] = "\n".join(["idcar_200m,i_est_200,ind,men", *rows, ""])
    found.cards["cells"] = {"layout": "carreaux_200m", "source": "filosofi", "year": 2019}
    for file in found.editions.values():
        file["territories"]["cells"] = "cells"


def on_one_perimeter(found):
    """Move the first edition to the quartiers of 2024, all of them counted at both dates."""
    found.table("rp-2015-qpv", RP_2015_ON_2024, year=2015, perimeter="qpv2024")
    former = edition_file(2020, "qpv2024", 2015, 2016)
    former["indicators"] = {
        name: former["indicators"][name] for name in ("population", "taux_chomage_15_64", "locataires_hlm")
    }
    found.editions[2020] = former


def only(*names):
    """Leave these indicators alone in both editions: the others take their time."""

    def change(found):
        for file in found.editions.values():
            file["indicators"] = {name: file["indicators"][name] for name in names}

    return change


def write_data(folder, *changes):
    """Write the folder, once each of the changes was made to what is written."""
    found = made()
    for change in changes:
        change(found)
    raw = folder / "raw"
    (folder / "editions").mkdir(parents=True)
    raw.mkdir()
    texts = {f"{name}.geojson": (name, layer_of(*parts)) for name, parts in found.layers.items()}
    texts |= {f"{name}.csv": (name, text) for name, text in found.tables.items()}
    for file, (name, text) in texts.items():
        path = raw / file
        path.write_text(text, encoding="utf-8")
        common = {"id": name, "licence": "etalab-2.0", "obtained": dt.date(2024, 10, 2), "invented": True}
        write_card(path, Card(sha256=sha256(path), **common, **found.cards[name]))
    for year, content in found.editions.items():
        text = json.dumps(content, ensure_ascii=False)
        (folder / "editions" / f"{year}.yaml").write_text(text, encoding="utf-8")
    return folder


def opened(folder, *changes):
    """Write the folder and open it."""
    return oqhs.open(write_data(folder, *changes))
