"""Four invented quartiers in two communes and one EPT, as charts and maps take them."""

import geopandas as gpd
import pandas as pd
import shapely

from oqhs.geography import Geography
from oqhs.publish.charts.sheet import Caption
from oqhs.text import OBSERVED

LONG = "Irlandais - Paul Vaillant Couturier - Cherchefeuille - Clément Ader"
QUARTIERS = {"QN99901M": "Les Bleuets", "QN99902M": LONG, "QN99903M": "Évry Nord", "QN99904M": "Fresnes"}
STATUSES = (OBSERVED, "secret", OBSERVED, "not_covered")


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def caption(**told):
    plain = {
        "title": "Taux de pauvreté",
        "subtitle": "en %",
        "edition": 2024,
        "perimeter": "qpv2024",
        "years": (2021,),
        "sources": ("FiLoSoFi",),
        "diffusion": "partenaires",
        "invented": True,
    }
    return Caption(**{**plain, **told})


def _square(west, south=0.0, side=1000.0):
    return shapely.box(west, south, west + side, south + side)


def territories():
    """Two communes of 10 km side by side; two quartiers of 1 km in each."""
    rows = [
        (code, "qpv", name, _square(2000 + 4000 * at, 3000))
        for at, (code, name) in enumerate(QUARTIERS.items())
    ]
    rows += [
        ("99901", "commune", "Le Bourg", _square(0, side=10_000)),
        ("99902", "commune", "Orval", _square(10_000, side=10_000)),
    ]
    rows.append(("T98", "ept", "Vallées", shapely.box(0, 0, 20_000, 10_000)))
    rows.append(("999", "departement", "Val-Fictif", shapely.box(0, 0, 20_000, 10_000)))
    rows.append(("QPV-999", "ensemble_qpv", "QPV du Val-Fictif", None))
    frame = pd.DataFrame(rows, columns=["territory", "kind", "label", "geometry"])
    frame["label_article"] = frame["label_de"] = frame["label"]
    frame["perimeter"] = "qpv2024"
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=2154)


def geography():
    pairs = []
    for at, code in enumerate(QUARTIERS):
        pairs.append((code, "99901" if at < 2 else "99902", "commune"))
        pairs += [(code, "T98", "ept"), (code, "999", "departement"), (code, "QPV-999", "ensemble_qpv")]
    for commune in ("99901", "99902"):
        pairs += [(commune, "T98", "ept"), (commune, "999", "departement")]
    memberships = pd.DataFrame(pairs, columns=["territory", "parent", "parent_kind"])
    return Geography("999", territories(), memberships.assign(share_population=1.0, share_area=1.0))


def observations(values=(40.0, None, 30.0, None), statuses=STATUSES, indicator="taux_pauvrete"):
    rows = [
        *zip(QUARTIERS, values, statuses, strict=True),
        ("99901", 20.0, OBSERVED),
        ("99902", 15.0, OBSERVED),
    ]
    rows += [("T98", 18.0, OBSERVED), ("999", 17.0, OBSERVED), ("QPV-999", 36.0, OBSERVED)]
    frame = pd.DataFrame(rows, columns=["territory", "value", "status"]).astype({"value": "float64"})
    frame["coverage"] = frame["value"].where(frame["value"].isna(), 1.0)
    return frame.assign(indicator=indicator, note="", year=2021, source="filosofi-qpv-2021")


def texts_of(figure):
    """Every text of a figure: of the sheet, of its axes, of its legends."""
    from matplotlib.text import Text

    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words_of(figure):
    return "\n".join(text.get_text() for text in texts_of(figure))


def legend_of(figure):
    return [text.get_text().replace("\n", " ") for legend in figure.legends for text in legend.get_texts()]


def colours_of(figure):
    """Colours that patches and lines are drawn with, but for those of text."""
    from matplotlib.colors import to_hex
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found = {to_hex(one.get_facecolor()) for one in figure.findobj(Patch) if one.get_fill()}
    return found | {to_hex(one.get_color()) for one in figure.findobj(Line2D)}


def hatches_of(figure):
    from matplotlib.patches import Patch

    return {one.get_hatch() for one in figure.findobj(Patch)} - {None}


def outside(figure):
    """Texts that leave the canvas."""
    figure.canvas.draw()  # a legend places its texts when it is drawn
    renderer = figure.canvas.get_renderer()
    width, height = figure.bbox.width, figure.bbox.height
    found = []
    axis = [one for axes in figure.axes for one in (axes.xaxis, axes.yaxis)]
    every = {label for one in axis for tick in one.get_major_ticks() for label in (tick.label1, tick.label2)}
    shown = [one for one in axis if one.axes.axison]
    seen = {label for one in shown for tick in one._update_ticks() for label in (tick.label1, tick.label2)}
    for text in texts_of(figure):
        if text in every - seen:
            continue  # a tick beyond its axis, or of an axis that is off, is not drawn
        box = text.get_window_extent(renderer)
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > width + 0.5 or box.y1 > height + 0.5:
            found.append((text.get_text(), [round(side) for side in box.extents]))
    return found
