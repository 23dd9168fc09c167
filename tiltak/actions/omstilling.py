"""Tables of savings: read in, by a plan that writes nothing first; mapped to units, followed up with what was realised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from administrasjon.actions.plan import State
from kjerne import log, vakt
from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.text import clean as clean_text
from kjerne.work import Work
from tiltak import rules, sparetabell
from tiltak.actions.make import Plan, create_tiltak
from tiltak.actions.skriving import clean, flush
from tiltak.models import Omstillingsbelop, Omstillingsrad, Omstillingstabell, Tiltak
from tiltak.sparetabell import Felt, Linje, Sparetabell


@dataclass(frozen=True)
class Planrad:
    """A row of the file: what would happen to it."""

    linje: Linje
    state: State
    felt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tabellplan:
    """What a file would do. Nothing is written before `apply_table`."""

    namn: str
    filnamn: str
    tabell: Sparetabell
    rader: tuple[Planrad, ...]
    maal: int | None
    tabell_id: int | None
    ukjende: tuple[str, ...]
    borte: int

    def count(self, state: State | str) -> int:
        """How many rows are in that state."""
        return sum(row.state == state for row in self.rader)

    @property
    def warnings(self) -> list[tuple[int, str]]:
        """What the identity guard asks about: row and sentence."""
        return [(row.linje.nummer, said) for row in self.rader for said in row.linje.warnings]

    @property
    def changes(self) -> int:
        """How many rows would be written."""
        return self.count(State.NY) + self.count(State.ENDRA)


def plan_table(
    work: Work,
    data: bytes,
    filnamn: str,
    *,
    namn: str = "",
    maal: int | None = None,
    chosen: Mapping[int, tuple[Felt, int]] | None = None,
) -> Tabellplan:
    """What a CSV or XLSX table of savings would do, row by row. A table of the same name is the same table.

    `chosen` says what each column holds when the headings do not. Raises `Refused` when the file as a whole cannot be read.
    """
    _may_import(work)
    title = clean_text(namn or filnamn.rsplit(".", 1)[0], max_len=rules.TABELLNAMN_MAX, multiline=False)
    if not title:
        raise Refused(_("Gje tabellen eit namn."), "namn")
    units = unit_names(work)
    table = sparetabell.read(data, work.today, chosen, vakt.known_words(work.db))
    if not table.linjer:
        raise Refused(_("Fila har ingen rader med tiltak."), "fil")
    if maal is not None and not 0 <= maal <= rules.KRONER_MAX:
        raise Refused(_("Skriv beløpet i heile kroner."), "maal")
    known = work.db.scalars(
        select(Omstillingstabell).where(Omstillingstabell.namn == title, Omstillingstabell.demo.is_(False))
    ).one_or_none()
    if known is not None and work.person is not None and known.eining_id not in {None, *work.units(Right.OMSTILLING_SKRIV)}:
        raise Refused(_("Det finst alt ein tabell med dette namnet. Vel eit anna namn."), "namn")
    old = _rows(work, known.id) if known else {}
    amounts = _amounts(work, known.id) if known else {}
    rader = tuple(_plan_row(linje, old.get(linje.nokkel), amounts) for linje in table.linjer)
    there = {linje.nokkel for linje in table.linjer}
    unknown = {linje.avdeling for linje in table.linjer if linje.avdeling and linje.avdeling.casefold() not in units}
    unknown -= {row.avdeling for row in old.values() if row.eining_id is not None}
    gone = sum(key not in there for key in old)
    return Tabellplan(title, filnamn[:100], table, rader, maal, known.id if known else None, tuple(sorted(unknown)), gone)


def _may_import(work: Work) -> None:
    if work.person is not None and not work.has(Right.OMSTILLING_SKRIV):
        raise NotFound


def unit_names(work: Work) -> dict[str, int]:
    """The units in force by name and by code, in small letters."""
    today = work.today
    rows = work.db.execute(
        select(Eining.id, Eining.namn, Eining.kode).where(
            Eining.gjeld_fra <= today, (Eining.gjeld_til.is_(None)) | (Eining.gjeld_til >= today)
        )
    ).all()
    return {word.casefold(): row.id for row in rows for word in (row.namn, row.kode)}


def _rows(work: Work, tabell_id: int) -> dict[str, Omstillingsrad]:
    rows = work.db.scalars(select(Omstillingsrad).where(Omstillingsrad.tabell_id == tabell_id))
    return {row.nokkel: row for row in rows}


def _amounts(work: Work, tabell_id: int) -> dict[int, dict[int, Omstillingsbelop]]:
    rows = work.db.scalars(
        select(Omstillingsbelop)
        .join(Omstillingsrad, Omstillingsrad.id == Omstillingsbelop.rad_id)
        .where(Omstillingsrad.tabell_id == tabell_id)
    )
    found: dict[int, dict[int, Omstillingsbelop]] = {}
    for row in rows:
        found.setdefault(row.rad_id, {})[row.aar] = row
    return found


def _plan_row(linje: Linje, row: Omstillingsrad | None, amounts: Mapping[int, Mapping[int, Omstillingsbelop]]) -> Planrad:
    if linje.faults:
        return Planrad(linje, State.FEIL)
    if row is None:
        return Planrad(linje, State.NY)
    held = amounts.get(row.id, {})
    pairs = {
        "kven": (row.kven, linje.kven),
        "status": (row.status, linje.status),
        "slag": (row.slag, linje.slag.value),
        "planlagt": (
            {aar: one.planlagt for aar, one in held.items() if one.planlagt},
            {a: k for a, k in linje.planlagt.items() if k},
        ),
    }
    changed = [name for name, (before, after) in pairs.items() if before != after]
    if any(aar not in held or held[aar].realisert != kroner for aar, kroner in linje.realisert.items()):
        changed.append("realisert")
    return Planrad(linje, State.ENDRA if changed else State.UENDRA, tuple(changed))


def apply_table(work: Work, plan: Tabellplan, *, confirmed: bool = True, eining_id: int | None = None) -> Omstillingstabell:
    """Do what the plan says; rows with faults are left out, rows no longer in the file stay. The same file again changes nothing.

    `confirmed`: a person has looked over what the identity guard asked about. `eining_id`: the unit a new table is about.
    """
    _may_import(work)
    if plan.warnings and not confirmed:
        raise Refused(_("Sjå over radene som kan vise kven nokon er, og stadfest."), "stadfest")
    table = work.db.get_one(Omstillingstabell, plan.tabell_id) if plan.tabell_id else _new_table(work, plan, eining_id)
    if plan.maal is not None and table.maal != plan.maal:
        table.maal = plan.maal
    units = unit_names(work)
    old, amounts = _rows(work, table.id), _amounts(work, table.id)
    mapped = {row.avdeling: row.eining_id for row in old.values() if row.eining_id is not None}
    for order, row in enumerate(plan.rader, start=1):
        if row.state in {State.NY, State.ENDRA}:
            unit = mapped.get(row.linje.avdeling, units.get(row.linje.avdeling.casefold()))
            target = old.get(row.linje.nokkel) or _new_row(table, row.linje, order)
            target.eining_id = target.eining_id or unit
            work.db.add(target)
            work.db.flush()
            _fill(work, target, row.linje, order, amounts.get(target.id, {}))
    work.db.flush()
    if plan.changes:
        log.record(
            work,
            "omstilling",
            table.id,
            "omstilling:innlesen",
            nye=plan.count(State.NY),
            endra=plan.count(State.ENDRA),
            feil=plan.count(State.FEIL),
        )
    return table


def _new_table(work: Work, plan: Tabellplan, eining_id: int | None) -> Omstillingstabell:
    if work.person is not None:
        held = work.units(Right.OMSTILLING_SKRIV)
        if eining_id is None:
            eining_id = work.db.scalar(select(Eining.id).where(Eining.id.in_(held)).order_by(Eining.sti).limit(1))
        elif eining_id not in held:
            raise Refused(_("Vel ei eining i lista."), "eining_id")
    table = Omstillingstabell(
        namn=plan.namn,
        filnamn=plan.filnamn,
        eining_id=eining_id,
        maal=plan.maal,
        demo=False,
        innlest=work.now,
        innlest_av_id=work.person.id if work.person else None,
    )
    work.db.add(table)
    work.db.flush()
    return table


def _new_row(table: Omstillingstabell, linje: Linje, order: int) -> Omstillingsrad:
    row = Omstillingsrad(tabell_id=table.id, nokkel=linje.nokkel, nr=order, avdeling=linje.avdeling, ansvar=linje.ansvar)
    row.tiltak, row.kven, row.status, row.slag = linje.tiltak, linje.kven, linje.status, linje.slag.value
    return row


def _fill(work: Work, row: Omstillingsrad, linje: Linje, order: int, held: Mapping[int, Omstillingsbelop]) -> None:
    """Write the row and its kroner; what was typed here as realised stays when the file says nothing of it."""
    values: dict[str, object] = {"nr": order, "kven": linje.kven, "status": linje.status, "slag": linje.slag.value}
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    for aar in {*linje.planlagt, *linje.realisert, *held}:
        one = held.get(aar)
        planned = linje.planlagt.get(aar, 0)
        realised = linje.realisert.get(aar, one.realisert if one else None)
        if one is None:
            work.db.add(Omstillingsbelop(rad_id=row.id, aar=aar, planlagt=planned, realisert=realised))
        elif (one.planlagt, one.realisert) != (planned, realised):
            one.planlagt, one.realisert = planned, realised


def map_department(work: Work, table: Omstillingstabell, avdeling: str, eining_id: int | None) -> None:
    """Say which unit a department of the table is (None: none yet). All its rows follow; their words stay."""
    _may_write(work, table)
    if eining_id is not None and work.db.get(Eining, eining_id) is None:
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    work.db.execute(
        update(Omstillingsrad)
        .where(Omstillingsrad.tabell_id == table.id, Omstillingsrad.avdeling == avdeling)
        .values(eining_id=eining_id, version=Omstillingsrad.version + 1)
    )
    log.record(work, "omstilling", table.id, "omstilling:kopla", eining=eining_id)


def set_goal(work: Work, table: Omstillingstabell, maal: int | None) -> None:
    """The saving to be reached, in kroner over all years of the table."""
    _may_write(work, table)
    if maal is not None and not 0 <= maal <= rules.KRONER_MAX:
        raise Refused(_("Skriv beløpet i heile kroner."), "maal")
    table.maal = maal
    flush(work, "" if maal is None else str(maal))
    log.record(work, "omstilling", table.id, "omstilling:maal", til=maal)


def _may_write(work: Work, table: Omstillingstabell) -> None:
    units = work.units(Right.OMSTILLING_SKRIV)
    if not units or table.eining_id not in {None, *units}:
        raise NotFound


def follow_up(
    work: Work,
    table: Omstillingstabell,
    row: Omstillingsrad,
    *,
    status: str,
    slag: str,
    realisert: Mapping[int, int | None],
    version: int | None = None,
) -> None:
    """What has become of a row: its status in words, its kind, and kroner realised by year. Raises `Conflict` for an old form."""
    _may_write(work, table)
    if version is not None and version != row.version:
        raise Conflict(_("Rada blei endra av ein annan medan du skreiv."), mine=status, theirs=row.status)
    if slag not in set(rules.Slag):
        raise Refused(_("Vel slag i lista."), "slag")
    kept = clean(work, status, "status", max_len=1000, required=False)
    row.status, row.slag = kept, slag
    held = _amounts(work, table.id).get(row.id, {})
    for aar, kroner in realisert.items():
        if kroner is not None and abs(kroner) > rules.KRONER_MAX:
            raise Refused(_("Skriv beløpet i heile kroner."), f"realisert_{aar}")
        if aar in held:
            held[aar].realisert = kroner
    flag_modified(row, "status")  # also when only kroner changed: the row's version guards them
    flush(work, status)
    log.record(work, "omstilling", table.id, "omstilling:rad", rad=row.id, status=log.digest(kept) if kept else None)


def make_measure(work: Work, table: Omstillingstabell, row: Omstillingsrad, *, ansvarleg: Person, frist: date) -> Tiltak:
    """Follow a row up in the one list of measures, in the unit it is mapped to. Once for each row."""
    _may_write(work, table)
    if row.eining_id is None or not work.has(Right.TILTAK_SKRIV, row.eining_id):
        raise Refused(_("Kople avdelinga til ei eining du har ansvar for først."), "eining_id")
    if row.tiltak_id is not None:
        return work.db.get_one(Tiltak, row.tiltak_id)
    planned = work.db.scalars(
        select(Omstillingsbelop).where(Omstillingsbelop.rad_id == row.id).order_by(Omstillingsbelop.aar.desc())
    )
    newest = next((one.planlagt for one in planned if one.planlagt), None)
    tiltak = create_tiltak(
        work,
        tittel=row.tiltak[: rules.TITTEL_MAX],
        skildring="",
        ansvarleg=ansvarleg,
        eining_id=row.eining_id,
        frist=frist,
        plan=Plan(effekt_kr=newest, ansvar=row.ansvar),
        opphav=("omstilling", row.id, table.namn[:60], True),
    )
    row.tiltak_id = tiltak.id
    flush(work, "")
    return tiltak
