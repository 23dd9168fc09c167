"""Legal duties as data, with the evidence per unit, and the folder for a supervisor.

Heimel: the duties carry their own sources (krav/startsett).
"""
