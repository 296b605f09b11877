"""A joint display as it may be told: without what would tell of few people, or of one."""

from __future__ import annotations

import pandas as pd

from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import MeasureError
from oqhs.studies.identity import Pseudonyms, persons_heard, traces_of
from oqhs.studies.interviews import Corpus
from oqhs.studies.joint import ANALYST, OPEN

FEW_SPOKE = "peu de personnes en parlent : leur nombre n'est pas public"
FEW_HEARD = "trop peu de personnes entendues dans le quartier : rien de ce qu'elles ont dit n'est compté"
NOTE_HELD = "note écartée : elle peut faire reconnaître quelqu'un"
NEVER_PUBLIC = "les extraits d'entretiens ne sont jamais publics"


def joint_told(
    table: pd.DataFrame,
    corpus: Corpus,
    *,
    diffusion: Diffusion,
    persons_min: float,
    pseudonyms: Pseudonyms | None = None,
) -> pd.DataFrame:
    """Take out of a joint display what may not go as far as a diffusion.

    Outside the observatory, a quartier where fewer than `persons_min` people were heard has neither counts
    nor a silence, since they would tell what each of them spoke of, and a note of the analyst that holds a
    trace of somebody is held. To everyone, no excerpt is told, nor how many said something when they are
    fewer than `persons_min`.

    Parameters
    ----------
    table : DataFrame
        As `oqhs.studies.joint.joint_display` gives it.
    corpus : Corpus
        The interviews it was made of.
    diffusion : {"interne", "partenaires", "public"}
        To whom it is told.
    persons_min : float
        Fewest people heard in a quartier, threshold `entretiens_personnes_min`.
    pseudonyms : Pseudonyms, optional
        The table: its real names are traces. Without it, the speakers of the corpus are taken for
        pseudonyms.

    Returns
    -------
    DataFrame
        A copy; `held` says what was taken out, `attrs["diffusion"]` how far it may go.
    """
    told = table.copy()
    told.attrs |= {**table.attrs, "diffusion": diffusion}
    if diffusion == "interne":
        return told
    heard = persons_heard(corpus.segments, corpus.sources).reindex(told["territory"]).fillna(0).to_numpy()
    few = pd.Series(heard < persons_min, index=told.index)
    told.loc[few, ["excerpts", "persons"]] = pd.NA
    told.loc[few, "held"] = FEW_HEARD
    # Whether a count is a minimum would tell that something was said.
    told.loc[few, "persons_exact"] = True
    noted = few & (told["verdict_origin"] != ANALYST)
    told.loc[noted, ["verdict", "verdict_note", "verdict_origin"]] = [OPEN, "", ""]
    shown = ~few if diffusion == "partenaires" else pd.Series(False, index=told.index)
    none = pd.Series([()] * len(told), index=told.index, dtype="object")
    told["quotes"] = told["quotes"].where(shown, none)
    if diffusion == "public":
        said = told["excerpts"].gt(0).fillna(False).astype("bool")
        told.loc[said, "held"] = NEVER_PUBLIC
        alone = said & told["persons"].lt(persons_min).fillna(False).astype("bool")
        told.loc[alone, ["excerpts", "persons"]] = pd.NA
        told.loc[alone, "persons_exact"] = True
        told.loc[alone, "held"] = FEW_SPOKE
    known = corpus.segments["speaker"].dropna().unique() if pseudonyms is None else ()
    ids = pd.Index([str(place) for place in range(len(told))])
    traces = traces_of(told["verdict_note"].set_axis(ids), pseudonyms, allowed=known)
    told.loc[ids.isin(traces["id"]), "verdict_note"] = NOTE_HELD
    return told


def refuse_narrower(table: pd.DataFrame, diffusion: str) -> None:
    """Refuse to tell farther a joint display that was made for fewer.

    Parameters
    ----------
    table : DataFrame
        As `joint_told` gives it.
    diffusion : {"interne", "partenaires", "public"}
        To whom it is to be told.

    Raises
    ------
    MeasureError
        It may not go that far; one that does not say how far it may go stays inside.
    """
    most = table.attrs.get("diffusion", "interne")
    if most not in DIFFUSIONS[DIFFUSIONS.index(diffusion) :]:
        raise MeasureError(
            "this joint display may not be told so far",
            column="diffusion",
            found=str(most),
            allowed=", ".join(DIFFUSIONS[DIFFUSIONS.index(diffusion) :]),
            todo=f"take edition.told_to({diffusion!r}).joint_display(corpus)",
        )
