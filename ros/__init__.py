"""Risk analyses (ROS): what may go wrong, how likely, how bad, and the measures it ends in.

Heimel: forskrift om leiing og kvalitetsforbetring i helse- og omsorgstenesta § 6 d; kommunelova § 25-1 tredje ledd.
Nouns: ros-analyse, ros-rad (docs/ordliste.md).
"""
