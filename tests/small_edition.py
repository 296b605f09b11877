"""A data folder of three invented quartiers in two communes, written from nothing."""

import datetime as dt
import json

import oqhs
from oqhs.sources.cards import Card, sha256, write_card

# Unemployed and actifs: (10 + 60 + 5)/(100 + 200 + 20) = 75/320 = 23.4375 %.
# Poverty 40 % and 30 % of 1 000 persons each, and 400 whose rate is secret: 35 %, 83,3 % covered.
QUARTIERS = """code;chomeurs;actifs;menages;hlm;pauvrete;personnes
QN99901M;10;100;50;40;40,0;1000
QN99902M;60;200;100;60;30,0;1000
QN99903M;5;20;10;{hlm};s;400
"""
# (200 + 100)/(2 000 + 1 000) = 10 %
COMMUNES = """code;chomeurs;actifs;menages;hlm
99901;200;2000;1000;300
99902;100;1000;500;150
"""
DEPARTEMENT = "code;pauvrete\n999;17,2\n"
LABELS = """"999":
  label: Val-Fictif
  label_article: dans le Val-Fictif
  label_de: du Val-Fictif
"""
COUNTS = {
    "chomeurs": "chomeurs_15_64",
    "actifs": "actifs_15_64",
    "menages": "menages",
    "hlm": "menages_locataires_hlm",
}
NAMES = ("Les Bleuets", "Le Gué", "Haut Val")
EDITION = """edition: 2024
departement: "999"
perimeter: qpv2024
diffusion: partenaires
territories: {qpv: perimetres, communes: communes, epts: epts}
indicators:
  taux_chomage_15_64: {year: 2020, inputs: {qpv: [qpv], reference: [com]}}
  locataires_hlm: {year: 2020, inputs: {qpv: [qpv], reference: [com]}}
  taux_pauvrete: {year: 2020, inputs: {qpv: [qpv], reference: [dep]}}
"""


def _square(west):
    return [[[west, 46.1], [west, 46.2], [west + 0.1, 46.2], [west + 0.1, 46.1], [west, 46.1]]]


def _layer(rows):
    features = [
        {
            "type": "Feature",
            "properties": fields,
            "geometry": {"type": "Polygon", "coordinates": _square(west)},
        }
        for fields, west in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def write_data(folder, *, hlm=5, invented=True, names=NAMES):
    """Write the folder; `hlm` is a cell of the third quartier: change it and the release changes.

    `names` are those of the three quartiers.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    quartiers = [
        ({"CODE_QP": f"QN9990{i}M", "LIB_QP": name, "INSEE_COM": commune}, west)
        for i, name, commune, west in (
            (1, names[0], "99901", 0.0),
            (2, names[1], "99901,99902", 0.2),
            (3, names[2], "99902", 0.4),
        )
    ]
    towns = [({"DEPCOM": f"9990{i}", "LIBCOM": name}, 0.2 * i) for i, name in ((1, "Le Bourg"), (2, "Orval"))]
    mapped = {
        "qpv": (
            QUARTIERS.format(hlm=hlm),
            COUNTS | {"pauvrete": "taux_pauvrete_60", "personnes": "personnes_menages_fiscaux"},
        ),
        "com": (COMMUNES, COUNTS),
        "dep": (DEPARTEMENT, {"pauvrete": "taux_pauvrete_60"}),
    }
    _carded(raw / "perimetres.geojson", _layer(quartiers), invented, id="perimetres",
            layout="perimetres_qpv_lib", source="perimetres_qpv", perimeter="qpv2024")  # fmt: skip
    _carded(raw / "communes.geojson", _layer(towns), invented, id="communes",
            layout="communes_depcom", source="ign", perimeter="cog2021")  # fmt: skip
    for name, (text, columns) in mapped.items():
        _carded(
            raw / f"{name}.csv", text, invented, id=name, layout="mapped", source="rp", year=2020,
            perimeter="qpv2024" if name == "qpv" else "cog2021", mapping={"key": "code", "columns": columns},
        )  # fmt: skip
    _carded(raw / "epts.csv", "code;ept\n99901;T98\n99902;T98\n", invented, id="epts", layout="memberships",
            source="insee_geo", perimeter="cog2021", memberships={"territory": "code", "parent": "ept"})  # fmt: skip
    (folder / "editions").mkdir(exist_ok=True)
    (folder / "editions" / "2024.yaml").write_text(EDITION, encoding="utf-8")
    (folder / "libelles.yaml").write_text(LABELS, encoding="utf-8")
    return folder


def _carded(path, text, invented, **card):
    path.write_text(text, encoding="utf-8")
    common = {"licence": "etalab-2.0", "obtained": dt.date(2024, 10, 2), "sha256": sha256(path)}
    write_card(path, Card.model_validate({**common, **card, "invented": invented}))


def edition(folder, **options):
    return oqhs.open(write_data(folder, **options)).edition(2024)


def release_again(data, out):
    """Release what is in a folder: what another process runs."""
    oqhs.open(data).edition(2024).release(out)
