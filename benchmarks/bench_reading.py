"""How fast files are read, against the way anybody would do it with pandas alone.

Everything is measured in one run, in fresh processes, each pair alternated on the same machine and on
the same file; only ratios are judged. This process stays light, so that the peak memory of the ones
it starts is their own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from results import keep, section

ROOT = Path(__file__).resolve().parents[1]
REAL = "insee/cc_filosofi_2021_COM.csv"
HEADER = (
    "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;PIMP21;TP6021;TP60AGE121;TP60AGE221;TP60AGE321;TP60AGE421;"
    "TP60AGE521;TP60AGE621;TP60TOL121;TP60TOL221;PACT21;PTSA21;PCHO21;PBEN21;PPEN21;PPAT21;PPSOC21;PPFAM21;"
    "PPMINI21;PPLOGT21;PIMPOT21;D121;D921;RD21"
)
SYNTHETIC_ROWS = 35_000
PERIMETER, YEAR = "cog2021", 2021
# Codes of the producers that stand in the file, as the naive way has to know them too.
CODES = {"s": "secret", "nd": "not_available", "": "not_available"}
LIBRARIES = ("oqhs", "pandas", "numpy", "pyarrow")


@dataclass(frozen=True)
class Row:
    """A line of the table: what took how long, against what, and the bar."""

    what: str
    ours: float
    theirs: float
    unit: str
    bar: str = ""
    kept: bool = True
    inverse: bool = False

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours if self.inverse else self.ours / self.theirs

    def cells(self) -> list[str]:
        ratio = f"{self.ratio:.2f} × " + ("faster" if self.inverse else "as much")
        verdict = ("kept" if self.kept else "MISSED") if self.bar else ""
        digits = 0 if self.unit == "MB" else 1
        sides = [f"{value:.{digits}f} {self.unit}" for value in (self.ours, self.theirs)]
        return [self.what, *sides, ratio, self.bar, verdict]


# --- what is measured: each function imports what it needs, in the process that measures it


def ours_text(path: Path) -> object:
    from oqhs.sources.delimited import read_delimited

    return read_delimited(path)


def pandas_text(path: Path) -> object:
    import pandas as pd

    return pd.read_csv(path, dtype=str, sep=";", keep_default_na=False)


def ours_long(path: Path) -> object:
    from oqhs.sources import load

    return load(path, perimeter=PERIMETER).frame


def naive_wide(path: Path) -> object:
    return _naive_columns(path)


def naive_long(path: Path) -> object:
    import pandas as pd

    codes, values, statuses = _naive_columns(path)
    wide = pd.DataFrame({"territory": codes, **values})
    long = wide.melt(id_vars="territory", var_name="variable", value_name="value")
    long["status"] = pd.DataFrame(statuses).melt(value_name="status")["status"]
    return long.assign(perimeter=PERIMETER, year=YEAR, source=path.name, note="")


def _naive_columns(path: Path) -> tuple[object, dict[str, object], dict[str, object]]:
    import pandas as pd

    table = pd.read_csv(path, dtype=str, sep=";", keep_default_na=False)
    values: dict[str, object] = {}
    statuses: dict[str, object] = {}
    for name in table.columns[1:]:
        cells = table[name]
        text = cells.str.replace(",", ".", regex=False)
        for blank in " \u00a0\u202f":
            text = text.str.replace(blank, "", regex=False)
        values[name] = pd.to_numeric(text, errors="coerce")
        statuses[name] = cells.map(CODES).fillna("observed")
    return table.iloc[:, 0], values, statuses


MEASURED: dict[str, Callable[[Path], object]] = {
    function.__name__: function for function in (ours_text, pandas_text, ours_long, naive_wide, naive_long)
}


def time_all(path: Path, runs: int) -> dict[str, float]:
    """Median milliseconds of each function, all of them run in turn."""
    _check_same(path)
    times: dict[str, list[float]] = {name: [] for name in MEASURED}
    for _ in range(runs):
        for name, function in MEASURED.items():
            start = time.perf_counter()
            function(path)
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _check_same(path: Path) -> None:
    """Both long tables must say the same, or a comparison of their times says nothing."""
    import pandas as pd

    from oqhs.catalogue import load_catalogue

    _, layout = load_catalogue().layouts["filosofi_com"]
    names = {
        column.replace("{yy}", str(YEAR)[2:]): variable
        for vintage in layout.vintages
        for column, variable in vintage.columns.items()
    }
    ours, naive = pd.DataFrame(ours_long(path)), pd.DataFrame(naive_long(path))
    naive["variable"] = naive["variable"].map(names)
    key, shown = ["variable", "territory"], ["variable", "territory", "value", "status"]
    ours = ours[shown].astype({"variable": "str", "territory": "str", "status": "str"})
    pd.testing.assert_frame_equal(
        ours.sort_values(key, ignore_index=True),
        naive[shown].astype({"status": "str"}).sort_values(key, ignore_index=True),
        check_dtype=False,
    )


def peak(name: str, path: Path) -> dict[str, float]:
    """Megabytes by which one function raises the peak memory of a process that has its imports."""
    import resource

    import oqhs.sources  # noqa: F401  (both sides start with the same libraries loaded)

    scale = 1024**2 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    MEASURED[name](path)
    return {name: (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / scale}


def import_times(runs: int) -> dict[str, list[float]]:
    """Milliseconds to start Python and import each module, run after run."""
    times: dict[str, list[float]] = {name: [] for name in ("oqhs", "oqhs.sources", "pandas")}
    for run in range(-1, runs):
        for module, found in times.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True, cwd=ROOT)  # noqa: S603
            if run >= 0:  # the first one fills the caches
                found.append((time.perf_counter() - start) * 1000)
    return times


def worker(*arguments: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    read: dict[str, float] = json.loads(done.stdout)
    return read


def measure(path: Path, runs: int) -> list[Row]:
    imports = import_times(runs)
    ratio = statistics.median(a / b for a, b in zip(imports["oqhs"], imports["pandas"], strict=True))
    medians = {name: statistics.median(found) for name, found in imports.items()}
    times = worker("--worker", "times", "--file", str(path), "--runs", str(runs))
    rows = [
        Row(
            "import oqhs / import pandas",
            medians["oqhs"],
            medians["pandas"],
            "ms",
            "at most 1.3",
            ratio <= 1.3,
        ),
        Row("import oqhs.sources / import pandas", medians["oqhs.sources"], medians["pandas"], "ms"),
        _judged("text table / pandas.read_csv as text", times, "ours_text", "pandas_text", most=2.0),
        _judged("long table / naive conversion and melt", times, "ours_long", "naive_long", least=2.0),
        _judged("long table / naive conversion, no melt", times, "ours_long", "naive_wide"),
    ]
    try:
        peaks = {name: worker("--worker", name, "--file", str(path))[name] for name in MEASURED}
    except subprocess.CalledProcessError:  # no `resource` on this system
        return rows
    rows.append(Row("peak memory, text table", peaks["ours_text"], peaks["pandas_text"], "MB"))
    rows.append(Row("peak memory, long table", peaks["ours_long"], peaks["naive_long"], "MB"))
    return rows


def _judged(
    what: str, times: dict[str, float], ours: str, theirs: str, *, most: float = 0.0, least: float = 0.0
) -> Row:
    a, b = times[ours], times[theirs]
    if most:
        return Row(what, a, b, "ms", f"at most {most:g}", a / b <= most)
    bar = f"at least {least:g} faster" if least else ""
    return Row(what, a, b, "ms", bar, b / a >= least, inverse=True)


def find_file(folder: Path) -> tuple[Path, str]:
    """The real file of communes, or one made up with its header; and its name for the report."""
    data = Path(os.environ.get("OQHS_REAL_DATA", ROOT.parent / "shared" / "data"))
    if (data / REAL).exists():
        return data / REAL, Path(REAL).name
    draw = random.Random(94)  # noqa: S311  (figures of no consequence)
    columns = len(HEADER.split(";"))
    taxes = HEADER.split(";").index("PIMPOT21") - 4
    lines = [HEADER]
    for row in range(SYNTHETIC_ROWS):
        code = f"{row // 1000 + 1:02d}{row % 1000:03d}"
        counts = [str(draw.randrange(50, 9000)) for _ in range(2)] + [str(draw.randrange(15000, 40000))]
        hidden = row % 6 > 0  # five communes out of six, as in the real file
        rates = [
            "s" if hidden else f"{draw.uniform(0, 90):.1f}".replace(".", ",") for _ in range(columns - 4)
        ]
        taxes = HEADER.split(";").index("PIMPOT21") - 4
        rates[taxes] = "s" if hidden else f"-{draw.uniform(1, 30):.1f}".replace(".", ",")
        lines.append(";".join([code, *counts, *rates]).replace(".", ","))
    path = folder / "synthetic_COM.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path, "a made-up file with the header of cc_filosofi_2021_COM.csv"


def report(rows: list[Row], name: str, size: int, runs: int) -> str:
    head = ["measure", "oqhs", "against", "ratio", "bar", ""]
    table = [head, *(row.cells() for row in rows)]
    widths = [max(len(cells[i]) for cells in table) for i in range(len(head))]
    padded = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
        for cells in table
    ]
    padded.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    lines = [f"File: {name}, {size} rows.", "", *padded]
    return section("Reading, measured", runs, LIBRARIES, lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python benchmarks/bench_reading.py --runs 15"
    )
    parser.add_argument("--runs", type=int, default=9, help="runs of each measure (default 9)")
    parser.add_argument("--file", type=Path, help="file of communes; found or made up by default")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        found = (
            time_all(asked.file, asked.runs) if asked.worker == "times" else peak(asked.worker, asked.file)
        )
        print(json.dumps(found))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path, name = (asked.file, asked.file.name) if asked.file else find_file(Path(folder))
        lines = path.read_bytes().count(b"\n") - 1
        rows = measure(path.resolve(), asked.runs)
    text = report(rows, name, lines, asked.runs)
    print(text)
    keep(text)
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
