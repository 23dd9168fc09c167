"""Competence: what the unit can, what it needs, the gap as a map, and the plan that closes it.

Heimel: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta §§ 6 f, 7 b.
Nouns: kompetanse, kompetansebehov, kompetansebevis, kompetanseplan (docs/ordliste.md).
"""
