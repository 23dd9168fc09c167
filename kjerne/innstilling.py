"""The municipality's own settings, each with its default. Edited in the program, kept in one table."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.kept import READS_ONLY, STAMP
from kjerne.models import Innstilling

DEFAULTS: dict[str, str] = {
    "kommune": "Kommunen",
    "sprak": "nn",
    "varselkanal": "",
    "klagekanal": "",
    "farge": "",
    "logo": "",
    "tilgjengelegheitserklaering": "https://uustatus.no/",
    "gruppegrense": "3",
    "meldeordning": "alvorleg_hending_a",
    "meldeordning_stadfesta": "",
    "effekt_dagar": "90",
    "slutta_dagar": "180",
    "kompetanse_god": "80",
    "kompetanse_lag": "60",
    "rapport_vedlegg": "",
    "demo": "0",
}

_ALL: Final = select(Innstilling.nokkel, Innstilling.verdi)


def settings(db: Session) -> dict[str, str]:
    """All settings: the defaults with what the municipality has chosen on top. One query."""
    if not db.info.get(READS_ONLY):
        db.flush()
    chosen: dict[str, str] = {key: value for key, value in db.connection().execute(_ALL)}  # noqa: C416 - rows are no pairs to mypy
    db.info.setdefault(STAMP, chosen.pop(STAMP, "0"))
    return {**DEFAULTS, **chosen}


def put(db: Session, key: str, value: str) -> None:
    """Choose a value. Raises KeyError for a name that is no setting."""
    if key not in DEFAULTS:
        raise KeyError(key)
    row = db.get(Innstilling, key)
    if row is None:
        db.add(Innstilling(nokkel=key, verdi=value))
    else:
        row.verdi = value
