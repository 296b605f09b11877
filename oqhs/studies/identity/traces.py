"""Traces: what, in a text, may tell who somebody is.

The search helps a person who reads; it does not replace one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import pandas as pd

from oqhs.studies.identity.addresses import address_rules
from oqhs.studies.identity.births import birth_rules
from oqhs.studies.identity.contacts import contact_rules
from oqhs.studies.identity.folding import glued, joined
from oqhs.studies.identity.lists import read_lists
from oqhs.studies.identity.numbers import number_rules
from oqhs.studies.identity.people import people_in
from oqhs.studies.identity.pseudonyms import Pseudonyms
from oqhs.studies.identity.rules import KINDS, NAME, TRAIT, Rule
from oqhs.studies.identity.traits import only_one_rules, traits_in

NOTICE = "Ce contrôle aide une personne à relire ; il ne la remplace pas."
TRACE_COLUMNS = ["id", "start", "end", "kind", "found", "reason"]

#: Start, end, kind and reason of a trace, in a folded text.
_Hit = tuple[int, int, str, str]


def traces_of(
    texts: pd.Series, pseudonyms: Pseudonyms | None = None, *, allowed: Iterable[str] = (), alone: bool = True
) -> pd.DataFrame:
    r"""Find what may tell who somebody is in texts.

    Parameters
    ----------
    texts : Series of str
        Texts by id; the same id may stand several times, a missing text has no trace.
    pseudonyms : Pseudonyms, optional
        The table: each of its real names is searched, and its pseudonyms may stand.
    allowed : iterable of str, optional
        Other names that may stand, as the speakers of a corpus, which are pseudonyms.
    alone : bool
        Whether a common first name that no name follows is a trace.

    Returns
    -------
    DataFrame
        `id`, `start` and `end` (code points of the text), `kind` (one of `KINDS`), `found` (the trace
        itself: never give this frame away), `reason`; in the order of the texts, then by start.
        `attrs["notice"]` says that a person has to read as well.

    Examples
    --------
    >>> texts = pd.Series({"s1": "Mme Diallo, au 06\u00a012 34 56 78.", "s2": "Le bus 183 ne passe plus."})
    >>> traces_of(texts)[["id", "start", "kind", "found"]].to_dict("records")
    [{'id': 's1', 'start': 4, 'kind': 'nom', 'found': 'Diallo'},
     {'id': 's1', 'start': 15, 'kind': 'téléphone', 'found': '06\xa012 34 56 78'}]
    """
    written = texts.fillna("").astype("str").tolist()
    whole = joined(written)
    let = {glued(name) for name in allowed}
    if pseudonyms is not None:
        let |= {glued(name) for name in pseudonyms.rows["pseudonym"]}
    hits = _hits(whole.folded.text, pseudonyms, let, alone=alone)
    kept = _widest(pd.DataFrame(hits, columns=["start", "end", "kind", "reason"]))
    ranks, starts, ends = whole.located(kept["start"].tolist(), kept["end"].tolist())
    frame = pd.DataFrame({"start": starts, "end": ends, "kind": kept["kind"], "reason": kept["reason"]})
    frame["found"] = [written[rank][start:end] for rank, start, end in zip(ranks, starts, ends, strict=True)]
    frame["id"] = texts.index.to_numpy()[ranks]
    order = np.lexsort((kept["kind"].map(KINDS.index).to_numpy(dtype=np.int64), ends, starts, ranks))
    result = frame.iloc[order][TRACE_COLUMNS].reset_index(drop=True)
    result = result.astype({"id": "str", "kind": "str", "found": "str", "reason": "str"})
    result.attrs["notice"] = NOTICE
    return result


def _hits(text: str, table: Pseudonyms | None, allowed: set[str], *, alone: bool) -> list[_Hit]:
    """Find every trace of a folded text, in the order of what is looked for."""
    return [
        *(_of_table(text, table) if table is not None else ()),
        *((start, end, NAME, reason) for start, end, reason in people_in(text, allowed, alone=alone)),
        *_of_rules(text),
        *((start, end, TRAIT, reason) for start, end, reason in traits_in(text)),
    ]


def _of_table(text: str, table: Pseudonyms) -> Iterator[_Hit]:
    """Find the real names of a table, and their parts where they are written as names."""
    for start, end, _ in table.finder.spans(text):
        yield start, end, NAME, "nom réel de la table"
    for start, end, _ in table.parts.spans(text):
        if text[start].isupper():
            yield start, end, NAME, "partie d'un nom réel de la table"


@cache
def _rules() -> tuple[Rule, ...]:
    lists = read_lists()
    makers = (contact_rules, address_rules, birth_rules, number_rules, only_one_rules)
    return tuple(rule for maker in makers for rule in maker(lists))


def _of_rules(text: str) -> Iterator[_Hit]:
    for rule in _rules():
        group = "it" if "it" in rule.pattern.groupindex else 0
        for match in rule.pattern.finditer(text):
            yield *match.span(group), rule.kind, rule.reason


def _widest(hits: pd.DataFrame) -> pd.DataFrame:
    """Keep, of each kind, the traces that lie in no other; of two that are the same, the first reason."""
    hits = hits.reset_index(names="rank").sort_values(
        ["kind", "start", "end", "rank"], ascending=[True, True, False, True]
    )
    reached = hits.groupby("kind")["end"].transform(lambda ends: ends.cummax().shift(fill_value=-1))
    return hits[hits["end"] > reached]
