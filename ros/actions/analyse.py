"""The analysis itself: make it (blank, from a starter, as a copy), change its head, and take it from state to state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_, select

from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person, PersonEining
from kjerne.work import Work
from ros import rules
from ros.actions import letters
from ros.actions.note import clean, demand_editing, note
from ros.actions.rader import Radinnhald, add_rad, as_said, origin, tell_measures
from ros.actions.sett import ensure_sett
from ros.events import RosGodkjend
from ros.models import RosAnalyse, RosDeltakar, RosEining, RosRad, RosUtgave
from ros.queries.access import hats
from ros.queries.analyse import ORIGIN, axes, read_analyse
from ros.queries.dokument import as_document, checksum
from ros.queries.sett import hazards, read_sett
from ros.rules import AFTER_SEVERE, SEVERE, Akse, Hat, Mangel, Slag, Status, Steg, next_revision
from tiltak.actions import add_origin
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.rules import UNSETTLED

FURTHEST = timedelta(days=4 * 366)


@dataclass(frozen=True)
class Hovud:
    """What an analysis is: as somebody typed it. `einingar` are the further units it covers."""

    tittel: str
    slag: str
    aksar: Collection[Akse]
    foremal: str = ""
    omfang: str = ""
    deltakarar: str = ""
    kriterium: str = ""
    mote: date | None = None
    neste_revisjon: date | None = None
    einingar: frozenset[int] = frozenset()
    personar: frozenset[int] = frozenset()

    def texts(self) -> dict[str, str]:
        """The free texts by field: what the identity guard is asked about. Participants are named on purpose."""
        return {name: getattr(self, name) for name in ("tittel", "foremal", "omfang", "kriterium")}


def create_analyse(work: Work, eining_id: int, said: Hovud, *, mal: str = "") -> RosAnalyse:
    """A new analysis of a unit where she holds `ros:skriv`; from a starter with its hazards unjudged. Raises `Refused`."""
    analyse = _made(work, eining_id, said, status=Status.PLANLAGD)
    note(work, analyse, "laga")
    skala = read_sett(work.db, analyse.sett_id)
    for fare in hazards(mal) if mal else ():
        starter = Radinnhald(
            fare.hending, kategori=fare.kategori, arsaker=fare.arsaker, barrierar=fare.barrierar, dempande=fare.dempande
        )
        add_rad(work, analyse, starter, skala=skala)
    analyse.status = Status.PLANLAGD.value  # the starter's rows are no meeting
    work.db.flush()
    return analyse


def _made(work: Work, eining_id: int, said: Hovud, *, status: Status, forgjengar_id: int | None = None) -> RosAnalyse:
    analyse = RosAnalyse(
        eining_id=eining_id,
        status=status.value,
        sett_id=ensure_sett(work).id,
        forgjengar_id=forgjengar_id,
        laga=work.now,
        laga_av_id=work.me.id,
    )
    _head(work, analyse, said)
    work.db.add(analyse)
    work.db.flush()
    _cover(work, analyse, said)
    return analyse


def _head(work: Work, analyse: RosAnalyse, said: Hovud) -> None:
    analyse.tittel = clean(work, said.tittel, "tittel", max_len=rules.TITTEL_MAX, required=True, multiline=False)
    if said.slag not in set(Slag):
        raise Refused(_("Vel kva analysen gjeld."), "slag")
    if not said.aksar:
        raise Refused(_("Vel minst éin konsekvens å vurdere."), "aksar")
    analyse.slag = said.slag
    analyse.aksar = ",".join(akse.value for akse in Akse if akse in said.aksar)
    for name in ("foremal", "omfang", "deltakarar", "kriterium"):
        setattr(analyse, name, clean(work, getattr(said, name), name))
    analyse.mote = said.mote
    analyse.neste_revisjon = said.neste_revisjon or next_revision(work.today)
    if not work.today - timedelta(days=366) <= analyse.neste_revisjon <= work.today + FURTHEST:
        raise Refused(_("Vel ein revisjonsdato innan fire år."), "neste_revisjon")


def _cover(work: Work, analyse: RosAnalyse, said: Hovud) -> None:
    """The units it covers, and who took part: those who work in one of the units, or stood there already."""
    before = select(RosDeltakar.person_id).where(RosDeltakar.analyse_id == analyse.id)
    staff = select(PersonEining.person_id).where(PersonEining.eining_id.in_({analyse.eining_id, *said.einingar}))
    fit = or_(Person.id.in_(staff), Person.id.in_(before), Person.id == work.me.id)
    known = set(work.db.scalars(select(Person.id).where(Person.id.in_(said.personar), fit)))
    work.db.execute(delete(RosEining).where(RosEining.analyse_id == analyse.id))
    work.db.execute(delete(RosDeltakar).where(RosDeltakar.analyse_id == analyse.id))
    work.db.add_all(RosEining(analyse_id=analyse.id, eining_id=id_) for id_ in sorted({analyse.eining_id, *said.einingar}))
    work.db.add_all(RosDeltakar(analyse_id=analyse.id, person_id=id_) for id_ in sorted(known))
    work.db.flush()


def edit_head(work: Work, analyse: RosAnalyse, said: Hovud, *, versjon: int | None) -> None:
    """Change what it is. A changed choice of axes judges every row anew by its own grid. Raises `Conflict` with both texts."""
    demand_editing(work, analyse)
    if versjon is not None and versjon != analyse.versjon:
        raise Conflict(
            _("Analysen blei endra av ein annan medan du skreiv."),
            mine="\n\n".join(filter(None, (said.tittel, said.foremal, said.omfang, said.deltakarar, said.kriterium))),
            theirs="\n\n".join(
                filter(None, (analyse.tittel, analyse.foremal, analyse.omfang, analyse.deltakarar, analyse.kriterium))
            ),
        )
    before = axes(analyse)
    _head(work, analyse, said)
    _cover(work, analyse, said)
    if axes(analyse) != before:
        _judge_anew(work, analyse)
    work.db.flush()
    note(work, analyse, "endra")


def _judge_anew(work: Work, analyse: RosAnalyse) -> None:
    skala, chosen = read_sett(work.db, analyse.sett_id), axes(analyse)
    for rad in work.db.scalars(select(RosRad).where(RosRad.analyse_id == analyse.id, RosRad.fjerna.is_(False))).all():
        said = as_said(work, rad)
        before = rules.assess(skala.grid, rad.sannsyn, [level for akse, level in said.verdi.items() if akse in chosen])
        after = rules.assess(skala.grid, rad.rest_sannsyn, [level for akse, level in said.rest.items() if akse in chosen])
        if (before and before.farge.value) != rad.farge or (after and after.farge.value) != rad.rest_farge:
            rad.godteke_av_id, rad.godteke_tid, rad.godteke_grunn = None, None, ""
        rad.farge, rad.risiko, rad.konsekvens = _columns(before)
        rad.rest_farge, rad.rest_risiko, rad.rest_konsekvens = _columns(after)
        work.db.flush()
        tell_measures(work, rad)


def _columns(risk: rules.Risiko | None) -> tuple[str | None, int | None, int | None]:
    return (risk.farge.value, risk.tal, risk.konsekvens) if risk is not None else (None, None, None)


def copy_analyse(work: Work, source: RosAnalyse, eining_id: int, said: Hovud, *, revisjon: bool) -> RosAnalyse:
    """A copy: for another unit with rows unjudged after measures, or as next year's revision that knows its predecessor.

    The revision keeps judgements and open measures, and marks what is changed; it uses the scales in force today.
    """
    made = _made(work, eining_id, said, status=Status.I_ARBEID, forgjengar_id=source.id if revisjon else None)
    note(work, made, "kopiert", tekst=str(source.id))
    skala = read_sett(work.db, made.sett_id)
    rows = work.db.scalars(select(RosRad).where(RosRad.analyse_id == source.id, RosRad.fjerna.is_(False)).order_by(RosRad.nr)).all()
    for row in rows:
        kept = as_said(work, row)
        if not revisjon:
            kept = Radinnhald(**{**vars(kept), "rest_sannsyn": None, "rest": {}})
        new = add_rad(work, made, kept, skala=skala, fra=row if revisjon else None)
        if revisjon:
            _bring_measures(work, made, row, new)
    work.db.flush()
    return made


def _bring_measures(work: Work, made: RosAnalyse, old: RosRad, new: RosRad) -> None:
    """Measures that are still to be done serve the new row too."""
    open_ = work.db.scalars(
        select(Tiltak)
        .join(TiltakOpphav, TiltakOpphav.tiltak_id == Tiltak.id)
        .where(TiltakOpphav.slag == ORIGIN, TiltakOpphav.ref_id == old.id, Tiltak.status.in_(UNSETTLED))
    ).all()
    for tiltak in open_:
        add_origin(work, tiltak, *origin(made, new))
    if open_:
        tell_measures(work, new)


def take_step(work: Work, analyse: RosAnalyse, steg: Steg, tekst: str = "", *, versjon: int | None = None) -> None:
    """Take a step of `rules.STEPS`. Raises `NotFound` when not hers, `Conflict` for an old page, `Refused` for what is missing."""
    step = rules.find_step(steg)
    mine = hats(work, analyse)
    if step.who not in mine:
        raise NotFound
    if analyse.status not in step.source or (versjon is not None and versjon != analyse.versjon):
        state = rules.STATUSNAMN[Status(analyse.status)]
        raise Conflict(_("Dette kan ikkje gjerast no: analysen står som «%(status)s».", status=state), mine=tekst)
    kept = clean(work, tekst, "tekst", required=True) if step.text is not None else ""
    lese = read_analyse(work, analyse)
    gaps = {gap: numbers for gap, numbers in lese.manglar.items() if gap in step.demands}
    if gaps:
        raise Refused(" ".join(gap_text(gap, numbers) for gap, numbers in gaps.items()), "steg")
    if steg is Steg.GODKJENN:
        _approve(work, analyse)
    else:
        analyse.status = step.target.value
        if steg is Steg.SEND:
            analyse.sendt_tid = work.now
        elif steg is Steg.RETUR and analyse.utgave:
            analyse.status = Status.UNDER_REVISJON.value
        work.db.flush()
    note(work, analyse, steg.value, tekst=kept)
    if steg is Steg.SEND:
        letters.waits_for_approval(work, analyse, red=Mangel.AKSEPT in lese.manglar)
    elif steg is Steg.RETUR:
        letters.to_maker(work, analyse, letters.RETURNED, f"retur-{analyse.versjon}")
    elif steg is Steg.GODKJENN:
        letters.to_maker(work, analyse, letters.APPROVED, f"godkjend-{analyse.utgave}")


def gap_text(gap: Mangel, numbers: Sequence[int]) -> str:
    """What is missing, as a sentence with the rows' numbers."""
    return str(rules.MANGELNAMN[gap]) % {"rader": ", ".join(map(str, numbers))}


def _approve(work: Work, analyse: RosAnalyse) -> None:
    """Keep the edition as it is, set the state, and end the analysis it revises."""
    nr = analyse.utgave + 1
    document = as_document(read_analyse(work, analyse))
    if analyse.neste_revisjon <= work.today:
        analyse.neste_revisjon = next_revision(work.today)
        document["neste_revisjon"] = analyse.neste_revisjon.isoformat()
    document |= {"utgave": nr, "godkjend_av": work.me.namn, "godkjend_tid": work.now.isoformat()}
    work.db.add(
        RosUtgave(
            analyse_id=analyse.id,
            nr=nr,
            godkjend_tid=work.now,
            godkjend_av_id=work.me.id,
            innhald=document,
            sha256=checksum(document),
        )
    )
    analyse.status, analyse.utgave = Status.GODKJEND.value, nr
    analyse.godkjend_tid, analyse.godkjend_av_id = work.now, work.me.id
    work.db.flush()
    before = work.db.get(RosAnalyse, analyse.forgjengar_id) if analyse.forgjengar_id else None
    if before is not None and before.status in rules.LIVE:
        before.status = Status.AVSLUTTA.value
        work.db.flush()
        note(work, before, "avloyst")
    work.announce(RosGodkjend(analyse.id, nr))


def event_happened(work: Work, analyse: RosAnalyse, rad: RosRad, alvor: int) -> None:
    """Something happened that a row had foreseen. After severity 5 the analysis is looked at again within 30 days (domene 4.5)."""
    soon = work.today + AFTER_SEVERE
    if alvor < SEVERE or analyse.neste_revisjon <= soon or analyse.status not in rules.LIVE:
        return
    analyse.neste_revisjon = soon
    work.db.flush()
    note(work, analyse, "framskunda")


__all__ = ["Hat", "Hovud", "copy_analyse", "create_analyse", "edit_head", "event_happened", "gap_text", "take_step"]
