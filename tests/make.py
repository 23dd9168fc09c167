"""Makers: a row that is valid by default, with only what the test is about said out loud."""

import secrets
from datetime import date
from itertools import count
from string import ascii_lowercase

from sqlalchemy.orm import Session

from kjerne.access import Rolle
from kjerne.models import Eining, Person, PersonEining, Tilgang

FIRST_DAY = date(2020, 1, 1)
PASSORD = "fem-blå-tåkelurar"
_numbers = count(10_001)


def canary() -> str:
    """A word that stands nowhere else, without digits that could look like somebody's number."""
    return "kanari" + "".join(secrets.choice(ascii_lowercase) for _ in range(16))


def eining(
    db: Session,
    kode: str | None = None,
    *,
    namn: str | None = None,
    over: Eining | None = None,
    niva: str = "eining",
    leiar: Person | None = None,
    stedfortredar: Person | None = None,
    **fields: object,
) -> Eining:
    """A unit; its path follows from the one it lies under."""
    code = kode or f"E-{next(_numbers)}"
    row = Eining(
        kode=code,
        namn=namn or f"Eining {code}",
        niva=niva,
        overordna_id=over.id if over else None,
        leiar_id=leiar.id if leiar else None,
        stedfortredar_id=stedfortredar.id if stedfortredar else None,
        **fields,
    )
    db.add(row)
    db.flush()
    row.sti = f"{over.sti if over else '/'}{row.id}/"
    db.flush()
    return row


def person(
    db: Session,
    namn: str = "Mona Prøve",
    *,
    eining: Eining | None = None,
    passord_hash: str | None = None,
    **fields: object,
) -> Person:
    """A person; with a unit she is employed there (role tilsett), without a hash she has no password."""
    number = next(_numbers)
    values: dict[str, object] = {
        "ansattnr": str(number),
        "namn": namn,
        "epost": f"{namn.split(maxsplit=1)[0].lower()}.{number}@kommune.test",
        "passord_hash": passord_hash,
        **fields,
    }
    row = Person(**values)
    db.add(row)
    db.flush()
    if eining is not None:
        db.add(PersonEining(person_id=row.id, eining_id=eining.id, hovud=True))
        tilgang(db, row, eining, Rolle.TILSETT)
    return row


def tilgang(
    db: Session,
    person: Person,
    eining: Eining,
    rolle: Rolle | str,
    *,
    fra: date = FIRST_DAY,
    til: date | None = None,
    heimel: str = "",
) -> Tilgang:
    """A role on a unit for its subtree. A revisor's ends with 2026 when nothing is said: hers must end."""
    role = Rolle(rolle)
    end = date(2026, 12, 31) if til is None and role is Rolle.REVISOR else til
    row = Tilgang(person_id=person.id, eining_id=eining.id, rolle=role.value, gjeld_fra=fra, gjeld_til=end, heimel=heimel)
    db.add(row)
    db.flush()
    return row
