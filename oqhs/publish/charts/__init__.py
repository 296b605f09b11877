"""Charts of the observatory: frames in, a figure out, and the words that stand for it.

Each module draws one: `gap_bars`, `dots`, `heat`, `slopes`; `rows` prepares what several of them share and
`sheet` is what they are drawn on. Nothing is read or written here: `oqhs.publish.theme.write_figure` writes.
"""
