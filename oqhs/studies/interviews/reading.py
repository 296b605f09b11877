"""Reading a study, whatever program it comes from."""

from __future__ import annotations

from pathlib import Path

from oqhs.errors import LayoutError
from oqhs.sources.cards import find_card
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.sources.workbooks import read_sheets
from oqhs.studies.interviews import plain, qualcoder, refi, taguette
from oqhs.studies.interviews.building import build
from oqhs.studies.interviews.cells import Cells
from oqhs.studies.interviews.companions import tell_sources, with_links, with_verdicts
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.interviews.databases import open_database
from oqhs.studies.interviews.material import Material

_DATABASES = {".sqlite3", ".sqlite", ".db", ".qda"}
_TEXTS = {".csv", ".txt", ".tsv"}
_WORKBOOKS = {".xlsx", ".xls"}
#: Tables by the columns that tell them.
_TABLES = {
    plain.EXCERPTS: plain.read_excerpts,
    taguette.HIGHLIGHTS: taguette.read_highlights,
    qualcoder.CODED: qualcoder.read_coded,
    taguette.CODEBOOK: taguette.read_codebook,
}
#: Sheets by the columns that tell them, the first one holding digits: it cannot be taken for a second header.
_SHEETS = (
    ("ID", "DOCUMENT", "TAG", "CONTENT"),
    ("ID", "CODER", "CODED", "CODENAME"),
    ("NUMBER OF HIGHLIGHTS", "TAG", "DESCRIPTION"),
)
_ALLOWED = (
    "a REFI-QDA project (.qdpx) or codebook (.qdc), a project of Taguette (.sqlite3) or of QualCoder (.qda), "
    "a table of Taguette, of QualCoder, or of coded excerpts (.csv)"
)


def read(
    path: str | Path,
    *,
    sources: str | Path | None = None,
    links: str | Path | None = None,
    verdicts: str | Path | None = None,
) -> Corpus:
    r"""Read a qualitative study.

    Parameters
    ----------
    path : str or Path
        A REFI-QDA project (`.qdpx`) or codebook (`.qdc`); a project of Taguette (`.sqlite3`) or of QualCoder
        (the folder `.qda` or its `data.qda`); a table either exports (CSV or Excel); the plain table of coded
        excerpts (CSV). The card beside it says whether the study is invented, its diffusion, and which tables
        complete it (`interviews: {sources: …, links: …, verdicts: …}`), those given here going first.
    sources, links, verdicts : str or Path, optional
        Tables that complete it: `source;qpv_code;date;type;personnes`, `code;indicateur` (the indicators of
        the catalogue each code speaks of), `qpv_code;indicateur;verdict;note` (the analyst's).

    Returns
    -------
    Corpus
        Every text as it is in the file: nothing is normalised, no end of line is changed.

    Raises
    ------
    LayoutError
        The file is not there, or is of no layout that is read.
    DataError
        The file is damaged or wrong: each module of a format, and `building.build`, say what.
    CatalogueError
        The card beside the file is wrong, or says that the study is public.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "extraits.csv"
    ...     _ = table.write_text("entretien_id;extrait;code\ne1;« L'été, on étouffe. »;chaleur")
    ...     read(table)
    <Corpus : 1 source, 1 extrait codé, 1 code>
    """
    path = Path(path)
    material = _material(path)
    beside = _beside(path) | {
        name: Path(given)
        for name, given in (("sources", sources), ("links", links), ("verdicts", verdicts))
        if given is not None
    }
    if "sources" in beside:
        tell_sources(material, beside["sources"])
    corpus = build(path, material)
    corpus = with_links(corpus, beside["links"]) if "links" in beside else corpus
    return with_verdicts(corpus, beside["verdicts"]) if "verdicts" in beside else corpus


def _beside(path: Path) -> dict[str, Path]:
    """Give the tables that the card of a corpus names beside it."""
    card = find_card(path)
    told = card.interviews.model_dump(exclude_none=True) if card is not None and card.interviews else {}
    return {name: path.with_name(file) for name, file in told.items()}


def _material(path: Path) -> Material:
    """Read a file by what it is."""
    if not path.exists():
        raise LayoutError("this file is not there", file=path, todo="check its path")
    if path.is_dir():
        path = path / "data.qda"
        if not path.is_file():
            raise LayoutError(
                "this folder is not a project of QualCoder", file=path.parent, allowed="data.qda in it"
            )
    suffix = path.suffix.lower()
    if suffix == ".qdpx":
        return refi.read_project(path)
    if suffix == ".qdc":
        return refi.read_codebook(path)
    if suffix in _DATABASES:
        return _database(path)
    if suffix in _TEXTS:
        return _table(Cells(read_delimited(path, qualcoder.numbered(path.read_bytes()))))
    if suffix in _WORKBOOKS:
        return _table(Cells(_sheet(path)))
    raise LayoutError("no study is read from this kind of file", file=path, found=suffix, allowed=_ALLOWED)


def _database(path: Path) -> Material:
    with open_database(path) as database:
        if database.tables >= taguette.TABLES:
            return taguette.read_project(database)
        if database.tables >= qualcoder.TABLES:
            return qualcoder.read_project(database)
        raise LayoutError(
            "this database is neither a project of Taguette nor of QualCoder",
            file=path,
            found=", ".join(sorted(database.tables)[:8]) or "no table",
            allowed=f"tables {', '.join(sorted(taguette.TABLES))} or {', '.join(sorted(qualcoder.TABLES))}",
        )


def _sheet(path: Path) -> TextTable:
    sheets = read_sheets(path)
    for sheet in sheets:
        headers = [{name.upper() for name in names} for names in sheet.headers()]
        for wanted in _SHEETS:
            if any(header >= set(wanted) for header in headers):
                return sheet.table(wanted, ",")
    found = ", ".join(sheet.name for sheet in sheets)
    raise LayoutError(
        "no sheet of this workbook is an export that is read", file=path, found=found, allowed=_ALLOWED
    )


def _table(cells: Cells) -> Material:
    for columns, reader in _TABLES.items():
        if cells.has(*columns):
            return reader(cells)
    raise LayoutError(
        "the columns of this table are those of no layout that is read",
        file=cells.file,
        line=1,
        found=", ".join(cells.header),
        allowed=" / ".join(", ".join(columns) for columns in _TABLES),
    )
