"""The municipality's own settings, each with its default. Edited in the program, kept in one table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.kept import READS_ONLY, STAMPS, kept, latest, watch
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

watch([Innstilling])


def settings(db: Session) -> dict[str, str]:
    """All settings: the defaults with what the municipality has chosen on top. Kept in the process."""
    return dict(kept(db, "innstillingar", _load))


def house_language(db: Session) -> str:
    """The language of those who have not chosen one. A form is answered in what this process knew last: its page has just asked."""
    known_last = None if db.info.get(READS_ONLY) else latest(db, "innstillingar")
    return str((known_last or settings(db))["sprak"])


def _load(db: Session) -> dict[str, str]:
    rows = db.scalars(select(Innstilling).where(Innstilling.nokkel.not_in(STAMPS)))
    chosen: dict[str, str] = {row.nokkel: row.verdi for row in rows}
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
