"""The plain register of points 5-7: meetings, rounds and surveys, each with a date, a summary and what came of it.

Heimel: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta §§ 7-8; arkivforskrifta § 4.
"""
