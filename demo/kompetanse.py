"""The demo's competence: needs from the starter set, evidence and expiries for everybody, plans, and what asked for training.

Who has what follows the profession and the unit's discipline; HLR was a spring course, so much of it goes out in March.
"""

import random
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikArsak
from demo.organisasjon import FIRST_LEADER, Unit
from demo.personar import Ansatt
from demo.verda import Verda
from kompetanse import rules
from kompetanse.actions import ruter
from kompetanse.actions.katalog import read_rows
from kompetanse.models import (
    Delegasjon,
    Kompetanse,
    Kompetansebehov,
    Kompetansebevis,
    Kompetanseplan,
    Opplaeringsbehov,
    Plandeltakar,
    Planrad,
)
from kompetanse.queries import kart
from kompetanse.rules import Omfang
from prosedyrar.behov import Slag
from prosedyrar.models.behov import Einingsslag
from tiltak.models import Tiltak, TiltakHending, TiltakOpphav
from tiltak.rang import order_key

__all__ = ["fill"]

_KEEN: Final = {"hog": 0.93, "normal": 0.86, "lag": 0.76}
_NEVER: Final = frozenset({"politiattest", "hms_leiar", "hms_40t"})
_SHARE: Final = {Omfang.MINST: 0.25, Omfang.MINST_VAKT: 0.2, Omfang.ANDEL: 0.62}
#: Single points of failure on purpose: unit, competence; one person keeps it, the others never had it.
_ALEINE: Final = (("HO-BU-05", "injeksjon"), ("HO-PR-03", "tvang_kap9"), ("HO-BU-08", "legemiddel_fullmakt"))
_REFERANSE: Final = {
    "kurs": ("Kurs i eininga", "Regionalt kurs", "Fagdag", ""),
    "elaering": ("KS Læring", "E-læring på nett", ""),
    "test": ("Passeringstest", "Praktisk test i eininga", ""),
    "observasjon": ("Observert på vakt", ""),
    "sertifikat": ("Framvist ved tilsetjing", ""),
    "autorisasjon": ("Kontrollert i registeret", ""),
    "delegasjon": ("",),
}
_OPPGAVER: Final = (
    "Gi faste legemiddel frå multidose. Ikkje injeksjonar og ikkje A-preparat.",
    "Gi faste legemiddel og insulin med penn til namngitte brukarar.",
    "Gi faste og avtalte behovslegemiddel på kveld og helg.",
)
#: Code, what is done, title, kroner, who pays.
_RADER: Final = (
    ("hlr", "utdanne", "HLR-kurs med hjartestartar i februar", 18_000, "eigne"),
    ("legemiddel_grunn", "utdanne", "Legemiddelkurs og passeringstest for dei som manglar", 24_000, "eigne"),
    ("tvang_kap9", "utdanne", "Kursdag om tvang og makt", 15_000, "tilskot"),
    ("vald_forebygging", "utdanne", "Øving i førebygging av vald og truslar", 40_000, "tilskot"),
    ("news2", "utdanne", "Ferdigheitsdag NEWS2 og ISBAR", 12_000, "tilskot"),
    ("forflytting", "utdanne", "Forflyttingsinstruktør rettleier på vakt", 6_000, "eigne"),
    ("demens_abc", "utdanne", "Gruppe i Demensomsorga sin ABC", 22_000, "tilskot"),
    ("injeksjon", "omfordele", "To til lærer injeksjon og insulin", 4_000, "eigne"),
    ("avvik_kurs", "utdanne", "Alle går gjennom korleis vi melder avvik", 0, "eigne"),
    ("legemiddel_fullmakt", "rekruttere", "Tilsetje helsefagarbeidar i ledig stilling", 0, "anna"),
)
_MAAL: Final = (
    "Alle som gir legemiddel har gyldig kurs heile året, også i sommarferien.\nMinst to på kvar vakt kan HLR.",
    "Færre skal stå åleine om ein kompetanse. Nye tilsette får opplæring dei tre første månadene.",
    "Vi skal klare meir av opplæringa sjølve: kvar fagarbeidar som kan rettleie, lærer opp éin kollega.",
)


def fill(db: Session, verda: Verda) -> None:
    """Needs, evidence, plans and training needs; rows are sent in bulk."""
    rng = random.Random(f"kompetanse-{len(verda.folk.alle)}-{verda.now.year}")
    entries = {row.kode: row for row in db.scalars(select(Kompetanse))}
    _needs(db, verda, entries)
    _kinds(db, verda)
    ids = {unit.id for unit in verda.units}
    grunn = kart.read(db, ids, today=verda.today)
    people = {person.id: person for person in verda.folk.alle}
    bevis = _Bevis(verda, rng, entries)
    for unit in verda.units:
        for one in grunn.folk.get(unit.id, ()):
            bevis.of(people[one.id], unit, [need for need in grunn.behov[unit.id] if kart.group_of(grunn, need, [one])])
    bevis.waiting()
    db.connection().execute(insert(Kompetansebevis), bevis.rows)
    if bevis.delegated:
        db.connection().execute(insert(Delegasjon), bevis.delegated)
    _plans(db, verda, rng, entries)
    _from_cases(db, verda, entries)
    ruter.count(db, sorted(unit.id for unit in verda.units), verda.today)


def _needs(db: Session, verda: Verda, entries: dict[str, Kompetanse]) -> None:
    """The starter set's needs on the sector, in force for two years, and one exception."""
    top = verda.units[0]
    first = verda.today - timedelta(days=730)
    leader = verda.folk.leiar[top.id]
    rows: list[dict[str, Any]] = []
    for row in read_rows("kompetansebehov"):
        values = {name: row[name] for name in ("einingsslag", "yrker", "rolle", "vakt", "omfang")}
        numbers = {"tal": int(row["tal"]), "niva": int(row["niva"])}
        rows.append({"kompetanse_id": entries[row["kompetanse"]].id, "eining_id": top.id, **values, **numbers})
    common = {"gjeld_fra": first, "laga": verda.now - timedelta(days=730), "laga_av_id": leader.id}
    db.connection().execute(insert(Kompetansebehov), [{**row, **common} for row in rows])
    base = db.scalars(
        select(Kompetansebehov).where(
            Kompetansebehov.kompetanse_id == entries["vald_forebygging"].id, Kompetansebehov.einingsslag == "bufellesskap"
        )
    ).first()
    quiet = next(unit for unit in verda.units if unit.kode == "HO-BU-09")
    if base is not None:
        exception = {"omfang": "minst_vakt", "tal": 1, "niva": 2, "overstyrer_id": base.id, "kompetanse_id": base.kompetanse_id}
        grunn = "Rolege brukarar. Éin på kvar vakt er nok, etter risikovurdering."
        db.add(Kompetansebehov(eining_id=quiet.id, grunn=grunn, **{**common, **exception}))
    db.flush()


def _kinds(db: Session, verda: Verda) -> None:
    """Departments and staff are offices, whatever the units below them are called."""
    said = set(db.scalars(select(Einingsslag.eining_id)))
    offices = [unit for unit in verda.units if unit.profil in {"stab", "kontor"} and unit.id not in said]
    db.add_all(Einingsslag(eining_id=unit.id, slag=Slag.STAB.value) for unit in offices)
    db.flush()


class _Bevis:
    """Evidence as rows, one for each person, competence and date."""

    def __init__(self, verda: Verda, rng: random.Random, entries: dict[str, Kompetanse]) -> None:
        self.verda, self.rng, self.entries = verda, rng, entries
        self.by_id = {row.id: row for row in entries.values()}
        self.rows: list[dict[str, Any]] = []
        self.delegated: list[dict[str, Any]] = []
        self.seen: set[tuple[int, str]] = set()
        self.kept: set[tuple[str, str]] = set()

    def of(self, person: Ansatt, unit: Unit, needs: list[kart.Behov]) -> None:
        """What a person has of what is asked where she works."""
        for need in needs:
            row = self.by_id[need.kompetanse_id]
            if (person.id, row.kode) in self.seen:
                continue
            self.seen.add((person.id, row.kode))
            alone = (unit.kode, row.kode) in _ALEINE
            if alone and ((unit.kode, row.kode) in self.kept or not person.works(self.verda.today) or person.til is not None):
                continue
            chance = _KEEN[unit.kultur] * (1.0 if need.omfang is Omfang.ALLE else _SHARE[need.omfang])
            if row.kode in _NEVER:
                chance = 0.95
            if person.form in {"tilkalling", "vikariat"}:
                chance *= 0.85
            if not alone and self.rng.random() > chance:
                continue
            self.kept.add((unit.kode, row.kode))
            self._one(person, unit, row, out=not alone and self.rng.random() < 0.07)

    def _level(self, person: Ansatt) -> int:
        if person.yrke in {"laerling", "student"}:
            return self.rng.choices((1, 2), (45, 55))[0]
        return self.rng.choices((1, 2, 3, 4), (4, 79, 14, 3))[0]

    def _date(self, row: Kompetanse, *, out: bool) -> date:
        """When it was taken, so that most is valid: within its months, older when it has gone out."""
        today = self.verda.today
        if row.kode == "hlr" and not out and self.rng.random() < 0.5:
            spring = date(today.year, 3, 1) if today > date(today.year, 4, 15) else date(today.year - 1, 3, 1)
            return spring + timedelta(days=self.rng.randrange(28))
        span = 30 * (row.manader or 60)
        back = self.rng.randrange(span + 5, span + 200) if out else self.rng.randrange(3, span - 5)
        return today - timedelta(days=back)

    def _one(self, person: Ansatt, unit: Unit, row: Kompetanse, *, out: bool) -> None:
        taken = max(self._date(row, out=out and bool(row.manader)), min(person.fra, self.verda.today - timedelta(days=3)))
        self._add(person, unit, row, taken, 2 if row.delegasjon or row.gruppe == "kontroll" else self._level(person))
        if not row.delegasjon:
            return
        leader = self.verda.folk.leiar.get(unit.id) or self.verda.coordinator
        task = {"oppgaver": self.rng.choice(_OPPGAVER), "gitt_av_id": leader.id, "gitt_som": "leiar"}
        self.delegated.append({"bevis_id": len(self.rows), "eining_id": unit.id, **task})
        if (person.id, row.bak) not in self.seen:
            self.seen.add((person.id, row.bak))
            self._add(person, unit, self.entries[row.bak], taken - timedelta(days=20), 2)

    def _add(self, person: Ansatt, unit: Unit, row: Kompetanse, taken: date, niva: int, *, status: str = "stadfesta") -> None:
        slag = self.rng.choice(row.bevis.split("|"))
        leader = self.verda.folk.leiar.get(unit.id)
        judge = leader if leader is not None and leader.id != person.id else self.verda.coordinator
        done = status == "stadfesta"
        moment = self.verda.now - timedelta(days=(self.verda.today - taken).days)
        self.rows.append(
            {
                "id": len(self.rows) + 1,
                "person_id": person.id,
                "kompetanse_id": row.id,
                "niva": niva,
                "dato": taken,
                "gyldig_til": rules.valid_to(taken, row.manader),
                "slag": slag,
                "referanse": self.rng.choice(_REFERANSE.get(slag, ("",))),
                "status": status,
                "kjelde": self.rng.choice(("import", "leiar", "eiga")) if done else "eiga",
                "vurdert_av_id": judge.id if done else None,
                "vurdert_tid": moment if done else None,
                "grunn": "",
                "laga_av_id": person.id,
                "laga": moment,
            }
        )

    def waiting(self) -> None:
        """Self-assessments nobody has judged, most in the first leader's own unit."""
        today = self.verda.today
        for unit in self.verda.units:
            staff = [one for one in self.verda.folk.i_eining[unit.id][2:] if one.works(today)]
            count = 5 if unit.kode == FIRST_LEADER else self.rng.choice((0, 0, 1, 2))
            for person in self.rng.sample(staff, min(count, len(staff))):
                row = self.entries[self.rng.choice(("sar", "velferdsteknologi", "ros_kurs", "hlr"))]
                taken = today - timedelta(days=self.rng.randrange(2, 25))
                if all(
                    one["dato"] != taken or one["kompetanse_id"] != row.id for one in self.rows if one["person_id"] == person.id
                ):
                    self._add(person, unit, row, taken, 2, status="sjolv")


def _plans(db: Session, verda: Verda, rng: random.Random, entries: dict[str, Kompetanse]) -> None:
    """This year's plans, most of them approved, and drafts for the next in some units."""
    for unit in verda.units:
        staff = [one for one in verda.folk.i_eining[unit.id] if one.works(verda.today)]
        leader = verda.folk.leiar.get(unit.id)
        if not unit.is_care or leader is None or len(staff) < 8 or (rng.random() > 0.75 and unit.kode != FIRST_LEADER):
            continue
        first = date(verda.today.year, 1, 8)
        plan = Kompetanseplan(
            eining_id=unit.id,
            aar=verda.today.year,
            maal=rng.choice(_MAAL),
            status="godkjend",
            godkjend_av_id=leader.id,
            godkjend_tid=verda.now - timedelta(days=max((verda.today - first).days, 0)),
            laga=verda.now - timedelta(days=max((verda.today - first).days + 20, 0)),
        )
        db.add(plan)
        db.flush()
        for chosen in rng.sample(_RADER, 4):
            _line(db, verda, rng, plan, leader, staff, entries, chosen)
        if rng.random() < 0.4 and unit.kode != FIRST_LEADER:
            draft = Kompetanseplan(eining_id=unit.id, aar=verda.today.year + 1, laga=verda.now, forrige_id=plan.id)
            db.add(draft)
            db.flush()
            _line(db, verda, rng, draft, leader, staff, entries, rng.choice(_RADER))


def _line(  # noqa: PLR0917 - the demo's world and the plan's
    db: Session,
    verda: Verda,
    rng: random.Random,
    plan: Kompetanseplan,
    leader: Ansatt,
    staff: list[Ansatt],
    entries: dict[str, Kompetanse],
    chosen: tuple[str, str, str, int, str],
) -> None:
    kode, slag, title, kroner, who = chosen
    frist = date(plan.aar, rng.randrange(2, 12), rng.randrange(1, 28))
    done = frist < verda.today and rng.random() < 0.94
    made = max(verda.now - timedelta(days=max((verda.today - date(plan.aar, 1, 5)).days, 1)), plan.laga)
    tiltak = Tiltak(
        tittel=title,
        type="forebyggjande",
        ansvarleg_id=leader.id,
        eining_id=plan.eining_id,
        frist=frist,
        status="utfort" if done else "planlagt",
        start=frist - timedelta(days=30) if done else None,
        ferdig_tid=verda.now - timedelta(days=(verda.today - frist).days) if done else None,
        ferdig_notat="Gjennomført som planlagt." if done else "",
        effekt_frist=frist + timedelta(days=verda.katalog.effekt_dagar) if done else None,
        avslutta=done,
        kostnad=kroner,
        finansiering=str(rules.FINANSNAMN[rules.Finansiering(who)]),
        kjelde="kompetanseplan",
        rang=order_key(None, None, kroner, frist),
        laga_av_id=leader.id,
        laga=made,
    )
    db.add(tiltak)
    db.flush()
    db.add(TiltakOpphav(tiltak_id=tiltak.id, slag="kompetanseplan", ref_id=plan.id, namn=f"Kompetanseplan {plan.aar}", synleg=True))
    db.add(TiltakHending(tiltak_id=tiltak.id, tid=made, person_id=leader.id, slag="laga", til="planlagt"))
    tal = 1 if slag == "rekruttere" else 0
    rad = Planrad(
        plan_id=plan.id, kompetanse_id=entries[kode].id, tiltak_id=tiltak.id, slag=slag, niva=2, tal=tal, finansiering=who
    )
    db.add(rad)
    db.flush()
    if slag != "rekruttere":
        for person in rng.sample(staff, min(len(staff), rng.randint(2, 7))):
            db.add(Plandeltakar(rad_id=rad.id, person_id=person.id, fullfort=frist if done else None))
    db.flush()


def _from_cases(db: Session, verda: Verda, entries: dict[str, Kompetanse]) -> None:
    """Deviations of the last year with missing training as cause: training needs, answered by the unit's plan or waiting."""
    rows = db.execute(
        select(Avvik.id, Avvik.eining_id, Avvik.aar, Avvik.lopenr, Avvik.underkategori, Avvik.meldt)
        .join(AvvikArsak, AvvikArsak.avvik_id == Avvik.id)
        .where(
            AvvikArsak.arsak == "opplaering",
            Avvik.sensitiv_gruppe == "",
            Avvik.gjeld_leiar.is_(False),
            Avvik.er_varsel.is_(False),
            Avvik.status != "avvist",
            Avvik.meldt >= verda.now - timedelta(days=365),
        )
        .order_by(Avvik.id)
    ).all()
    planned = {
        (plan, kompetanse): rad
        for plan, kompetanse, rad in db.execute(
            select(Kompetanseplan.eining_id, Planrad.kompetanse_id, func.max(Planrad.id))
            .join(Kompetanseplan, Kompetanseplan.id == Planrad.plan_id)
            .group_by(Kompetanseplan.eining_id, Planrad.kompetanse_id)
        )
    }
    recent = verda.now - timedelta(days=75)
    found: list[dict[str, Any]] = []
    for key, eining, aar, lopenr, tema, meldt in rows:
        about: list[int | None] = [row.id for row in entries.values() if rules.matches_theme(row.tema, tema)]
        for kompetanse in about[:2] or [None]:
            rad = planned.get((eining, kompetanse or 0))
            status = "i_plan" if rad else "open" if meldt >= recent else "avvist"
            named = {"slag": "avvik", "ref_id": key, "namn": f"{aar}-{lopenr}", "synleg": True}
            found.append(
                {"eining_id": eining, "kompetanse_id": kompetanse, **named, "status": status, "rad_id": rad, "laga": meldt}
            )
    if found:
        db.connection().execute(insert(Opplaeringsbehov), found)
