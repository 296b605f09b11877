"""What the tests of portraits share: reading a document by its headings and its labels."""


def section(document, heading):
    return next(one for page in document.pages for one in page if one.heading == heading)


def row(document, label, heading="Indicateurs et comparaisons"):
    """Give the cells of an indicator by the headers of their columns."""
    table = section(document, heading).tables[0]
    cells = next(cells for group in table.groups for cells in group.rows if cells[0].text == label)
    return {column.header: cell for column, cell in zip(table.columns, cells, strict=True)}


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")
