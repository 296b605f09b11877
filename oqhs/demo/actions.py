"""Invented follow-up of the fiches action, and grants: with cells that are missing, secret and partial.

No action, no application and no figure here exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.places import DEPARTEMENT, EPTS
from oqhs.demo.rows import lines
from oqhs.demo.vintages import newest

FOLLOW_UP_FILE = "fiches_action_999.csv"
GRANT_FILE = "initiatives_proximite_999.csv"
YEARS = (2024, 2025, 2026)
_HEADER = ("action", "indicateur", "territoire", "periode", "cible", "realise", "source", "note")
_GRANT_HEADER = ("dossier", "territoire", "annee", "montant_demande", "montant_accorde", "thematique")
#: Follow-ups by quartier: one quartier in how many, people aimed at in each, the service that counts them.
_BY_QUARTIER = (
    ("education", "collegiens", 3, 60, "Direction de l'Éducation et des Collèges"),
    ("bien_vieillir", "beneficiaires", 4, 35, "Direction de l'Autonomie"),
    ("insertion", "cohorte_rsa", 3, 45, "Direction de l'Action sociale"),
    ("transition_ecologique", "participants", 6, 24, "Direction des Espaces verts et du Paysage"),
    ("culture", "participants", 5, 50, "Direction de la Culture"),
)
#: Follow-ups by EPT: how many are aimed at in each, and the service.
_BY_EPT = (
    ("education", "etablissements_rep", 6, "Direction de l'Éducation et des Collèges"),
    ("bien_vieillir", "acteurs_locaux", 15, "Direction de l'Autonomie"),
    ("culture", "seances", 12, "Direction de la Culture"),
)
#: Follow-ups of the département: how many are aimed at a year, and the service.
_WHOLE = (
    ("precarite_energetique", "bilans_bailleurs", 4, "Direction de l'Habitat"),
    ("precarite_energetique", "bilans_anah", 1, "Direction de l'Habitat"),
    ("precarite_energetique", "bilans_slime", 2, "Direction de l'Habitat"),
    ("transition_ecologique", "retours", 20, "Direction des Espaces verts et du Paysage"),
)
#: What was achieved of what was aimed at, by year: the last one is not over.
_PACE = {2024: (0.55, 0.9), 2025: (0.7, 1.1), 2026: (0.25, 0.6)}
#: Cells that hold no number, or one that is too small to be told: action, territory and year.
_TOLD_OTHERWISE = {
    ("education", "QN99904M", 2025): "7",
    ("education", "QN99907M", 2025): "s",
    ("education", "QN99913I", 2025): "nd",
    ("bien_vieillir", "QN99910I", 2024): "4",
    ("bien_vieillir", "QN99914M", 2025): "9",
    ("insertion", "QN99912M", 2025): "nd",
    ("transition_ecologique", "QN99922M", 2025): "0",
    ("culture", "QN99920M", 2026): "",
}
_NO_TARGET = {("culture", "QN99905M", 2025), ("insertion", "QN99918I", 2026)}
#: A total that its service gives, and that is not the sum of the quartiers.
_TOTALS = ((("transition_ecologique", "participants", "T92", 2025), 150, 97),)
_THEMES = ("lien social", "culture", "sport", "accès aux droits", "cadre de vie")
_GRANTS_A_YEAR = 30
_GRANT_EUR = 300  # amounts are multiples of it


def action_files() -> dict[str, bytes]:
    """Give the files of the follow-up, by name.

    Examples
    --------
    >>> sorted(action_files())
    ['fiches_action_999.csv', 'initiatives_proximite_999.csv']
    """
    follow_up = lines([_HEADER, *_follow_up()])
    grants = lines([_GRANT_HEADER, *_grants()])
    return {FOLLOW_UP_FILE: follow_up.encode("utf-8"), GRANT_FILE: grants.encode("utf-8")}


def _follow_up() -> Iterator[Sequence[str]]:
    quartiers = sorted(newest().quartiers)
    for year in YEARS:
        for place, (action, name, step, aim, source) in enumerate(_BY_QUARTIER):
            for code in quartiers[place::step]:
                yield _row(action, name, code, year, aim, source)
        for action, name, aim, source in _BY_EPT:
            for code in sorted(EPTS):
                yield _row(action, name, code, year, aim, source)
        for action, name, aim, source in _WHOLE:
            yield _row(action, name, DEPARTEMENT, year, aim, source)
    for (action, name, code, year), aim, done in _TOTALS:
        note = "total donné par le service"
        yield action, name, code, str(year), str(aim), str(done), "Bilan du service (inventé)", note


def _row(action: str, name: str, code: str, year: int, aim: int, source: str) -> Sequence[str]:
    rng = seeded(f"action {action} {name} {code} {year}")
    target = max(round(aim * between(rng, 0.7, 1.3)), 1)
    achieved = str(round(target * between(rng, *_PACE[year])))
    key = (action, code, year)
    told = _TOLD_OTHERWISE.get(key, achieved)
    aimed = "" if key in _NO_TARGET else str(target)
    return action, name, code, str(year), aimed, told, f"{source}, bilan {year} (inventé)", ""


def _grants() -> Iterator[Sequence[str]]:
    quartiers = sorted(newest().quartiers)
    for year in YEARS:
        rng = seeded(f"grants {year}")
        places = [quartiers[int(between(rng, 0, len(quartiers)))] for _ in range(_GRANTS_A_YEAR - 2)]
        shares = deal(10 * _GRANTS_A_YEAR, [between(rng, 0.5, 2) for _ in range(_GRANTS_A_YEAR)])
        for number, code in enumerate([*places, *sorted(EPTS)[:2]]):
            asked = _GRANT_EUR * shares[number]
            kept = (0.0, 0.4, 0.6, 0.8, 1.0)[int(between(rng, 0, 5))]
            granted = "nd" if number % 13 == 7 else str(round(asked * kept))  # noqa: PLR2004  not decided yet
            theme = _THEMES[int(between(rng, 0, len(_THEMES)))]
            yield f"IP{year}-{number + 1:03d}", code, str(year), str(asked), granted, theme
