"""Documents as files: a page, or a text document that is written on."""

from __future__ import annotations

from pathlib import Path

from oqhs.errors import OqhsError
from oqhs.publish import word, writers
from oqhs.publish.pages import Document, page_of

#: Files a document is written to.
DOCUMENT_FILES = (".docx", ".html")


def check_document_file(path: str | Path) -> None:
    """Refuse a file that no document can be written to, before there is a document.

    Raises
    ------
    OqhsError
        The name of the file ends with none of `DOCUMENT_FILES`.
    MissingExtraError
        The file is a `.docx`, and `python-docx` is not installed.
    """
    target = Path(path)
    if target.suffix.lower() not in DOCUMENT_FILES:
        raise OqhsError(
            "no such format for a document",
            file=target,
            found=target.suffix,
            allowed=", ".join(DOCUMENT_FILES),
            todo="change the end of the name of the file",
        )
    if target.suffix.lower() == ".docx":
        word.require()


def write_document(document: Document, path: str | Path) -> None:
    """Write a document in the format its name ends with, whole or not at all; the same bytes each time.

    Parameters
    ----------
    document : Document
        As `oqhs.reviewing`, `oqhs.evaluating` or `oqhs.publish.joint` give it.
    path : str or Path
        `.docx` or `.html` file.

    Raises
    ------
    OqhsError, MissingExtraError
        As `check_document_file` raises them.
    """
    check_document_file(path)
    target = Path(path)
    if target.suffix.lower() == ".docx":
        writers.write_whole(target, lambda aside: word.write_docx(document, aside))
    else:
        writers.write_whole(target, lambda aside: writers.write_text(page_of(document), aside))
