"""The six fiches of 2024, and those a user adds."""

import pytest

from oqhs.errors import CatalogueError, UnknownError
from oqhs.studies.actions import built_in_actions, load_actions

FICHE = """actions:
  jeux:
    label: Jeux
    objective: Jouer
    public: Enfants
    direction: Sports
    when: Été
    reference: Délibération du conseil
    follow_ups:
      joueurs: {label: Joueurs, unit: personnes, persons: true}
"""


def test_the_fiches_of_2024_follow_what_each_states():
    # Feuille de route, « Quels suivis ? » of each fiche; that of culture is not in the deliberation
    followed = {name: list(one.follow_ups) for name, one in built_in_actions().actions.items()}
    assert followed == {
        "education": ["etablissements_rep", "collegiens"],
        "bien_vieillir": ["acteurs_locaux", "beneficiaires"],
        "precarite_energetique": ["bilans_bailleurs", "bilans_anah", "bilans_slime"],
        "insertion": ["cohorte_rsa"],
        "transition_ecologique": ["participants", "retours"],
        "culture": ["participants", "seances"],
    }
    proposed = [name for name, one in built_in_actions().actions.items()
                if not all(each.stated for each in one.follow_ups.values())]  # fmt: skip
    assert proposed == ["culture"]


def test_every_count_of_people_is_under_the_disclosure_rule():
    people = {"collégiens", "personnes", "enfants"}
    every = [one for fiche in built_in_actions().actions.values() for one in fiche.follow_ups.values()]
    assert all(one.persons == (one.unit in people) for one in every)


def test_a_user_adds_a_fiche_of_the_same_shape(tmp_path):
    file = tmp_path / "actions.yaml"
    file.write_text(FICHE, encoding="utf-8")
    assert list(load_actions(file).actions)[-1] == "jeux"
    assert load_actions(file).follow_up("jeux", "joueurs").persons


def test_without_a_file_of_the_user_there_are_the_six(tmp_path):
    assert len(load_actions(tmp_path / "actions.yaml").actions) == 6


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [
        (lambda text: text.replace("  jeux:", "  culture:"), "actions.culture", "one of the package"),
        (lambda text: text + "    indicators: [bonheur]\n", "actions.jeux.indicators", "no such indicator"),
        (lambda text: text + "    budget: 3\n", "actions.jeux.budget", "not known"),
        (
            lambda text: text.replace("unit: personnes", "unit: '%'"),
            "actions.jeux.follow_ups.joueurs",
            "percentage",
        ),
        (lambda text: text.split("    follow_ups")[0], "actions.jeux.follow_ups", "required"),
    ],
)
def test_what_is_wrong_in_the_file_of_the_user_is_told_with_its_place(
    tmp_path, problems, change, column, what
):
    file = tmp_path / "actions.yaml"
    file.write_text(change(FICHE), encoding="utf-8")
    told = problems(CatalogueError, load_actions, file)
    assert [one.column for one in told] == [column]
    assert what in told[0].what
    assert told[0].file == file


def test_what_is_followed_by_nobody_is_told_with_what_is(problems):
    assert problems(UnknownError, built_in_actions().follow_up, "sport", "x")[0].found == "sport"
    told = problems(UnknownError, built_in_actions().follow_up, "education", "notes")[0]
    assert told.allowed == "etablissements_rep, collegiens"
