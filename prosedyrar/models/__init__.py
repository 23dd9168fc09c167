"""The tables of the procedure library. Import the classes from here."""

from prosedyrar.models.dokument import (
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreHending,
    ProsedyreOpning,
    ProsedyreOrd,
    ProsedyreSoktekst,
    ProsedyreVedlegg,
    ProsedyreVersjon,
)
from prosedyrar.models.hoyring import Hoyring, HoyringDeltakar, HoyringMerknad
from prosedyrar.models.lesing import Kontrollsporsmal, Lesekrav, Lesekvittering
from prosedyrar.models.onske import Revisjonsonske

__all__ = [
    "Hoyring",
    "HoyringDeltakar",
    "HoyringMerknad",
    "Kontrollsporsmal",
    "Lesekrav",
    "Lesekvittering",
    "Prosedyre",
    "ProsedyreFavoritt",
    "ProsedyreHending",
    "ProsedyreOpning",
    "ProsedyreOrd",
    "ProsedyreSoktekst",
    "ProsedyreVedlegg",
    "ProsedyreVersjon",
    "Revisjonsonske",
]
