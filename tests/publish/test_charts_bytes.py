"""A figure is written whole, with the same bytes each time, wherever."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from charts_support import caption, geography, observations

from oqhs.errors import UnknownError
from oqhs.publish.charts.dots import dot_plot
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.theme import look_of, write_figure

HERE = Path(__file__).parent
SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import locale
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
from test_charts_bytes import figures
from oqhs.publish.theme import write_figure
for name, figure in figures().items():
    for suffix in ("png", "svg", "pdf"):
        write_figure(figure, Path(sys.argv[2]) / f"{name}.{suffix}", alt="Graphique d'essai")
"""


def figures():
    from test_maps import small_map

    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    dots = dot_plot(rows, {"departement": 17.0, "ensemble_qpv": 36.0}, caption(), look_of("diapo"))
    return {"points": dots, "carte": small_map()}


def written_in(folder, **told):
    folder.mkdir()
    words = [sys.executable, "-c", SCRIPT, str(HERE), str(folder)]
    subprocess.run(words, check=True, env={**os.environ, **told}, timeout=300)  # noqa: S603
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_time_zone_locale_hash_seed_and_folder_change_no_byte(tmp_path):
    here = written_in(tmp_path / "here", TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="1")
    there = written_in(
        tmp_path / "là-bas", TZ="Pacific/Auckland", LC_ALL="fr_FR.UTF-8", PYTHONHASHSEED="4242"
    )
    assert len(here) == 6
    assert here == there


def test_a_file_says_what_is_drawn_but_neither_who_nor_when(tmp_path):
    for suffix, figure in zip(("svg", "png", "pdf"), [figures()["points"]] * 3, strict=True):
        path = tmp_path / f"points.{suffix}"
        write_figure(figure, path, alt="Graphique d'essai")
        held = path.read_bytes()
        assert not any(word in held for word in (b"Matplotlib v", b"CreationDate", b"dc:date", b"Software"))
    assert "Graphique d'essai" in (tmp_path / "points.svg").read_text(encoding="utf-8")


def test_a_slide_has_1920_by_1080_pixels(tmp_path):
    from PIL import Image

    write_figure(figures()["points"], tmp_path / "points.png")
    with Image.open(tmp_path / "points.png") as image:
        assert image.size == (1920, 1080)


def test_a_format_nobody_writes_is_refused(tmp_path):
    with pytest.raises(UnknownError, match=r"\.pdf, \.png, \.svg"):
        write_figure(figures()["points"], tmp_path / "points.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_writing_that_fails_leaves_nothing(tmp_path, monkeypatch):
    figure = figures()["points"]

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(OSError, match="No space"):
        write_figure(figure, tmp_path / "points.png")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_loads_no_matplotlib():
    code = "import oqhs, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0  # noqa: S603, PLW1510
