"""Maps of the observatory: frames and outlines in, a figure out, and the words that stand for it.

`choropleth` draws one map, `multiples` one per EPT; `classes` cuts values, `ground` draws what lies under.
"""
