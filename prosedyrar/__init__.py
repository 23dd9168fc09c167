"""Procedures: the versioned library of what we do, from draft to valid, read and understood.

Heimel: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta § 7 (prosedyrar) og § 8 c; kommunelova § 25-1.
Nouns: prosedyre, prosedyreversjon, høyring, lesekvittering (docs/ordliste.md).
"""
