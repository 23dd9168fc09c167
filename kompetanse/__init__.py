"""Competence: what the unit can, what it needs, the gap as a map, and the plan that closes it.

Heimel: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta §§ 6 f, 7 b; helse- og omsorgstenestelova § 8-1.
Nouns: kompetanse (an entry of the catalogue), kompetansebehov (what a unit needs), kompetansebevis (what a person has, with its
evidence), delegasjon (a personal authorisation that lapses with its course), kompetanseplan and planrad, opplaeringsbehov (what a
deviation or a changed procedure asks for). No health data of employees is kept anywhere in it.
"""
