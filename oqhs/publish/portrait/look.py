"""Colours and type that both renderings of a portrait share."""

from oqhs.publish.theme import FAINT, FAVOURABLE, FONT, GROUND, INK, MUTED, UNFAVOURABLE, WARNING

LOOK = {
    "font": FONT,
    "ink": INK,
    "muted": MUTED,
    "faint": FAINT,
    "ground": GROUND,
    "warning": WARNING,
    "favourable": FAVOURABLE,
    "unfavourable": UNFAVOURABLE,
    "accent": "#3B2F73",
}
