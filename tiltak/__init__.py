"""Tiltak: what we will do about it, by whom and by when, and whether it helped.

Legal source: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta §§ 8 a (carried out), 8 c (does it work),
9 b (correct). Nouns: tiltak (the measure), ansvarleg (its owner), opphav (the case it came from: a reference without text),
hending (a line of its history), effekt (did it help), skjerma (shielded: from a case that few may see).
Knows only kjerne; those above call it and hear of it through events.
"""
