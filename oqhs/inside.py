"""Which quartiers a territory holds: what a product about a commune or an EPT is about."""

from __future__ import annotations

from difflib import get_close_matches

from oqhs.errors import UnknownError
from oqhs.geography import Geography

_SHOWN = 20  # codes named in an error


def quartiers_inside(geography: Geography, code: str) -> list[str]:
    """Give the quartiers of a commune, an EPT, the département or a group, or a quartier itself.

    Parameters
    ----------
    geography : Geography
        Territories of an edition.
    code : str
        Code of a territory.

    Returns
    -------
    list of str
        Codes of the quartiers, sorted; one that lies in several communes is in each of them.

    Raises
    ------
    UnknownError
        There is no such territory, or no quartier in it; the error names those that are spelt alike.

    Examples
    --------
    >>> import oqhs
    >>> geography = oqhs.open("data").edition(2024).geography
    >>> quartiers_inside(geography, "R99901")
    ['QN99902M', 'QN99903I']
    """
    quartiers, rows = geography.of_kind("qpv"), geography.memberships
    if code in quartiers:
        return [code]
    held = rows[rows["territory"].isin(quartiers)]
    found = sorted(set(held.loc[held["parent"] == code, "territory"]))
    if not found:
        holding = sorted(set(held["parent"]))
        known = [*holding, *quartiers]
        near = get_close_matches(code.upper(), known, n=3)
        raise UnknownError(
            "no such quartier, group, commune or EPT, or no quartier in it",
            found=code,
            allowed=", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else ""),
            todo=f"did you mean {', '.join(near)}?" if near else "see the codes in edition.territories",
        )
    return found
