"""Whatever the table, what is read is what an independent parse of the same bytes gives."""

import csv
import io
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs import sources

EXAMPLES = settings(derandomize=True, deadline=None, max_examples=60)
VARIABLES = {
    "NBPERSMENFISC21": ("personnes_menages_fiscaux", 0, 10**9),
    "MED21": ("niveau_vie_median", 0, 10**6),
    "TP6021": ("taux_pauvrete_60", 0, 99),
    "PIMPOT21": ("part_impots", -99, -1),
}
REASONS = {
    "": "not_available",
    "nd": "not_available",
    "s": "secret",
    "ns": "not_significant",
    "//": "not_applicable",
}
BLANKS = ["", " ", "\u00a0", "\u202f"]
# No lone CR: the csv module does not quote it, and a line that ends there is one for any reader.
LABELS = st.text(st.sampled_from("aéœŸ'’ ;,\t\n|\"-N1"), max_size=8)


def number(least, most):
    """A number as somebody in France may write it."""

    def write(whole, fraction, thousands, glue, unit):
        sign = "-" if whole < 0 else ""
        digits = f"{abs(whole):,}".replace(",", thousands)
        return sign + digits + (f",{fraction}" if fraction else "") + glue + unit

    fractions = st.text(st.sampled_from("0123456789"), max_size=3)
    blanks, units = st.sampled_from(BLANKS), st.sampled_from(["", "%", "€"])
    return st.builds(write, st.integers(least, most), fractions, blanks, blanks, units)


def cell(least, most):
    return st.one_of(number(least, most), st.sampled_from(list(REASONS)))


@st.composite
def tables(draw):
    """A table of communes: names of columns and rows of text."""
    codes = draw(st.lists(st.integers(1001, 95999), min_size=1, max_size=12, unique=True))
    header = ["CODGEO", "LIBGEO", *VARIABLES]
    cells = [cell(least, most) for _, least, most in VARIABLES.values()]
    rows = [[f"{code:05d}", draw(LABELS), *(draw(one) for one in cells)] for code in codes]
    return header, rows


def as_bytes(header, rows, delimiter, ending, quoting, encoding):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerows([header, *rows])
    return stream.getvalue().encode(encoding)


def parsed_apart(content, delimiter):
    """Value and status by variable and commune, by the csv module and Decimal alone."""
    text = content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    told = {}
    for row in rows:
        for column, (variable, _, _) in VARIABLES.items():
            written = row[column]
            if written in REASONS:
                told[variable, row["CODGEO"]] = (None, REASONS[written])
                continue
            bare = "".join(character for character in written if character in "-,0123456789")
            told[variable, row["CODGEO"]] = (float(Decimal(bare.replace(",", "."))), "observed")
    return told


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "table.csv"


@EXAMPLES
@given(
    table=tables(),
    delimiter=st.sampled_from(";\t|,"),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_any_table_is_read_as_an_independent_parse_reads_it(
    path, table, delimiter, ending, quoting, encoding
):
    content = as_bytes(*table, delimiter, ending, quoting, encoding)
    path.write_bytes(content)
    reading = sources.load(path, perimeter="cog2021")
    frame = reading.frame
    read = {
        (variable, territory): (value if status == "observed" else None, status)
        for variable, territory, value, status in zip(
            frame["variable"], frame["territory"], frame["value"], frame["status"], strict=True
        )
    }
    assert read == parsed_apart(content, delimiter)
    assert reading.territories == len(table[1])
    assert frame.loc[frame["status"] != "observed", "value"].isna().all()


@EXAMPLES
@given(table=tables(), data=st.data())
def test_the_order_of_rows_and_of_columns_changes_nothing(path, table, data):
    header, rows = table
    order = data.draw(st.permutations(range(len(header))))
    shuffled = data.draw(st.permutations(rows))
    moved = [[row[i] for i in order] for row in shuffled]
    path.write_bytes(as_bytes(header, rows, ";", "\n", csv.QUOTE_MINIMAL, "utf-8"))
    first = sources.read(path, perimeter="cog2021")
    path.write_bytes(as_bytes([header[i] for i in order], moved, ";", "\n", csv.QUOTE_MINIMAL, "utf-8"))
    pd.testing.assert_frame_equal(sources.read(path, perimeter="cog2021"), first, check_exact=True)


@EXAMPLES
@given(table=tables(), blanks=st.integers(0, 5))
def test_blank_rows_at_the_end_are_counted_and_change_nothing(path, table, blanks):
    header, rows = table
    path.write_bytes(as_bytes(header, rows, ";", "\n", csv.QUOTE_MINIMAL, "utf-8"))
    first = sources.read(path, perimeter="cog2021")
    path.write_bytes(path.read_bytes() + b";;;;;\n" * blanks)
    reading = sources.load(path, perimeter="cog2021")
    assert reading.blank_rows == blanks
    pd.testing.assert_frame_equal(reading.frame, first, check_exact=True)


@EXAMPLES
@given(table=tables(), place=st.integers(0, 11))
def test_one_unreadable_cell_is_told_alone_with_its_own_line(path, table, place):
    header, rows = table
    bad = place % len(rows)
    rows[bad][3] = "12.5"
    content = as_bytes(header, rows, ";", "\n", csv.QUOTE_MINIMAL, "utf-8")
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a number") as caught:
        sources.read(path, perimeter="cog2021")
    (problem,) = caught.value.problems
    # The line breaks that the csv module has gone through before this row, plus one.
    reader = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";")
    lines = [reader.line_num for _ in reader]
    assert (problem.line, problem.column, problem.found) == (lines[bad] + 1, "MED21", "12.5")
