"""Words that tell nothing about what two cases have in common. Spellings that are one stand in `kjerne/ordpar.py`."""

#: Words every second case has: they tell nothing about what is alike.
COMMON = (
    "etter eller ikkje hadde skulle ville kunne denne dette desse blei vart vore vere blir også berre mellom sidan medan "
    "under over fordi difor derfor slik noko nokon andre annan første dagen kveld natta klokka pasient brukar bebuar tilsett "
    "avdeling eining skjedde hende oppdaga meldt måtte fekk kom fann gjekk stod"
)
