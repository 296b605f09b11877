"""The key table in a terminal."""

from __future__ import annotations

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from oqhs.cli.shared import console
from oqhs.edition import Edition
from oqhs.publish import printed


def print_key_table(edition: Edition, table: pd.DataFrame) -> None:
    """Print a key table, its notes under it."""
    zone, other = table["territory_label"].iloc[0], table["reference_label"].iloc[0]
    above = printed.warnings_of(table, invented=edition.invented)
    title = [f"Indicateurs clés, édition {edition.file.edition}", f"{zone} / {other}", *above]
    view = Table(title=escape("\n".join(title)), title_style="bold", title_justify="left", box=SIMPLE_HEAD)
    for name in ("Indicateur", "Valeur", "Référence", "Écart", "Année", "Source"):
        number = name in {"Valeur", "Référence", "Écart"}
        view.add_column(name, justify="right" if number else "left", no_wrap=name != "Indicateur")
    for theme, rows in table.groupby("theme", sort=False):
        view.add_row(f"[bold]{escape(str(theme))}[/]")
        for row in rows.itertuples():
            note = f" ({row.note})" if row.note else ""
            year = "" if pd.isna(row.year) else str(row.year)
            cells = (
                row.label + note,
                row.qpv_affiche,
                row.reference_affiche,
                row.gap_affiche,
                year,
                row.source,
            )
            view.add_row(*map(escape, cells))
        view.add_section()
    console.print(view)
    for line in (*printed.notes_of(table), *printed.remarks_of(table)):
        console.print(line, markup=False, soft_wrap=True)
