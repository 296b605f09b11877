"""The joint display as a document: figures with their limits, what is said, verdicts, and every warning."""

from html import unescape

import pandas as pd
import pytest

from oqhs.errors import MeasureError
from oqhs.publish.joint import document_of
from oqhs.publish.pages import page_of
from oqhs.publish.printed import INVENTED
from oqhs.publish.word import write_docx
from oqhs.studies.joint import JOINT_COLUMNS

NOTICE = "Le nombre d'extraits ne mesure pas la fréquence d'une opinion."
TITLE = "Entretiens et indicateurs"
PMI = "PMI à moins de 10 minutes"


def row(**named):
    usual = {
        "territory": "QN99901M", "label": "Le Nord", "theme": "Ressources", "indicator": "taux_pauvrete",
        "indicator_label": "Taux de pauvreté", "value": 36.25, "gap": 19.0, "low": 17.5, "high": 20.5,
        "unit": "percent", "decimals": 1, "year": 2021, "perimeter": "qpv2024", "reference": "departement",
        "coverage": 1.0, "status": "observed", "reason": "", "interval_reason": "", "unfavourable": True,
        "codes": ("Fins de mois",), "excerpts": 2, "persons": 2, "persons_exact": True,
        "quotes": ("« On compte tout. » (Nour, mars 2024)",), "held": "", "verdict": "convergence",
        "verdict_note": "Les deux le disent.", "verdict_origin": "analyste",
    }  # fmt: skip
    return usual | named


NONE = row(
    indicator="pmi", indicator_label=PMI, theme="Santé", value=None, gap=None, low=None, high=None, year=pd.NA,
    coverage=None, status="secret", reason="valeur couverte par le secret statistique", excerpts=1, persons=1,
    persons_exact=False, quotes=(), held="aucun extrait ne peut être montré", verdict="silence",
    verdict_note="indicateur : valeur couverte par le secret statistique", verdict_origin="constat",
)  # fmt: skip
MUTE = row(
    territory="QN99902M", label="Le Sud", excerpts=0, persons=0, quotes=(), held="aucun extrait", low=None,
    high=None, interval_reason="mesuré : pas d'intervalle", verdict="silence", verdict_note="aucun extrait",
    verdict_origin="constat",
)  # fmt: skip


def document(*rows, diffusion="partenaires", invented=False, unplaced=0, **named):
    frame = pd.DataFrame(list(rows), columns=JOINT_COLUMNS)
    frame.attrs = {"notice": NOTICE, "unplaced": unplaced, "diffusion": diffusion}
    return document_of(frame, TITLE, diffusion=diffusion, invented=invented, **named)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def cells(part):
    (table,) = part.tables
    return [[plain(cell) for cell in line] for line in table.frame.to_numpy().tolist()]


def test_a_quartier_has_its_table_with_gap_interval_excerpts_and_verdict():
    part = document(row()).parts[0]
    assert part.heading == "Le Nord (QN99901M)"
    # 36.25 is shown 36,3: half up.
    assert cells(part) == [
        [
            "Taux de pauvreté",
            "2021",
            "36,3 %",
            "+19,0 points",
            "[+17,5 ; +20,5]",
            "2",
            "2",
            "convergence (analyste)",
        ]
    ]
    assert part.tables[0].groups == ("Ressources",)
    assert part.tables[0].caption == (
        "Le Nord (QN99901M) : indicateurs et entretiens. Périmètre : quartiers prioritaires de 2024."
    )


def test_a_value_that_is_not_there_says_why_and_is_no_zero():
    part = document(row(), NONE).parts[0]
    assert cells(part)[1] == [PMI, "", "secret", "secret", "sans", "1", "au moins 1", "silence (constat)"]
    assert part.tables[0].below == (f"{PMI} – valeur couverte par le secret statistique.",)


def test_what_limits_several_figures_is_told_once():
    same = {"low": None, "high": None, "interval_reason": "mesuré : pas d'intervalle"}
    part = document(row(**same, coverage=0.9), row(**same, indicator="pmi", indicator_label=PMI)).parts[0]
    assert [plain(line) for line in part.tables[0].below] == [
        f"Taux de pauvreté ; {PMI} – mesuré : pas d'intervalle.",
        "Taux de pauvreté – partiel : 90,0 % connus.",
    ]


def test_excerpts_stand_under_their_indicator_with_how_many_are_not_shown():
    part = document(row()).parts[1]
    assert (part.heading, part.level) == ("Ce qui est dit – Taux de pauvreté", 3)
    assert part.lines == (
        "Code : Fins de mois. 2 extraits, dont 1 ci-dessous.",
        "« On compte tout. » (Nour, mars 2024)",
        "L'analyste, convergence : Les deux le disent.",
    )


def test_excerpts_that_are_held_are_said_to_be():
    part = document(NONE).parts[1]
    assert part.lines == ("Code : Fins de mois. 1 extrait.", "Aucun extrait ne peut être montré.")


def test_a_row_without_a_word_has_no_section():
    assert [part.heading for part in document(MUTE).parts] == ["Le Sud (QN99902M)", "Lire ce document"]


def test_warnings_stand_over_everything():
    assert document(row(), invented=True).above == (
        INVENTED,
        "Diffusion : partenaires des contrats de ville.",
        "Référence des écarts : le département.",
        NOTICE,
    )
    assert INVENTED not in document(row()).above
    assert "Données inventées." in document(row(), invented=True).parts[0].tables[0].caption


def test_the_document_says_whose_the_verdicts_are():
    (part,) = (one for one in document(row()).parts if one.heading == "Lire ce document")
    assert part.lines[:2] == (
        "Un verdict (convergence, complémentarité, discordance, silence) est celui de l'analyste.",
        "Le programme ne donne aucun verdict : il constate qu'un côté manque (« silence, constat »).",
    )


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (1, "1 extrait lié à un indicateur n'a pas de quartier : il n'est pas compté ici."),
        (12, "12 extraits liés à un indicateur n'ont pas de quartier : ils ne sont pas comptés ici."),
    ],
)
def test_excerpts_without_a_quartier_are_told(number, line):
    assert document(row(), unplaced=number).parts[-1].lines[-1] == line


def test_sources_come_last():
    assert document(row(), sources=("Insee, 2021.",)).parts[-1].lines == ("Insee, 2021.",)


def test_what_people_said_is_never_public():
    with pytest.raises(MeasureError, match="never public") as caught:
        document(row(), diffusion="public")
    assert caught.value.problems[0].allowed == "interne, partenaires"


def test_the_page_and_the_document_are_made_and_what_is_said_is_escaped(tmp_path):
    made = document(row(quotes=("« <script>alert(1)</script> »",)), NONE, MUTE, invented=True)
    page = page_of(made)
    assert "<script>" not in page
    text = unescape(page)
    assert text.index(INVENTED) < text.index(NOTICE) < text.index("Le Nord")
    write_docx(made, tmp_path / "joint.docx")
    assert (tmp_path / "joint.docx").stat().st_size > 0
