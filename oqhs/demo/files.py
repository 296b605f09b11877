"""The files of the demonstration: where each stands, its text, and what its card says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from oqhs.demo import benefits, blocks, census, equipment, layers, people, streets, tables, trees
from oqhs.demo.carreaux import carreaux
from oqhs.demo.people import COUNTS
from oqhs.demo.vintages import Vintage, former, newest


class RawFile(NamedTuple):
    """A file as received: its path under `raw`, its text, and the keys of its card."""

    path: str
    text: str
    card: dict[str, Any]


def raw_files() -> list[RawFile]:
    """Make every file of the invented producers."""
    files = [*_perimeters(), *_attributes(), *_grid()]
    for vintage in (newest(), former()):
        files += [_parts(vintage), *_incomes(vintage), *_orders(vintage), *_by_iris(vintage)]
        files += _benefits(vintage)
    return [*files, *_official(newest()), *_surroundings(), *_equipment()]


def _file(path: str, text: str, title: str, **card: Any) -> RawFile:
    return RawFile(path, text, {**card, "title": f"{title} (données inventées)"})


def _perimeters() -> Iterable[RawFile]:
    communes = {code: [key[1] for key in former().parts if key[0] == code] for code in former().quartiers}
    yield _file(
        "perimetres/qpv2024_999.geojson",
        layers.quartiers_layer(),
        "Périmètres des QPV 2024 du Val-Fictif",
        id="perimetres-qpv-2024",
        layout="perimetres_qpv_lib",
        source="perimetres_qpv",
        perimeter="qpv2024",
    )
    yield _file(
        "perimetres/qpv2015_999.geojson",
        layers.former_layer(communes),
        "Périmètres des QPV 2015 du Val-Fictif",
        id="perimetres-qpv-2015",
        layout="perimetres_qpv_nom",
        source="perimetres_qpv",
        perimeter="qpv2015",
    )
    yield _file(
        "perimetres/communes_999.geojson",
        layers.communes_layer(),
        "Communes du Val-Fictif et deux communes voisines",
        id="communes-2021",
        layout="communes_depcom",
        source="ign",
        perimeter="cog2021",
    )
    yield _file(
        "perimetres/iris_999.geojson",
        layers.iris_layer(),
        "Contours d'IRIS 2020 du Val-Fictif, les mêmes qu'en 2015",
        id="iris-2020",
        layout="iris",
        source="ign",
        perimeter="iris2020",
    )
    yield _file(
        "perimetres/communes_ept.csv",
        tables.communes_ept(),
        "Établissement public territorial de chaque commune",
        id="communes-ept",
        layout="memberships",
        source="insee_geo",
        perimeter="cog2021",
        memberships={"territory": "DEPCOM", "parent": "EPT", "parent_name": "LIB_EPT"},
    )


def _attributes() -> Iterable[RawFile]:
    yield _file(
        "perimetres/attributs_qpv2024.csv",
        tables.attributes_of_quartiers(),
        "NPNRU et anciens quartiers de veille active du Val-Fictif",
        id="attributs-qpv",
        layout="attributes",
        source="perimetres_qpv",
        perimeter="qpv2024",
        attributes={
            "territory": "CODE_QP",
            "columns": {"NPNRU": "NPNRU", "QVA": "Ancien quartier de veille active"},
        },
    )


def _grid() -> Iterable[RawFile]:
    yield _file(
        "insee/carreaux_200m_met.csv",
        carreaux(),
        "Données carroyées FiLoSoFi 2019, carreaux de 200 m du Val-Fictif",
        id="carreaux-2019",
        layout="carreaux_200m",
        source="filosofi",
        year=2019,
    )


def _parts(vintage: Vintage) -> RawFile:
    generation = vintage.perimeter.removeprefix("qpv")
    name = {"2024": "qpv_communes_population", "2015": "qpv2015_communes_population"}[generation]
    return _file(
        f"perimetres/{name}.csv",
        tables.parts_of_quartiers(vintage.parts),
        {
            "2024": "Population de chaque quartier dans chacune de ses communes",
            "2015": "Population de chaque quartier de 2015 dans chacune de ses communes",
        }[generation],
        id={"2024": "qpv-communes", "2015": "qpv2015-communes"}[generation],
        layout="memberships",
        source="rp",
        year=vintage.census,
        perimeter=vintage.perimeter,
        memberships={"territory": "CODE_QP", "parent": "DEPCOM", "population": "POPULATION"},
    )


def _incomes(vintage: Vintage) -> Iterable[RawFile]:
    year = vintage.incomes
    write = tables.filosofi_qpv_2017 if year == former().incomes else tables.filosofi_qpv
    yield _file(
        f"insee/data_filo{year % 100}_qp_revdis.csv",
        write(vintage),
        f"FiLoSoFi {year} par quartier, revenu disponible",
        id=f"filosofi-qpv-{year}",
        layout="filosofi_qpv",
        source="filosofi",
        year=year,
        perimeter=vintage.perimeter,
    )
    for kind, name, places in (
        ("COM", "commune", vintage.communes),
        ("DEP", "département", vintage.departements),
    ):
        yield _file(
            f"insee/cc_filosofi_{year}_{kind}.csv",
            tables.filosofi_com(places, vintage, whole_percents=kind == "COM"),
            f"FiLoSoFi {year} par {name}, revenu disponible",
            id=f"filosofi-{kind.lower()}-{year}",
            layout="filosofi_com",
            source="filosofi",
            year=year,
            perimeter="cog2021",
        )


def _orders(vintage: Vintage) -> Iterable[RawFile]:
    year = vintage.census
    variables = {count.column: count.variable for count in COUNTS}
    for kind, key, perimeter, places, name, columns in (
        ("qpv", "CODE_QP", vintage.perimeter, vintage.quartiers, "quartier", census.ORDERED_BY_QUARTIER),
        ("com", "DEPCOM", "cog2021", vintage.communes, "commune", census.ordered_by_commune(vintage)),
    ):
        yield _file(
            f"insee/commande_rp{year}_{kind}.csv",
            census.order(key, places, vintage, columns),
            f"Recensement {year}, effectifs par {name} sur commande",
            id=f"rp-{year}-{kind}",
            layout="mapped",
            source="rp",
            year=year,
            perimeter=perimeter,
            mapping={
                "key": key,
                "columns": {vintage.column(column): variables[column] for column in columns},
            },
        )


def _by_iris(vintage: Vintage) -> Iterable[RawFile]:
    year = vintage.census
    for file in census.IRIS_FILES:
        yield _file(
            f"insee/base-ic-{file.stem}-{year}.csv",
            census.by_iris(file, vintage),
            f"Recensement {year} par IRIS, {file.words}",
            id=f"ic-{file.subject}-{year}",
            layout=file.layout,
            source="rp",
            year=year,
            perimeter="iris2020",
        )


_BENEFITS = {
    "TOTAL": "beneficiaires_rsa",
    "FEMMES": "beneficiaires_rsa_femmes",
    "HOMMES": "beneficiaires_rsa_hommes",
}


def _benefits(vintage: Vintage) -> Iterable[RawFile]:
    """Make the extracts of the file of the département: counted at the end of the year of the census."""
    year = vintage.census
    for kind, key, perimeter, name, write in (
        ("qpv", "CODE_QP", vintage.perimeter, "quartier", benefits.by_quartier),
        ("com", "CODE", "cog2021", "commune, et dans le département", benefits.by_commune),
    ):
        yield _file(
            f"departement/rsa_{year}_{kind}.csv",
            write(vintage),
            f"Bénéficiaires du RSA au 31 décembre {year}, par {name}",
            id=f"rsa-{year}-{kind}",
            layout="mapped",
            source="rsa",
            year=year,
            perimeter=perimeter,
            mapping={"key": key, "columns": _BENEFITS},
        )


_CENSUS_RATES = {"PART_60P": "part_60_plus", "TX_CHOM1564": "taux_chomage_15_64"}
_INCOMES = {"TP60": "taux_pauvrete_60", "MED": "niveau_vie_median", "PPSOC": "part_prestations"}


def _official(vintage: Vintage) -> Iterable[RawFile]:
    """Make what Insee published for all the quartiers together: of the newest vintage only."""
    everybody = people.together(list(vintage.quartiers.values()))
    incomes = tables.official_incomes(everybody, vintage.poverty_line)
    for source, year, name, text, mapped in (
        ("rp", vintage.census, "recensement", census.official_rates(everybody), _CENSUS_RATES),
        ("filosofi", vintage.incomes, "FiLoSoFi", incomes, _INCOMES),
    ):
        yield _file(
            f"insee/ensemble_qpv_{source}{year}.csv",
            text,
            f"Ensemble des QPV du Val-Fictif, {name} {year}",
            id=f"{source}-{year}-ensemble",
            layout="mapped",
            source=source,
            year=year,
            perimeter=vintage.perimeter,
            mapping={"key": "CODE", "columns": mapped},
        )


def _surroundings() -> Iterable[RawFile]:
    """Make what people walk on, and what covers the ground."""
    yield _file(
        "rues/rues_999_overpass.json",
        streets.streets(),
        "Rues et cheminements du Val-Fictif et des communes voisines",
        id="rues-2024",
        layout="streets",
        source="osm",
        year=2024,
        licence="odbl-1.0",
        streets={},
    )
    yield _file(
        "environnement/ilots_chaleur_2022.geojson",
        blocks.heat_layer(),
        "Îlots morphologiques urbains du Val-Fictif, aléa de chaleur",
        id="ilots-chaleur-2022",
        layout="heat",
        source="ipr",
        year=2022,
        heat={"when": "jour"},
    )
    yield _file(
        "environnement/arbres_2022.geojson",
        trees.canopy_layer(),
        "Végétation du Val-Fictif vue du ciel",
        id="arbres-2022",
        layout="canopy",
        source="cd94",
        year=2022,
        canopy={"stratum": "strate", "keep": ["arbre", "arbuste"]},
    )


def _equipment() -> Iterable[RawFile]:
    """Make what people walk to, or live near."""
    yield _file(
        "equipements/pmi_eds_999.csv",
        equipment.services(),
        "PMI et EDS du Val-Fictif et des communes voisines",
        id="pmi-eds-2024",
        layout="facilities",
        source="oqhs",
        year=2024,
        facilities={
            "code": "identifiant",
            "name": "nom",
            "category_column": "type",
            "keep": {"PMI": "pmi", "EDS": "eds"},
            "lat": "latitude",
            "lon": "longitude",
            "valid_from": "ouverture",
            "valid_to": "fermeture",
        },
    )
    yield _file(
        "equipements/bpe24_999.csv",
        equipment.bpe(),
        "Base permanente des équipements 2024, Val-Fictif",
        id="bpe-2024",
        layout="facilities",
        source="bpe",
        year=2024,
        facilities={
            "category_column": "TYPEQU",
            "keep": {"C201": "college"},
            "x": "LAMBERT_X",
            "y": "LAMBERT_Y",
            "crs": "EPSG:2154",
        },
    )
    yield _file(
        "equipements/parcs_999.geojson",
        equipment.parks_layer(),
        "Parcs départementaux du Val-Fictif",
        id="parcs-2024",
        layout="facilities",
        source="cd94",
        year=2024,
        facilities={"code": "id", "name": "nom", "category": "parc"},
    )
