"""Release folders written from nothing, as small as a comparison needs: five territories, three indicators."""

import copy
import hashlib
import json

import geopandas as gpd
import pandas as pd
import shapely

TERRITORIES = {
    "QPV-999": ("ensemble_qpv", "QPV du Val-Fictif"),
    "QN99901M": ("qpv", "Les Bleuets"),
    "QN99902M": ("qpv", "Le Gué"),
    "99901": ("commune", "Le Bourg"),
    "999": ("departement", "Val-Fictif"),
}
#: Value, origin and source of each figure.
FIGURES = {
    "taux_chomage_15_64": {
        "QPV-999": (20.0, "oqhs", "rp-qpv"),
        "QN99901M": (15.0, "insee", "rp-qpv"),
        "QN99902M": (25.0, "insee", "rp-qpv"),
        "99901": (12.0, "insee", "rp-com"),
        "999": (10.0, "oqhs", "rp-com"),
    },
    "taux_pauvrete": {
        "QPV-999": (35.0, "oqhs_estimate", "filo-qpv"),
        "QN99901M": (40.0, "insee", "filo-qpv"),
        "QN99902M": (30.0, "insee", "filo-qpv"),
        "99901": (20.0, "insee", "filo-com"),
        "999": (17.0, "insee", "filo-com"),
    },
    "pmi_10_min": {
        "QPV-999": (60.0, "oqhs", "pmi+carreaux+rues"),
        "QN99901M": (50.0, "oqhs", "pmi+carreaux+rues"),
        "QN99902M": (70.0, "oqhs", "pmi+carreaux+rues"),
        "99901": (55.0, "oqhs", "pmi+carreaux+rues"),
        "999": (58.0, "oqhs", "pmi+carreaux+rues"),
    },
}
YEARS = {"taux_chomage_15_64": 2020, "taux_pauvrete": 2021, "pmi_10_min": 2024}
INPUTS = {
    "taux_chomage_15_64": (["rp-qpv"], ["rp-com"]),
    "taux_pauvrete": (["filo-qpv", "rp-qpv"], ["filo-com"]),
    "pmi_10_min": (["pmi"], ["pmi"]),
}
RECIPES = {"taux_chomage_15_64": "ratio", "taux_pauvrete": "published", "pmi_10_min": "access"}
CARDS = {
    "perimetres": {"perimeter": "qpv2024"},
    "communes": {"perimeter": "cog2021"},
    "carreaux": {"year": 2019},
    "rues": {"year": 2024},
    "rp-qpv": {"year": 2020, "perimeter": "qpv2024"},
    "rp-com": {"year": 2020, "perimeter": "cog2021"},
    "filo-qpv": {"year": 2021, "perimeter": "qpv2024"},
    "filo-com": {"year": 2021, "perimeter": "cog2021"},
    "pmi": {"year": 2024},
    "ancienne": {"year": 2015},
}


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class ByHand:
    """A release to be changed in one place, then written."""

    def __init__(self):
        self.figures = pd.DataFrame(
            [
                self.figure(indicator, territory, *told)
                for indicator, rows in FIGURES.items()
                for territory, told in rows.items()
            ]
        )
        self.territories = dict(TERRITORIES)
        self.manifest = copy.deepcopy(
            {
                "edition": 2024,
                "departement": "Val-Fictif",
                "perimeter": "qpv2024",
                "diffusion": "partenaires",
                "invented": True,
                "recipe": {
                    "edition": 2024,
                    "departement": "999",
                    "territories": {"qpv": "perimetres", "communes": "communes", "cells": "carreaux"},
                    "walking": {"streets": "rues", "unit": "population", "population": "rp-com"},
                    "indicators": {
                        name: {
                            "year": YEARS[name],
                            "recipe": RECIPES[name],
                            "inputs": {"qpv": qpv, "reference": reference},
                        }
                        for name, (qpv, reference) in INPUTS.items()
                    },
                },
                "parameters": {"couverture_min": 0.8, "marche_minutes": 10.0, "confiance": 0.95},
                "definitions": {name: digest(name) for name in INPUTS},
                "corrections": [],
                "inputs": {
                    name: {"layout": "mapped", "source": "rp", "sha256": digest(name), **told}
                    for name, told in CARDS.items()
                },
                "settings": {"editions/2024.yaml": digest("edition")},
                "catalogue": {"sources.yaml": digest("sources")},
                "versions": {"python": "3.11.7", "oqhs": "0.1.0"},
            }
        )

    @staticmethod
    def figure(indicator, territory, value, origin, source):
        inside = territory.startswith("Q")
        return {
            "indicator": indicator,
            "territory": territory,
            "perimeter": "qpv2024" if inside else "cog2021",
            "year": YEARS[indicator],
            "value": value,
            "lower": value,
            "status": "observed",
            "origin": origin,
            "source": source,
        }

    def set(self, indicator, territory, **told):
        row = (self.figures["indicator"] == indicator) & (self.figures["territory"] == territory)
        assert row.sum() == 1
        for column, value in told.items():
            self.figures.loc[row, column] = value

    def move(self, indicator, by, territories=None):
        """Add to every figure of an indicator, or to those of some territories."""
        rows = self.figures["indicator"] == indicator
        rows &= self.figures["territory"].isin(territories or list(TERRITORIES))
        self.figures.loc[rows, ["value", "lower"]] += by

    def correct(self, *cards):
        """Have the cards vouch for other files."""
        for card in cards:
            self.manifest["inputs"][card]["sha256"] = digest(f"{card}, corrected")

    def write(self, folder):
        folder.mkdir(parents=True)
        self.figures.astype({"year": "Int64"}).to_parquet(folder / "observations.parquet", index=False)
        codes = list(self.territories)
        kinds, labels = zip(*self.territories.values(), strict=True)
        points = gpd.GeoSeries([shapely.Point(0, 0)] * len(codes), crs=2154)
        gpd.GeoDataFrame({"territory": codes, "kind": kinds, "label": labels}, geometry=points).to_parquet(
            folder / "territoires.parquet", index=False
        )
        parents = pd.DataFrame(
            [("QN99901M", "99901", "commune")], columns=["territory", "parent", "parent_kind"]
        )
        parents.to_parquet(folder / "appartenances.parquet", index=False)
        outputs = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())
        }
        text = json.dumps({**self.manifest, "outputs": outputs}, ensure_ascii=False)
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        return folder
