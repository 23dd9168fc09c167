"""The demo's letters: last year's, ended, and this year's with answers in all states; and the lights of the last twelve months."""

import csv
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from avvik.queries.tal_periode import month_of, shift
from demo.organisasjon import Unit
from demo.personar import Ansatt
from demo.verda import Verda
from kjerne.access import Rolle
from kjerne.clock import from_oslo
from kjerne.jobs import system_work
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.models import (
    Bevisstand,
    Brevhending,
    Brevkule,
    Brevlenkje,
    Brevlevering,
    Brevmal,
    Brevmelding,
    Brevmottak,
    Brevpunkt,
    Brevsvar,
    Brevutgave,
    Oppdragsbrev,
    Punktmottak,
)
from oppdragsbrev.queries import bevis
from oppdragsbrev.queries.bevis import Funn
from oppdragsbrev.queries.brev import SENT_OUT
from oppdragsbrev.rules import Brevtilstand, Lys, Punkttilstand, Retning, Svarstatus, light
from register.queries import latest
from register.rules import Slag

__all__ = ["fill"]

#: Days from the letter was sent to each point's deadline; some have passed, some lie ahead.
_FRISTAR: Final = {1: 90, 2: 150, 3: 210, 4: 230, 5: 275, 6: 290, 7: 320}
_SENT_AGO: Final = 250
MONTHS: Final = 12
_LINKS: Final = {1: "/ros/?eining={}", 2: "/prosedyrar/?eining={}", 4: "/kompetanse/kart?eining={}", 5: "/register/?eining={}"}
#: The register's address takes the unit's code, the others its number.
_BY_CODE: Final = 5
_REASONS: Final = (
    "Fint arbeid. Skriv kven som har ansvaret, og når det skal vere ferdig.",
    "Eg saknar dei pårørande si meining. Ta det opp i brukarutvalet, og skriv kva de kom fram til.",
    "Svaret gjeld i fjor. Skriv kva de har gjort i år.",
)
_TALK: Final = (
    ("Skal nattevaktene vere med i oversikten, eller har dei sin eigen?", "Dei er med hos dykk. Skriv dei som ei eiga gruppe."),
    ("Kan vi bruke referatet frå fellesmøtet?", "Ja, legg ved referatet, så held det."),
)
Words = dict[tuple[int, int], tuple[str, str]]


def _read_words() -> Words:
    with (Path(__file__).parent / "oppdragsbrev.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (int(row["punkt"]), int(row["kule"])): (row["ferdig"], row["i_gang"]) for row in csv.DictReader(lines, delimiter=";")
        }


@dataclass(frozen=True)
class _Brev:
    """A letter with its points and bullets."""

    row: Oppdragsbrev
    sent: date
    points: list[tuple[Brevpunkt, list[Brevkule]]]


def fill(db: Session, verda: Verda) -> None:
    """Both letters, and what the nightly job would have kept."""
    rng = random.Random(f"brev-{len(verda.units)}")
    sent = verda.today - timedelta(days=_SENT_AGO)
    chief = verda.rollar.holder(Rolle.KOMMUNALSJEF)
    words = _read_words()
    last = _write_letter(db, verda, chief, sent - timedelta(days=365), None)
    _answer_all(db, verda, rng, last, words)
    now = _write_letter(db, verda, chief, sent, last)
    _answer_all(db, verda, rng, now, words)
    _keep_lights(db, verda)


def _moment(day: date, hour: int = 10) -> datetime:
    return from_oslo(datetime.combine(day, time(hour)))


def _write_letter(db: Session, verda: Verda, chief: Ansatt, sent: date, last: _Brev | None) -> _Brev:
    """A letter made from the shipped template, with its first edition."""
    mal = db.scalars(select(Brevmal)).one()
    top = next(unit for unit in verda.units if unit.over is None)
    row = Oppdragsbrev(
        aar=sent.year,
        tittel=f"Oppdragsbrev {sent.year}",
        nn=mal.nn,
        nb=mal.nb,
        en=mal.en,
        eining_id=top.id,
        status=(Brevtilstand.SENDT if last else Brevtilstand.AVSLUTTA).value,
        forrige_id=last.row.id if last else None,
        laga_av_id=chief.id,
        laga=_moment(sent - timedelta(days=12)),
        sendt=_moment(sent),
        avslutta=None if last else _moment(sent + timedelta(days=350)),
        utgave=1,
    )
    db.add(row)
    db.flush()
    before = {(p.nr, k.nr): k.id for p, ks in last.points for k in ks} if last else {}
    made: list[tuple[Brevpunkt, list[Brevkule]]] = []
    held = []
    for source in db.scalars(select(Brevpunkt).where(Brevpunkt.mal_id == mal.id).order_by(Brevpunkt.nr)).all():
        words = {"nn": source.nn, "nb": source.nb, "en": source.en}
        point = Brevpunkt(
            brev_id=row.id, nr=source.nr, punkt=source.punkt, frist=sent + timedelta(days=_FRISTAR[source.nr]), **words
        )
        db.add(point)
        db.flush()
        bullets = [
            Brevkule(punkt_id=point.id, nr=k.nr, nn=k.nn, nb=k.nb, en=k.en, bevis=k.bevis, fra_id=before.get((source.nr, k.nr)))
            for k in db.scalars(select(Brevkule).where(Brevkule.punkt_id == source.id).order_by(Brevkule.nr))
        ]
        db.add_all(bullets)
        made.append((point, bullets))
        kuler = [{"nn": k.nn, "nb": k.nb, "en": k.en} for k in bullets]
        held.append({"nr": point.nr, "frist": point.frist.isoformat() if point.frist else "", **words, "kuler": kuler})
    whole = {"tittel": row.tittel, "innleiing": {"nn": row.nn, "nb": row.nb, "en": row.en}, "punkt": held}
    db.add(Brevutgave(brev_id=row.id, utgave=1, tid=_moment(sent), person_id=chief.id, innhald=whole))
    db.add(Brevhending(brev_id=row.id, tid=row.laga, person_id=chief.id, slag="fra-i-fjor" if last else "ny", detalj={}))
    sent_to = {"einingar": len(_receivers(verda)), "utgave": 1}
    db.add(Brevhending(brev_id=row.id, tid=row.sendt, person_id=chief.id, slag=SENT_OUT, detalj=sent_to))
    if not last:
        db.add(Brevhending(brev_id=row.id, tid=row.avslutta, person_id=chief.id, slag="avslutta", detalj={}))
    db.flush()
    return _Brev(row, sent, made)


def _receivers(verda: Verda) -> list[Unit]:
    return [one for one in verda.units if one.id in verda.folk.leiar and one.niva != "sektor"]


def _answer_all(db: Session, verda: Verda, rng: random.Random, brev: _Brev, words: Words) -> None:
    """Each unit has its own discipline; an ended letter is answered and accepted nearly everywhere."""
    for unit in _receivers(verda):
        mottak = Brevmottak(brev_id=brev.row.id, eining_id=unit.id, sendt=_moment(brev.sent))
        db.add(mottak)
        db.flush()
        _Unit(db, verda, rng, brev, unit, mottak).answer(words)
    db.flush()


class _Unit:
    """One unit's answers to a letter, with deliveries and history that agree with their dates."""

    def __init__(self, db: Session, verda: Verda, rng: random.Random, brev: _Brev, unit: Unit, mottak: Brevmottak) -> None:  # noqa: PLR0917 - what one unit needs
        self.db, self.verda, self.rng, self.brev, self.unit, self.mottak = db, verda, rng, brev, unit, mottak
        self.leader = verda.folk.leiar[unit.id]
        self.ended = brev.row.avslutta is not None
        self.keen = 0.97 if self.ended else rng.choice((0.98, 0.92, 0.85, 0.7, 0.35))
        self._note("sendt", brev.row.sendt, brev.row.laga_av_id, utgave=1)

    def _note(self, slag: str, at: datetime | None, person_id: int, **detalj: str | int) -> None:
        self.db.add(
            Brevhending(brev_id=self.brev.row.id, mottak_id=self.mottak.id, tid=at, person_id=person_id, slag=slag, detalj=detalj)
        )

    def answer(self, words: Words) -> None:
        """All points."""
        for point, bullets in self.brev.points:
            due = point.frist or self.verda.today
            state = self._state(due)
            day = min(due - timedelta(days=self.rng.randint(1, 25)), self.verda.today - timedelta(days=self.rng.randint(1, 9)))
            del_ = Punktmottak(mottak_id=self.mottak.id, punkt_id=point.id, frist=due, status=state.value)
            if state in {Punkttilstand.LEVERT, Punkttilstand.GODTEKEN}:
                del_.levert, del_.levert_av_id = _moment(day), self.leader.id
            if state is Punkttilstand.RETUR:
                del_.grunn = self.rng.choice(_REASONS)
            self.db.add(del_)
            self.db.flush()
            rows = [self._bullet(point, kule, del_, state, day, words) for kule in bullets]
            self.db.add_all(rows)
            self.db.flush()
            self._links(point, rows)
            if state is not Punkttilstand.OPEN:
                self._deliver(point, del_, list(zip(bullets, rows, strict=True)), day)
            if self.rng.random() < 0.03:
                self._talk(point, del_, day)

    def _state(self, due: date) -> Punkttilstand:
        if self.ended:
            return Punkttilstand.GODTEKEN
        draw, passed = self.rng.random(), due < self.verda.today
        if draw > (self.keen if passed else self.keen * 0.2):
            return Punkttilstand.OPEN
        return self.rng.choices(
            (Punkttilstand.GODTEKEN, Punkttilstand.LEVERT, Punkttilstand.RETUR), (12, 2, 1) if passed else (1, 4, 1)
        )[0]

    def _bullet(  # noqa: PLR0917 - a row of the letter
        self, point: Brevpunkt, kule: Brevkule, del_: Punktmottak, state: Punkttilstand, day: date, words: Words
    ) -> Brevsvar:
        done, going = words[point.nr, kule.nr]
        row = Brevsvar(punktmottak_id=del_.id, kule_id=kule.id)
        if state is Punkttilstand.OPEN:
            near = (del_.frist - self.verda.today).days < 60
            if self.rng.random() < (0.6 if near else 0.15) * self.keen:
                row.status, row.tekst = Svarstatus.I_GANG.value, going
        elif self.rng.random() < (0.9 if self.ended else 0.8):
            row.status, row.tekst = Svarstatus.FERDIG.value, done
        elif point.nr == 5 and self.unit.profil in {"stab", "kontor", "drift"}:
            row.status, row.tekst = Svarstatus.IKKJE_AKTUELT.value, "Eininga har ikkje brukarar sjølv."
        else:
            row.status, row.tekst = Svarstatus.I_GANG.value, going
        if row.tekst:
            row.endra, row.endra_av_id, row.version = _moment(day - timedelta(days=2)), self.leader.id, 2
        staff = self.verda.folk.i_eining[self.unit.id]
        if len(staff) > 3 and not self.ended and self.rng.random() < 0.06:
            row.delegert_til_id = staff[2].id
            self._note("gitt", _moment(self.brev.sent + timedelta(days=20)), self.leader.id, punkt=point.nr, namn=staff[2].namn)
        return row

    def _links(self, point: Brevpunkt, rows: list[Brevsvar]) -> None:
        pattern = _LINKS.get(point.nr)
        if pattern and rows[0].tekst and self.rng.random() < 0.5:
            self.db.add(
                Brevlenkje(svar_id=rows[0].id, adresse=pattern.format(self.unit.kode if point.nr == _BY_CODE else self.unit.id))
            )

    def _deliver(self, point: Brevpunkt, del_: Punktmottak, rows: list[tuple[Brevkule, Brevsvar]], day: date) -> None:
        chief = self.brev.row.laga_av_id
        judged = min(day + timedelta(days=self.rng.randint(2, 14)), self.verda.today)
        held = [{"nn": k.nn, "nb": k.nb, "en": k.en, "tekst": s.tekst, "status": s.status} for k, s in rows]
        kept = Brevlevering(punktmottak_id=del_.id, nr=1, tid=_moment(day), person_id=self.leader.id, innhald=held)
        self._note("levert", kept.tid, self.leader.id, punkt=point.nr)
        if del_.status != Punkttilstand.LEVERT:
            kept.avgjerd, kept.avgjort, kept.avgjort_av_id = del_.status, _moment(judged, 14), chief
            kept.grunn = del_.grunn
            self._note(del_.status, kept.avgjort, chief, punkt=point.nr)
        self.db.add(kept)

    def _talk(self, point: Brevpunkt, del_: Punktmottak, day: date) -> None:
        asked, said = self.rng.choice(_TALK)
        chief, at = self.brev.row.laga_av_id, _moment(day - timedelta(days=6))
        self.db.add(Brevmelding(punktmottak_id=del_.id, tid=at, person_id=self.leader.id, fra_sjef=False, tekst=asked))
        self._note("sporsmal", at, self.leader.id, punkt=point.nr)
        if self.rng.random() < 0.7:
            later = at + timedelta(days=1)
            self.db.add(Brevmelding(punktmottak_id=del_.id, tid=later, person_id=chief, fra_sjef=True, tekst=said))
            self._note("svar-sjef", later, chief, punkt=point.nr)


def _keep_lights(db: Session, verda: Verda) -> None:
    """The lights of the last twelve months: of the register as they were, of the rest as they would have been on the way here."""
    work = system_work(db, verda.config, verda.now, {})
    units = list(db.scalars(select(Eining)))
    found = bevis.find(work, units)
    rules = bevis.rules_in_force(work)
    now = month_of(verda.today)
    rows: list[dict[str, object]] = []
    for back in range(MONTHS):
        manad = shift(now, -back)
        held = _register_then(work, units, manad) if back else {}
        for unit in units:
            for one in found[unit.id]:
                value = held.get((unit.id, one.bevis.kode)) if back else one.verdi
                if value is None:
                    value = _then(one, back, unit.id)
                lys = light(value, one.bevis.retning, *rules[one.bevis.kode])
                rows.append({"eining_id": unit.id, "bevis": one.bevis.kode, "manad": manad, "lys": lys.value, "verdi": value})
    db.execute(insert(Bevisstand), rows)


def _register_then(work: Work, units: list[Eining], manad: int) -> dict[tuple[int, str], float]:
    """How many days each kind of the register was over its time at the end of that month, in the unit itself."""
    year, month = divmod(shift(manad, 1), 100)
    end = date(year, month, 1) - timedelta(days=1)
    kinds = [slag for slag in Slag if slag.value in {one.kode for one in bevis.ALLE}]
    return {
        (row.eining_id, row.slag.value): float(max(0, (end - row.neste).days) if row.neste else 0)
        for row in latest(work, [unit.id for unit in units], kinds, until=end)
    }


def _then(one: Funn, back: int, unit_id: int) -> float | None:
    """A figure some months ago, when it has come nearer to its goal at the unit's own pace."""
    if one.verdi is None or one.lys is Lys.NONE:
        return one.verdi
    pace = unit_id % 4
    if one.bevis.retning is Retning.HOG:
        return max(0.0, one.verdi - back * pace) if one.verdi > 1 else one.verdi
    return one.verdi + (back * pace) // 3
