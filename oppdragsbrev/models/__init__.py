"""The tables of the letter and its evidence. Import the classes from here."""

from oppdragsbrev.models.bevis import Bevisregel, Bevisstand
from oppdragsbrev.models.brev import Brevkule, Brevmal, Brevpunkt, Brevutgave, Oppdragsbrev
from oppdragsbrev.models.svar import Brevhending, Brevlenkje, Brevlevering, Brevmelding, Brevmottak, Brevsvar, Punktmottak

__all__ = [
    "Bevisregel",
    "Bevisstand",
    "Brevhending",
    "Brevkule",
    "Brevlenkje",
    "Brevlevering",
    "Brevmal",
    "Brevmelding",
    "Brevmottak",
    "Brevpunkt",
    "Brevsvar",
    "Brevutgave",
    "Oppdragsbrev",
    "Punktmottak",
]
