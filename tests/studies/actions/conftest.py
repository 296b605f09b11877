"""Small tables of follow-up written by hand, and the territories they are about."""

import dataclasses

import pandas as pd
import pytest

from oqhs.studies.actions import Actions

HEADER = "action;indicateur;territoire;periode;cible;realise;source"


@pytest.fixture
def follow_up(tmp_path):
    """Write a table of follow-up: the lines under the header, without what ends each of them."""

    def _follow_up(*lines, header=HEADER, name="suivi.csv", end="bilan"):
        path = tmp_path / name
        path.write_text("\n".join([header, *(f"{line};{end}" for line in lines)]) + "\n", encoding="utf-8")
        return path

    return _follow_up


@pytest.fixture
def problems():
    """Give the problems of a call that must raise exactly this error."""

    def _problems(error, call, *args, **kwargs):
        with pytest.raises(error) as caught:
            call(*args, **kwargs)
        assert type(caught.value) is error
        return caught.value.problems

    return _problems


@pytest.fixture(scope="session")
def geography():
    """Two EPT: T98 holds A, B and C, T99 holds D; E lies in both. All are in département 999."""
    kinds = {"qpv": [f"QN9990{i}M" for i in range(1, 6)], "ept": ["T98", "T99"], "departement": ["999"]}
    rows = [(code, kind) for kind, codes in kinds.items() for code in codes]
    territories = pd.DataFrame(rows, columns=["territory", "kind"])
    epts = {1: ["T98"], 2: ["T98"], 3: ["T98"], 4: ["T99"], 5: ["T98", "T99"]}
    pairs = [(f"QN9990{i}M", one, "ept") for i, held in epts.items() for one in held]
    pairs += [(code, "999", "departement") for code in kinds["qpv"]]
    memberships = pd.DataFrame(pairs, columns=["territory", "parent", "parent_kind"])
    return Drawn("999", territories, memberships)


@dataclasses.dataclass(frozen=True)
class Drawn:
    """What `progress` asks of a geography."""

    departement: str
    territories: pd.DataFrame
    memberships: pd.DataFrame

    def of_kind(self, kind):
        return sorted(self.territories.loc[self.territories["kind"] == kind, "territory"])


@pytest.fixture(scope="session")
def actions():
    """One action: people, things that add up, things that do not, and a share."""
    fiche = {
        "label": "Jardin",
        "objective": "Planter",
        "public": "Enfants",
        "direction": "Espaces verts",
        "when": "Printemps",
        "reference": "Essai",
        "follow_ups": {
            "enfants": {"label": "Enfants", "unit": "enfants", "persons": True},
            "arbres": {"label": "Arbres", "unit": "arbres"},
            "acteurs": {"label": "Acteurs", "unit": "acteurs", "additive": False},
            "part": {"label": "Part", "unit": "%", "additive": False},
        },
    }
    return Actions.model_validate({"actions": {"jardin": fiche}})
