"""The tables of the core. Import the classes from here."""

from kjerne.models.einingar import Eining, EiningHistorie
from kjerne.models.personar import Okt, Person, PersonEining, Tilgang, Tilgangsgruppe, TilgangsgruppeMedlem
from kjerne.models.system import Epost, Fil, Innloggingsforsok, Innstilling, Jobbkoyring, Leselogg, Logghovud, Loggline

__all__ = [
    "Eining",
    "EiningHistorie",
    "Epost",
    "Fil",
    "Innloggingsforsok",
    "Innstilling",
    "Jobbkoyring",
    "Leselogg",
    "Logghovud",
    "Loggline",
    "Okt",
    "Person",
    "PersonEining",
    "Tilgang",
    "Tilgangsgruppe",
    "TilgangsgruppeMedlem",
]
