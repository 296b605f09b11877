"""The corpus of a study: who was heard, where and when, what they said, and how it was coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from oqhs.entries import Diffusion
from oqhs.text import format_number

#: How people were heard, and what it is called.
KIND_LABELS = {
    "entretien": "Entretiens",
    "groupe": "Groupes de discussion",
    "marche": "Diagnostics en marchant",
    "reponse_ouverte": "Réponses ouvertes",
    "observation": "Observations",
}
KINDS = tuple(KIND_LABELS)
#: What an analyst may conclude when a figure and what people say are put side by side.
VERDICTS = ("convergence", "complémentarité", "discordance", "silence")

SOURCE_DTYPES = {
    "source": "str",
    "label": "str",
    "kind": "str",
    "territory": "str",
    "date": "datetime64[us]",
    "persons": "Int64",
    "text": "str",
}
SEGMENT_DTYPES = {
    "segment": "str",
    "source": "str",
    "territory": "str",
    "date": "datetime64[us]",
    "kind": "str",
    "speaker": "str",
    "start": "Int64",
    "end": "Int64",
    "text": "str",
    "code": "str",
    "coder": "str",
    "memo": "str",
}
CODE_DTYPES = dict.fromkeys(
    ("code", "parent", "label", "definition", "include", "exclude", "example", "colour"), "str"
)
LINK_DTYPES = dict.fromkeys(("code", "indicator"), "str")
VERDICT_DTYPES = dict.fromkeys(("territory", "indicator", "verdict", "note"), "str")

#: Order of the segments.
SEGMENT_ORDER = ["source", "start", "segment", "code", "coder"]

_NOTICE = "Un nombre d'extraits ne dit pas combien d'habitants pensent ou vivent la même chose."


@dataclass(frozen=True, eq=False)
class Corpus:
    """A qualitative study: its sources, what was coded in them, and the codebook.

    Parameters
    ----------
    sources : DataFrame
        One row per interview, group, walk, answer or observation: `source` (id), `label`, `kind` (one of
        `KINDS`), `territory` (code of a quartier), `date`, `persons` (people heard) and `text`; all but the
        id and the label may be missing.
    segments : DataFrame
        One row per (`segment`, `code`, `coder`). `segment` is the id of the span: the same span of the same
        source has one id, whoever codes it. `start` and `end` count the code points of the text of the
        source, the end being the first one left out; both are missing where the export has none. `text` is
        missing where a picture or a sound was coded. `speaker` is a pseudonym; `territory`, `date` and
        `kind` are those of the source.
    codebook : DataFrame
        `code` (unique), `parent` (a code), `label`, `definition`, `include`, `exclude`, `example`,
        `colour` (`#rrggbb`).
    links : DataFrame
        `code`, `indicator`: which indicators of the catalogue a code speaks of.
    verdicts : DataFrame
        `territory`, `indicator`, `verdict` (one of `VERDICTS`), `note`: the analyst's.
    invented : bool
        Whether the study is an invented one.
    diffusion : {"interne", "partenaires"}
        How far the study may go; verbatims are never public.

    Notes
    -----
    A person is a (source, speaker). Where speakers are missing, a source counts for its `persons` when these
    are known, else for one. Numbers of excerpts are not a prevalence.

    Examples
    --------
    >>> from oqhs.studies.interviews.corpus import empty_frame
    >>> empty = [empty_frame(one) for one in (SOURCE_DTYPES, SEGMENT_DTYPES, CODE_DTYPES)]
    >>> Corpus(*empty, empty_frame(LINK_DTYPES), empty_frame(VERDICT_DTYPES))
    <Corpus : 0 source, 0 extrait codé, 0 code>
    """

    sources: pd.DataFrame
    segments: pd.DataFrame
    codebook: pd.DataFrame
    links: pd.DataFrame
    verdicts: pd.DataFrame
    invented: bool = False
    diffusion: Diffusion = "interne"

    def __repr__(self) -> str:
        counts = [
            _counted(len(self.sources), "source", "sources"),
            _counted(self.segments["segment"].nunique(), "extrait codé", "extraits codés"),
            _counted(len(self.codebook), "code", "codes"),
        ]
        return f"<Corpus : {', '.join(counts)}>"

    def _repr_html_(self) -> str:
        """Show what the corpus holds, in a notebook; no excerpt is shown."""
        invented = "<p><strong>Corpus inventé</strong></p>" if self.invented else ""
        facts = _facts(self)
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
            f'<td style="text-align: left">{escape(told)}</td></tr>'
            for name, told in facts.items()
        )
        card = f"<table><caption><strong>Corpus d'entretiens</strong></caption>{rows}</table>"
        return f"{invented}{card}{_by_kind(self)}<p>{escape(_NOTICE)}</p>"


def empty_frame(dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Give a frame without rows, its columns typed.

    Examples
    --------
    >>> empty_frame(LINK_DTYPES).columns.tolist()
    ['code', 'indicator']
    """
    return typed_frame([], dtypes)


def typed_frame(rows: Sequence[Mapping[str, object]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Make a frame of rows, each column of its type; what is not told is missing.

    Examples
    --------
    >>> typed_frame([{"code": "pmi"}], LINK_DTYPES)
      code indicator
    0  pmi       NaN
    """
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype="object").astype(dtype)
        for name, dtype in dtypes.items()
    }
    return pd.DataFrame(columns)


def _facts(corpus: Corpus) -> dict[str, str]:
    sources, segments = corpus.sources, corpus.segments
    years = sorted(set(sources["date"].dropna().dt.year))
    return {
        "Sources": format_number(len(sources)),
        "Quartiers": format_number(sources["territory"].nunique()),
        "Années": ", ".join(map(str, years)) or "non renseignées",
        "Personnes entendues": _persons(sources),
        "Extraits codés": format_number(segments["segment"].nunique()),
        "Codes": format_number(len(corpus.codebook)),
        "Codeurs": format_number(segments["coder"].nunique()),
        "Diffusion": corpus.diffusion,
    }


def _persons(sources: pd.DataFrame) -> str:
    """Say how many people were heard: a lower bound where some sources do not tell."""
    unknown = int(sources["persons"].isna().sum())
    told = format_number(int(sources["persons"].sum()) + unknown)
    lacking = _counted(unknown, "source sans effectif", "sources sans effectif")
    return f"au moins {told} ({lacking})" if unknown else told


def _by_kind(corpus: Corpus) -> str:
    """Lay out the number of sources and of excerpts by kind."""
    sources = corpus.sources["kind"].value_counts()
    excerpts = corpus.segments.groupby("kind")["segment"].nunique()
    shown = [
        (label, format_number(int(sources[kind])), format_number(int(excerpts.get(kind, 0))))
        for kind, label in KIND_LABELS.items()
        if kind in sources
    ]
    if not shown:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Type", "Sources", "Extraits codés"))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in shown)
    caption = "<caption><strong>Par type de matériau</strong></caption>"
    return f"<table>{caption}<tr>{head}</tr>{body}</table>"


def _counted(count: int, one: str, several: str) -> str:
    return f"{format_number(count)} {several if count > 1 else one}"
