"""Avvik: what went wrong or nearly did, from a tablet to a closed case with its outcome counted.

Legal source: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta §§ 6 g, 8 e, 9; kommunelova § 25-1 c.
Nouns: avvik (the case), meldar (who filed), sakshandsamar (who has it), hending (a line of its history), meldeplikt
(a duty to notify an authority), utfall (what came of it), kladd (a draft), nokkel (the form's UUID).
"""
