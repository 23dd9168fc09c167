"""What can be done with the register: add a line, change it, attach a file, ask for a measure, write the archive description."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from kjerne import files
from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.log import record
from kjerne.models import Eining, Fil, Person
from kjerne.work import Work
from register import queries
from register.models import Arkivskildring, ArkivskildringDel, Registerforing
from register.rules import ARKIVDELAR, SLAGNAMN, Slag
from tiltak import actions as tiltak_actions
from tiltak.models import Tiltak
from tiltak.rules import Type

OLDEST_YEARS = 10
ARKIV_MANADER = 12


def _demand_write(work: Work, eining_id: int) -> None:
    if not work.has(Right.REGISTER_SKRIV, eining_id):
        raise NotFound


def _demand_dates(work: Work, dato: date, neste: date | None) -> None:
    if dato > work.today:
        raise Refused(_("Datoen ligg fram i tid. Skriv når det var, og set neste dato for det som kjem."), "dato")
    if dato.year < work.today.year - OLDEST_YEARS:
        raise Refused(_("Datoen er meir enn ti år sidan. Sjå over årstalet."), "dato")
    if neste is not None and neste <= dato:
        raise Refused(_("Neste dato må kome etter datoen det var."), "neste")


def add_line(
    work: Work, *, slag: Slag, eining: Eining, dato: date, tittel: str, samandrag: str, tal: int | None, neste: date | None
) -> Registerforing:
    """Enter what was held. Texts have passed the guard. Raises `Refused` for dates, `NotFound` outside her units."""
    _demand_write(work, eining.id)
    _demand_dates(work, dato, neste)
    row = Registerforing(
        slag=slag.value,
        eining_id=eining.id,
        dato=dato,
        tittel=tittel,
        samandrag=samandrag,
        tal=tal,
        neste=neste,
        laga_av_id=work.me.id,
        laga=work.now,
    )
    work.db.add(row)
    work.db.flush()
    record(work, queries.SUBJECT, row.id, "register:ny", slag=slag.value, eining=eining.id, dato=dato.isoformat())
    return row


def change_line(
    work: Work, row: Registerforing, *, version: int, dato: date, tittel: str, samandrag: str, tal: int | None, neste: date | None
) -> None:
    """Correct a line. Raises `Conflict` with both texts when it was changed in between."""
    _demand_write(work, row.eining_id)
    theirs = f"{row.tittel}\n\n{row.samandrag}"
    if version != row.version:
        raise Conflict(_("Føringa blei endra av ein annan medan du skreiv."), mine=f"{tittel}\n\n{samandrag}", theirs=theirs)
    _demand_dates(work, dato, neste)
    before = {"dato": row.dato, "tittel": row.tittel, "samandrag": row.samandrag, "tal": row.tal, "neste": row.neste}
    after = {"dato": dato, "tittel": tittel, "samandrag": samandrag, "tal": tal, "neste": neste}
    changed = [name for name, value in after.items() if before[name] != value]
    if not changed:
        return
    for name, value in after.items():
        setattr(row, name, value)
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(
            _("Føringa blei endra av ein annan medan du skreiv."), mine=f"{tittel}\n\n{samandrag}", theirs=theirs
        ) from error
    record(work, queries.SUBJECT, row.id, "register:endra", felt=",".join(changed))


def attach(work: Work, row: Registerforing, inspected: Inspected) -> Fil:
    """Attach a checked file to a line."""
    _demand_write(work, row.eining_id)
    kept = files.store(work, queries.SUBJECT, row.id, inspected)
    record(work, queries.SUBJECT, row.id, "register:vedlegg", fil=kept.offentleg_id)
    return kept


def ask_for_measure(work: Work, row: Registerforing, *, tittel: str, ansvarleg: Person, frist: date) -> Tiltak:
    """Make a measure out of a line; the measure carries where it came from."""
    _demand_write(work, row.eining_id)
    return tiltak_actions.create_tiltak(
        work,
        tittel=tittel,
        skildring="",
        ansvarleg=ansvarleg,
        eining_id=row.eining_id,
        frist=frist,
        type=Type.FOREBYGGJANDE,
        prioritet=2,
        opphav=(queries.source_of(row.slag), row.id, f"{SLAGNAMN[Slag(row.slag)]} {row.dato.isoformat()}"[:60], True),
    )


def write_archive(work: Work, eining: Eining, parts: Mapping[int, str], *, version: int) -> Arkivskildring:
    """Write the nine parts of a unit's archive description; the earlier edition stays. Due again in a year.

    `version` is the one the form was drawn from, 0 for the first. Raises `Conflict` with both texts.
    """
    _demand_write(work, eining.id)
    found, before = queries.archive_of(work, eining)
    mine = _as_text(parts)
    if version != (found.version if found else 0):
        raise Conflict(_("Arkivskildringa blei endra av ein annan medan du skreiv."), mine=mine, theirs=_as_text(before))
    due = add_months(work.today, ARKIV_MANADER)
    if found is None:
        found = Arkivskildring(eining_id=eining.id, gjennomgatt=work.today, neste=due, endra_av_id=work.me.id, endra=work.now)
        work.db.add(found)
    else:
        found.gjennomgatt, found.neste, found.endra_av_id, found.endra = work.today, due, work.me.id, work.now
        flag_modified(found, "endra")  # a second edition in the same moment is an edition too
    try:
        work.db.flush()
    except (StaleDataError, IntegrityError) as error:
        raise Conflict(_("Arkivskildringa blei endra av ein annan medan du skreiv."), mine=mine) from error
    kept = {nr: parts.get(nr, "") for nr in ARKIVDELAR}
    work.db.add_all(ArkivskildringDel(skildring_id=found.id, nr=nr, utgave=found.version, tekst=text) for nr, text in kept.items())
    work.db.flush()
    changed = ",".join(str(nr) for nr, text in kept.items() if before.get(nr, "") != text)
    record(work, "arkivskildring", found.id, "register:arkiv", eining=eining.id, delar=changed or None)
    return found


def _as_text(parts: Mapping[int, str]) -> str:
    return "\n\n".join(f"{nr}. {parts[nr]}" for nr in sorted(parts) if parts[nr])


def owner_of_measure(work: Work, person_id: int) -> Person:
    """The person chosen for a measure. Raises `Refused` for nobody."""
    found = work.db.scalars(select(Person).where(Person.id == person_id)).one_or_none()
    if found is None:
        raise Refused(_("Vel ein ansvarleg i lista."), "ansvarleg_id")
    return found
