"""Small files several tests receive."""

import geopandas as gpd
import shapely

QPV_2021 = (
    "CODGEO;DISP_MED_A21;DISP_D1_A21;DISP_D9_A21;DISP_TP60_A21;DISP_NOTE_A21\n"
    "QN99901M;15 000;9 000;25 000;35,0;0\n"
    "QN99902M;14 000;8 000;24 000;42,0;1\n"
)


def layer_of_quartiers():
    """Two squares of a hundredth of a degree, with the fields of the ANCT."""
    return gpd.GeoDataFrame(
        {"code_qp": ["QN99901M", "QN99902M"], "lib_qp": ["Les Bleuets", "Le Gué"]},
        geometry=[shapely.box(x, 46.0, x + 0.01, 46.01) for x in (2.0, 2.1)],
        crs=4326,
    )
