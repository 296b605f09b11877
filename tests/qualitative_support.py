"""Small corpora made by hand for the tests of qualitative studies."""

from oqhs.studies.interviews.corpus import (
    CODE_DTYPES,
    LINK_DTYPES,
    SEGMENT_DTYPES,
    SEGMENT_ORDER,
    SOURCE_DTYPES,
    VERDICT_DTYPES,
    Corpus,
    typed_frame,
)


def corpus_of(sources, segments, codebook, links=(), verdicts=()):
    """Make a corpus; a segment takes the quartier, the date and the kind of its source, as readers do."""
    told = {one["source"]: one for one in sources}
    rows = [
        {name: told[one["source"]].get(name) for name in ("territory", "date", "kind")} | one
        for one in segments
    ]
    said = typed_frame(rows, SEGMENT_DTYPES).sort_values(SEGMENT_ORDER, ignore_index=True)
    return Corpus(
        typed_frame(sources, SOURCE_DTYPES),
        said,
        typed_frame(codebook, CODE_DTYPES),
        typed_frame(links, LINK_DTYPES),
        typed_frame(verdicts, VERDICT_DTYPES),
    )


def rated(choices, codes=("1",), sources=None):
    """Make a corpus of units: `choices` gives, by coder, the codes of each unit (None: unit not read).

    Every unit is a segment of ten characters; each is a source of its own unless `sources` names it, so that
    a coder who did not read a unit has nothing in its source. A coder who gave none of `codes` gave « lu ».
    """
    segments = []
    number = len(next(iter(choices.values())))
    where = sources or [f"E{place:03}" for place in range(number)]
    for coder, given in choices.items():
        for place, told in enumerate(given):
            if told is None:
                continue
            chosen = [code for code in str(told).split() if code in codes] or ["lu"]
            segments += [
                {
                    "segment": f"{where[place]}-{place}",
                    "source": where[place],
                    "start": 10 * place,
                    "end": 10 * place + 10,
                    "code": code,
                    "coder": coder,
                }
                for code in chosen
            ]
    book = [{"code": code, "label": code} for code in (*codes, "lu")]
    return corpus_of([{"source": one} for one in dict.fromkeys(where)], segments, book)
