"""The mid-term evaluation: an edition set against a baseline, contract by contract."""

from __future__ import annotations

import pandas as pd

from oqhs.edition import Edition
from oqhs.entries import Diffusion
from oqhs.evaluating.annex import annex_of, write_annex
from oqhs.evaluating.document import document_of
from oqhs.evaluating.findings import Contract, Findings, baseline_of, findings_of, narrowed
from oqhs.publish.pages import Document

__all__ = [
    "Contract",
    "Findings",
    "annex",
    "annex_of",
    "baseline_of",
    "document_of",
    "evaluated",
    "findings_of",
    "narrowed",
    "write_annex",
]


def evaluated(
    edition: Edition,
    baseline: int,
    *,
    territory: str | None = None,
    actions: pd.DataFrame | None = None,
    joint: pd.DataFrame | None = None,
    year: int | None = None,
    diffusion: Diffusion | None = None,
    invented: bool = False,
) -> Document:
    """Evaluate the contrats de ville at mid-term, of what may go as far as the edition and the follow-up do.

    Parameters
    ----------
    edition : Edition
        The latest edition.
    baseline : int
        Year of the edition it is compared with.
    territory : str, optional
        Code of the EPT of one contract; every contract of the département by default.
    actions : DataFrame, optional
        Follow-up of the fiches action, as `oqhs.studies.actions.read` gives it.
    joint : DataFrame, optional
        Rows of the joint display, as `joint_display` of an edition gives them, told as far as the document
        or farther. Excerpts are left out of what everybody may see.
    year : int, optional
        Year of the evaluation, for its title; that of the edition by default.
    diffusion : {"interne", "partenaires", "public"}, optional
        How far the files of the follow-up may go; the document goes no farther than they do, nor than the
        edition. By default as far as the edition.
    invented : bool
        Whether the follow-up or the interviews are invented; the editions know it of themselves.

    Returns
    -------
    Document
        `oqhs.publish.document_files.write_document` writes it. The gaps are to the département; amounts
        are shares of those of the reference. « Constat, pas imputation. »

    Raises
    ------
    UnknownError
        The baseline is not an earlier edition of the same département, the territory is not an EPT that
        holds quartiers, or there is no such diffusion.
    CatalogueError
        The baseline may not go as far as the edition.
    MeasureError
        Nothing can be compared between the two, or the joint display may not go as far as the document.

    Examples
    --------
    >>> import oqhs
    >>> document = evaluated(oqhs.open("data").edition(2024), 2020, territory="T91", year=2027)
    >>> document.title, document.parts[0].heading
    ('Évaluation à mi-parcours 2027 : Grand-Val de Mirelle', 'En bref')
    """
    return document_of(
        findings_of(
            edition,
            baseline,
            territory=territory,
            actions=actions,
            joint=joint,
            year=year,
            diffusion=diffusion,
            invented=invented,
        )
    )


def annex(
    edition: Edition,
    baseline: int,
    *,
    territory: str | None = None,
    actions: pd.DataFrame | None = None,
    joint: pd.DataFrame | None = None,
    diffusion: Diffusion | None = None,
) -> dict[str, pd.DataFrame]:
    """Give the tables of an evaluation, by sheet; parameters and errors are those of `evaluated`."""
    return annex_of(
        findings_of(edition, baseline, territory=territory, actions=actions, joint=joint, diffusion=diffusion)
    )
