"""The assignment letter: seven points to each unit, its answers, and the evidence the system holds.

Nouns: oppdragsbrev, oppdragspunkt, oppdragssvar (docs/ordliste.md).
"""
