"""Rows of plain values, as the pages that only show them read them: no instance of a class is made of a table's row."""

from datetime import date, datetime
from typing import NamedTuple


class Dokument(NamedTuple):
    """A document, as its page shows it. The fields are those of `Prosedyre`."""

    id: int
    tittel: str
    dokumenttype: str
    tema: str
    eining_id: int
    eigar_id: int
    revisjonsfrist: date | None
    ekstern_lenkje: str
    tillegg_til_id: int | None
    heimel: str
    versjon: int


class Linje(NamedTuple):
    """A version in the list of versions, without its text."""

    id: int
    major: int
    minor: int
    tilstand: str
    gyldig_fra: date | None
    forrige_id: int | None

    @property
    def nummer(self) -> str:
        """The number as people say it: 2.0."""
        return f"{self.major}.{self.minor}"


class Utgave(NamedTuple):
    """A version with its text. The fields are those of `ProsedyreVersjon`."""

    id: int
    major: int
    minor: int
    tilstand: str
    gyldig_fra: date | None
    forrige_id: int | None
    prosedyre_id: int
    gyldig_til: date | None
    tekst: str
    endringsnotat: str
    forfattar_id: int
    godkjennar_id: int | None
    versjon: int

    @property
    def nummer(self) -> str:
        """The number as people say it: 2.0."""
        return f"{self.major}.{self.minor}"


class Finst(NamedTuple):
    """What there is around one version: only what there is, is asked for. `kvittert`: when she signed its major version.

    The four of the version it was written from follow `forrige`; `fleire`: there are others than these two.
    """

    eining: str
    eigar: str
    forfattar: str
    godkjennar: str | None
    felles: str | None
    kvittert: datetime | None
    medsignert: datetime | None
    forrige_major: int | None
    forrige_minor: int | None
    forrige_tilstand: str | None
    forrige_gyldig_fra: date | None
    favoritt: bool
    filer: bool
    krav: bool
    tillegg: bool
    fleire: bool
    onske: bool
    hoyrd: bool


class Vist(NamedTuple):
    """One version and what there is around it."""

    p: Dokument
    v: Utgave
    finst: Finst


class Vedlegg(NamedTuple):
    """A file of a version."""

    offentleg_id: str
    namn: str
    storleik: int


class Lokalt(NamedTuple):
    """A valid supplement of a unit to a common procedure; its text only where the reader works there."""

    id: int
    tittel: str
    eining: str
    versjon_id: int
    major: int
    minor: int
    her: bool
    tekst: str

    @property
    def nummer(self) -> str:
        """The number of its valid version."""
        return f"{self.major}.{self.minor}"
