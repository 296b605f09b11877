"""The `oqhs` command."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable

import typer

from oqhs.cli import evaluations, figures, folder, portraits, products, releases, reviews, site
from oqhs.cli.shared import errors
from oqhs.errors import OqhsError, UnknownError

app = typer.Typer(
    help="Statistical observatory of French quartiers prioritaires (QPV).",
    epilog="Example: `oqhs release 2024`",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
edition_app = typer.Typer(
    help="Editions of a data folder.", no_args_is_help=True, rich_markup_mode="markdown"
)
app.add_typer(edition_app, name="edition")

#: Commands, in the order of `oqhs --help`, each with an example.
_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "release": (releases.release, "oqhs release 2024 --data data"),
    "verify": (releases.verify, "oqhs verify 2024"),
    "diff": (releases.diff, "oqhs diff data/processed/2024/r1 data/processed/2024/r2 -o changes.html"),
    "table": (products.table, "oqhs table 2024 --quartiers QN99901M --reference commune -o note.xlsx"),
    "changes": (products.changes, "oqhs changes 2024 --since 2020 --quartiers QN99903I --reference commune"),
    "flags": (products.flags, "oqhs flags 2024 --territoire T92 --theme environnement --reference commune"),
    "map": (figures.map_, figures.EXAMPLE),
    "portrait": (portraits.portrait, portraits.EXAMPLE),
    "site": (site.site, "oqhs site 2024 -o site/"),
    "review": (reviews.review, reviews.EXAMPLE),
    "evaluation": (evaluations.evaluation, evaluations.EXAMPLE),
    "add": (folder.add, "oqhs add base-ic-logement-2021_csv.zip --perimeter iris2023"),
    "status": (folder.status, "oqhs status 2024"),
    "check": (folder.check, "oqhs check --format json > problems.json"),
    "demo": (folder.demo, "oqhs demo my-data"),
}
for _name, (_command, _example) in _COMMANDS.items():
    app.command(_name, epilog=f"Example: `{_example}`")(_command)
edition_app.command("new", epilog="Example: `oqhs edition new 2025 --from 2024`")(folder.edition_new)

#: What to do about what the system refuses.
_ADVICE = {
    errno.ENOSPC: "make room on the disk, then run it again: nothing was changed",
    errno.EROFS: "this folder cannot be written in: give another one, or have its rights changed",
    errno.EACCES: "close the file elsewhere, or check that this folder can be written in",
    errno.EPERM: "close the file elsewhere, or check that this folder can be written in",
}


def main() -> None:
    """Run the command: 0 done, 1 the data are wrong, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # A redirected stream of Windows is not UTF-8, and French typography does not fit in it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except OqhsError as error:
        errors.print(f"[bold red]{type(error).__name__}[/]")
        errors.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(2 if isinstance(error, UnknownError) else 1) from error
    except OSError as error:
        errors.print(f"{error.filename or ''}: {error.strerror or error}", markup=False, soft_wrap=True)
        advice = _ADVICE.get(error.errno or 0, "check the file, its folder and its rights")
        errors.print(f"  to do: {advice}", markup=False, soft_wrap=True)
        raise SystemExit(1) from error
