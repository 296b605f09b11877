"""What a notebook shows of an object: a title, a warning, a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from oqhs.publish.printed import DIFFUSION, INVENTED


def notebook_card(title: str, facts: Mapping[str, str], *, invented: bool) -> str:
    """Lay out facts as HTML, everything escaped.

    Parameters
    ----------
    title : str
        What stands above.
    facts : mapping
        What is said, by its name; nothing is said of an empty one.
    invented : bool
        Whether the data are: it is said first.

    Examples
    --------
    >>> notebook_card("Édition <2024>", {"Périmètre": "qpv2024", "Source": ""}, invented=False)
    '<table><caption><strong>Édition &lt;2024&gt;</strong></caption><tr><th scope="row" style="text-align: left">Périmètre</th><td style="text-align: left">qpv2024</td></tr></table>'
    """  # noqa: E501
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{escape(told)}</td></tr>'
        for name, told in facts.items()
        if told
    )
    return _warning(invented=invented) + f"<table>{_caption(title)}{rows}</table>"


def notebook_table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows under headers as HTML, everything escaped.

    Examples
    --------
    >>> notebook_table("Éditions", ["Édition"], [["<2024>"]])
    '<table><caption><strong>Éditions</strong></caption><tr><th scope="col">Édition</th></tr><tr><td>&lt;2024&gt;</td></tr></table>'
    """  # noqa: E501
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headers)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{_caption(title)}<tr>{head}</tr>{body}</table>"


def diffusion_words(diffusion: str) -> str:
    """Say to whom something may be given.

    Examples
    --------
    >>> diffusion_words("public")
    'publique'
    """
    return DIFFUSION[diffusion].removeprefix("Diffusion : ").removesuffix(".")


def _caption(title: str) -> str:
    return f"<caption><strong>{escape(title)}</strong></caption>"


def _warning(*, invented: bool) -> str:
    return f"<p><strong>{escape(INVENTED)}</strong></p>" if invented else ""
