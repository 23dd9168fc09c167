"""Risk analyses of the demo: every state and kind, from the starter hazards, with measures, editions and cases that happened."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikRos
from demo.organisasjon import Unit
from demo.personar import Ansatt
from demo.verda import Verda
from kjerne.access import Rolle
from kjerne.clock import from_oslo, next_working_day, oslo_date
from kjerne.fullmakt import load_grants
from kjerne.models import Person
from kjerne.work import Work
from ros.actions.sett import ensure_sett
from ros.models import RosAnalyse, RosDeltakar, RosEining, RosHending, RosKonsekvens, RosRad, RosUtgave
from ros.queries.analyse import ORIGIN, axes, read_analyse
from ros.queries.dokument import as_document, checksum
from ros.queries.sett import Fare, Skala, hazards, read_sett
from ros.rules import RANK, Akse, Status, Uvisse, assess
from tiltak import rules as measure_rules
from tiltak.models import Tiltak, TiltakHending, TiltakOpphav
from tiltak.rang import order_key
from tiltak.rules import Farge

__all__ = ["fill"]

_ALLE: Final = (Akse.LIV_HELSE, Akse.DRIFT)


@dataclass(frozen=True)
class Plan:
    """One analysis of the demo: starters, unit, title, kind, state, how many days ago the meeting was, and further units."""

    malar: str
    eining: str
    tittel: str
    slag: str
    status: Status
    alder: int
    fleire: tuple[str, ...] = ()
    aksar: tuple[Akse, ...] = _ALLE
    av_tidlegare: str = ""


_G, _A, _T, _U = Status.GODKJEND, Status.I_ARBEID, Status.TIL_GODKJENNING, Status.UNDER_REVISJON
_PLANAR: Final = (
    Plan("legemiddel,bemanning", "HO-IT-02", "Natt og legemiddel 2025", "teneste", _G, 371),
    Plan("institusjon,legemiddel", "HO-IT-01", "Pasienttryggleik 2026", "teneste", _G, 150, (), (*_ALLE, Akse.OMDOME)),
    Plan("institusjon", "HO-IT-03", "Pasienttryggleik 2026", "teneste", _G, 120),
    Plan("institusjon,bemanning", "HO-IT-05", "Skjerma eining: uro, vandring og natt", "teneste", _U, 410),
    Plan("heimeteneste,legemiddel", "HO-HJ-01", "Helsehjelp i heimen", "teneste", _G, 210),
    Plan("heimeteneste", "HO-HJ-02", "Helsehjelp i heimen", "teneste", _T, 9),
    Plan("vald,bemanning", "HO-BU-01", "Vald og åleinearbeid", "hms", _T, 12),
    Plan("vald", "HO-IT-05", "Vald og truslar", "hms", _G, 240),
    Plan("vald", "HO-PR-01", "Vald og truslar ved besøk", "hms", _A, 3),
    Plan(
        "bemanning,institusjon",
        "HO-IT",
        "Ferie og helg i institusjonane",
        "teneste",
        _G,
        180,
        ("HO-IT-01", "HO-IT-02", "HO-IT-03", "HO-IT-04", "HO-IT-05"),
        (*_ALLE, Akse.OKONOMI),
    ),
    Plan("bemanning", "HO-HJ", "Bemanning i heimetenesta", "endring", Status.PLANLAGD, 0),
    Plan("info", "HO", "Journal og informasjonstryggleik", "info", _G, 95, (), (*_ALLE, Akse.PERSONVERN)),
    Plan("brann", "HO-IT-02", "Brann i 1. etasje", "brann", _G, 260, (), (*_ALLE, Akse.OKONOMI)),
    Plan("brann,bemanning", "HO-BU-02", "Brann og natt i bufellesskapet", "brann", Status.AVSLUTTA, 800),
    Plan("beredskap,info", "HO", "Helse- og sosialberedskap", "beredskap", _G, 330, (), (*_ALLE, Akse.OMDOME)),
    Plan("heimeteneste,vald", "HO-HJ-03", "Helsehjelp i heimen, Sørbygd", "teneste", _G, 30),
    Plan("institusjon,brann", "HO-IT-04", "Pasienttryggleik og brann", "teneste", _U, 390),
    Plan("legemiddel,bemanning", "HO-IT-02", "Natt og legemiddel 2026", "teneste", _A, 0, (), _ALLE, "Natt og legemiddel 2025"),
    Plan(
        "vald,bemanning",
        "HO-BU",
        "Vald og åleinearbeid i bustadene",
        "hms",
        _G,
        140,
        tuple(f"HO-BU-{nr:02}" for nr in range(1, 10)),
    ),
    Plan("heimeteneste", "HO-HJ", "Natt og kvardagsrehabilitering", "teneste", _G, 75, ("HO-HJ-02", "HO-HJ-04")),
    Plan("info", "HO-HT", "Svikt i journal og IKT", "info", _G, 200, tuple(f"HO-HT-{nr:02}" for nr in range(1, 6))),
    Plan("vald", "HO-PR", "Vald og truslar i oppfølginga", "hms", _G, 400, ("HO-PR-01", "HO-PR-03", "HO-PR-05")),
)
_TILTAK: Final[dict[str, tuple[str, ...]]] = {
    "legemiddel": (
        "To med fullmakt på kvar nattvakt",
        "Ring fastlegen same dag ved endring, dobbel kontroll",
        "Raud vest og ro under utdeling",
        "Beredskapslager for helga",
    ),
    "institusjon": (
        "Bevegelsesalarm og nattlys på seks rom",
        "NEWS ved kvar endring, fast på tavla",
        "Spyl lite brukte dusjar kvar måndag",
    ),
    "heimeteneste": ("Test alle alarmar kvar månad", "Primærkontakt til alle med vedtak", "Avtale om snøskuter og nabohjelp"),
    "vald": ("Tiltaksplan for kvar bebuar med uro", "Overfallsalarm til alle på natt", "Øving i å trekkje seg ut"),
    "bemanning": ("Felles vikarbank for etasjane", "Ferieplan klar i mars", "Fast mal for rapport ved vaktskifte"),
    "info": ("Nødperm med lister i kvart vaktrom", "Stikkprøve i innsynsloggen kvar månad", "Sikker digital post til alle"),
    "brann": ("Tre på natt til sprinklaren er på plass", "Ladestasjon på eige rom med varslar", "Øving i evakuering vår og haust"),
    "beredskap": ("Aggregat testa kvar månad", "Vatn på dunk for to døgn", "Plan for kriseleiing øvd"),
}
_KOSTNAD: Final = (0, 0, 5_000, 12_000, 38_000, 120_000, 410_000)


class Skrivar:
    """Writes the analyses. Chance comes from a generator of its own, so that other parts of the demo do not move."""

    def __init__(self, db: Session, verda: Verda) -> None:
        self.db, self.verda = db, verda
        self.rng = random.Random("ros")
        self.units = {unit.kode: unit for unit in verda.units}
        self.made: dict[str, RosAnalyse] = {}
        self.numbers: Counter[int] = Counter()
        chief = db.get_one(Person, verda.rollar.holder(Rolle.KOMMUNALSJEF).id)
        self.chief = chief
        work = Work(db, chief, verda.now, load_grants(db, chief.id, verda.today), "nn", verda.config)
        self.sett_id = ensure_sett(work).id
        self.work = work
        self.skala = read_sett(db, self.sett_id)

    def leader(self, unit: Unit) -> Ansatt:
        """Who leads a unit, or the next up."""
        return next(iter(self.verda.folk.line(unit)), self.verda.coordinator)

    def write(self, plan: Plan) -> None:
        """One analysis with all that belongs to it."""
        unit, rng = self.units[plan.eining], self.rng
        leader = self.leader(unit)
        when = self.moment(plan.alder)
        approved = plan.status in {Status.GODKJEND, Status.UNDER_REVISJON} or plan.status is Status.AVSLUTTA
        before = self.made.get(plan.av_tidlegare)
        analyse = RosAnalyse(
            tittel=plan.tittel,
            slag=plan.slag,
            eining_id=unit.id,
            foremal="Finne ut kva som kan svikte, og kva vi gjer med det.",
            omfang="Heile døgnet, alle som arbeider i eininga." if rng.random() < 0.6 else "",
            deltakarar="Verneombodet og to frå brukarutvalet" if rng.random() < 0.7 else "",
            kriterium="Ingen raud restrisiko for liv og helse utan at leiaren over har godteke han.",
            aksar=",".join(akse.value for akse in Akse if akse in plan.aksar),
            status=Status.I_ARBEID.value if approved else plan.status.value,
            mote=oslo_date(when) if plan.status is not Status.PLANLAGD else self.verda.today + timedelta(days=16),
            neste_revisjon=oslo_date(when) + timedelta(days=365),
            sett_id=self.sett_id,
            forgjengar_id=before.id if before else None,
            laga=when,
            laga_av_id=leader.id,
            sendt_tid=when + timedelta(days=2) if plan.status is Status.TIL_GODKJENNING else None,
        )
        self.db.add(analyse)
        self.db.flush()
        self.made[plan.tittel] = analyse
        covered = sorted({unit.id, *(self.units[kode].id for kode in plan.fleire)})
        self.db.add_all(RosEining(analyse_id=analyse.id, eining_id=id_) for id_ in covered)
        staff = self.verda.folk.i_eining.get(unit.id, [])[:6] or [leader]
        self.db.add_all(
            RosDeltakar(analyse_id=analyse.id, person_id=id_) for id_ in sorted({leader.id, *(one.id for one in staff[:4])})
        )
        self.note(analyse, "laga", when, leader.id)
        old = self.rows(before) if before else []
        for mal in plan.malar.split(","):
            for fare in hazards(mal, "nn"):
                self.row(plan, analyse, mal, fare, when, staff, next((row for row in old if row.hending == fare.hending), None))
        self.db.flush()
        if plan.status is not Status.PLANLAGD:
            self.note(analyse, "start", when, leader.id)
        if plan.status is Status.TIL_GODKJENNING:
            self.note(analyse, "send", when + timedelta(days=2), leader.id)
        if approved:
            self.approve(plan, analyse, leader, when)

    def moment(self, days: int) -> datetime:
        """A working day at 12:30, so many days ago."""
        if days == 0:
            return self.verda.now - timedelta(minutes=40)
        return from_oslo(datetime.combine(next_working_day(self.verda.today - timedelta(days=days)), time(12, 30)))

    def rows(self, analyse: RosAnalyse) -> list[RosRad]:
        """The rows of an analysis that is made."""
        return list(self.db.scalars(select(RosRad).where(RosRad.analyse_id == analyse.id).order_by(RosRad.nr)))

    def note(self, analyse: RosAnalyse, slag: str, tid: datetime, person_id: int) -> None:
        """A line of history."""
        self.db.add(RosHending(analyse_id=analyse.id, tid=tid, person_id=person_id, slag=slag))

    def row(  # noqa: PLR0917 - a row and where it stands
        self, plan: Plan, analyse: RosAnalyse, mal: str, fare: Fare, when: datetime, staff: list[Ansatt], old: RosRad | None
    ) -> None:
        """One risk, judged like a group would: near the example, sometimes a step off."""
        rng, judged = self.rng, plan.status is not Status.PLANLAGD
        s = _near(rng, fare.s)
        values = {akse: _near(rng, fare.k if akse == fare.akse else max(fare.k - 1, 1)) for akse in axes(analyse)}
        values = dict(list(values.items())[: 1 + rng.randint(0, len(values) - 1)]) | (
            {fare.akse: fare.k} if fare.akse in values else {}
        )
        if old is not None and old.sannsyn is not None and rng.random() < 0.7:
            s = old.sannsyn
        before = assess(self.skala.grid, s, values.values()) if judged else None
        rs, rest = _after(rng, self.skala, s, values) if before and before.farge is not Farge.GRON else (None, {})
        after = assess(self.skala.grid, rs, rest.values())
        self.numbers[analyse.id] += 1
        rad = RosRad(
            analyse_id=analyse.id,
            nr=self.numbers[analyse.id],
            hending=fare.hending,
            kategori=fare.kategori,
            arsaker=fare.arsaker,
            barrierar=fare.barrierar,
            dempande=fare.dempande,
            sarbarheit="Få fastbuande vikarar, og lang veg til legevakt." if rng.random() < 0.35 else "",
            grunngiving="Vurdert ut frå avvika det siste året og det gruppa har sett." if judged and rng.random() < 0.5 else "",
            uvisse=rng.choice([*Uvisse]).value if judged else "",
            sannsyn=s if judged else None,
            rest_sannsyn=rs,
            fra_rad_id=old.id if old else None,
            endra=when,
            endra_av_id=analyse.laga_av_id,
        )
        if before:
            rad.farge, rad.risiko, rad.konsekvens = before.farge.value, before.tal, before.konsekvens
        if after:
            rad.rest_farge, rad.rest_risiko, rad.rest_konsekvens = after.farge.value, after.tal, after.konsekvens
        self.db.add(rad)
        self.db.flush()
        if judged:
            self.db.add_all(
                RosKonsekvens(rad_id=rad.id, akse=akse.value, niva=k, rest=rest.get(akse)) for akse, k in values.items()
            )
        if before and (before.farge is Farge.RAUD or (before.farge is Farge.GUL and rng.random() < 0.35)):
            self.measure(analyse, rad, rng.choice(_TILTAK[mal]), when, rng.choice(staff))
        if rad.rest_farge == Farge.RAUD and plan.status is _G:
            rad.godteke_av_id, rad.godteke_tid = self.chief.id, when + timedelta(days=6)
            rad.godteke_grunn = (
                "Sprinklar og fleire faste stillingar er løyvde i budsjettet. Vi lever med risikoen til dei er på plass."
            )

    def measure(self, analyse: RosAnalyse, rad: RosRad, title: str, when: datetime, owner: Ansatt) -> None:
        """A measure of a row, in a state that fits its age."""
        rng, today = self.rng, self.verda.today
        frist = next_working_day(oslo_date(when) + timedelta(days=rng.choice((30, 60, 90, 120, 180))))
        old = (today - oslo_date(when)).days
        state = rng.choices(
            [measure_rules.Status.PLANLAGT, measure_rules.Status.I_GANG, measure_rules.Status.UTFORT], (3, 4, 5 if old > 60 else 0)
        )[0]
        if state is not measure_rules.Status.UTFORT and frist < today and rad.id % 4:
            frist = next_working_day(today + timedelta(days=10 + 7 * (rad.id % 9)))
        done = when + timedelta(days=min(40, max(old - 1, 0)))
        cost = rng.choice(_KOSTNAD)
        off = rad.risiko - rad.rest_risiko if rad.risiko and rad.rest_risiko else None
        finished = state is measure_rules.Status.UTFORT
        row = Tiltak(
            tittel=title,
            type=rng.choice((measure_rules.Type.FOREBYGGJANDE, measure_rules.Type.KONSEKVENSREDUSERANDE)).value,
            ansvarleg_id=owner.id,
            eining_id=analyse.eining_id,
            prioritet=1 if rad.farge == Farge.RAUD else 2,
            start=oslo_date(when) if state is not measure_rules.Status.PLANLAGT else None,
            frist=frist,
            status=state.value,
            ferdig_notat="Gjort, og teke opp på personalmøtet." if finished else "",
            ferdig_tid=done if finished else None,
            effekt_frist=measure_rules.effect_due(oslo_date(done), self.verda.katalog.effekt_dagar) if finished else None,
            kostnad=cost,
            farge=rad.farge,
            risikoreduksjon=off,
            kjelde=measure_rules.Kjelde.ROS.value,
            avslutta=finished,
            rang=order_key(rad.farge, off, cost, frist),
            laga_av_id=analyse.laga_av_id,
            laga=when,
        )
        self.db.add(row)
        self.db.flush()
        name = f"ROS {analyse.id}, rad {rad.nr}"
        self.db.add(TiltakOpphav(tiltak_id=row.id, slag=ORIGIN, ref_id=rad.id, namn=name, synleg=True))
        self.db.add(TiltakHending(tiltak_id=row.id, tid=when, person_id=analyse.laga_av_id, slag="laga", til="planlagt"))

    def approve(self, plan: Plan, analyse: RosAnalyse, leader: Ansatt, when: datetime) -> None:
        """The edition as it was approved, and the state it has come to since."""
        at = when + timedelta(days=7)
        analyse.status, analyse.utgave = Status.GODKJEND.value, 1
        analyse.godkjend_tid, analyse.godkjend_av_id = at, leader.id
        self.db.flush()
        document = as_document(read_analyse(self.work, analyse))
        document |= {"utgave": 1, "godkjend_av": leader.namn, "godkjend_tid": at.isoformat()}
        self.db.add(
            RosUtgave(
                analyse_id=analyse.id,
                nr=1,
                godkjend_tid=at,
                godkjend_av_id=leader.id,
                innhald=document,
                sha256=checksum(document),
            )
        )
        self.note(analyse, "send", when + timedelta(days=2), leader.id)
        self.note(analyse, "godkjenn", at, leader.id)
        if plan.status is not Status.GODKJEND:
            analyse.status = plan.status.value
            steg = "revider" if plan.status is Status.UNDER_REVISJON else "avslutt"
            self.note(analyse, steg, self.verda.now - timedelta(days=5), leader.id)

    def link_cases(self) -> None:
        """Some cases are what a row had foreseen: the newest of the same kind in the analysis' units."""
        for analyse in self.made.values():
            units = select(RosEining.eining_id).where(RosEining.analyse_id == analyse.id)
            for rad in self.rows(analyse):
                if not rad.kategori or self.rng.random() < 0.4:
                    continue
                cases = self.db.scalars(
                    select(Avvik.id)
                    .where(
                        Avvik.eining_id.in_(units),
                        Avvik.underkategori == rad.kategori,
                        Avvik.sensitiv_gruppe == "",
                        Avvik.er_varsel.is_(False),
                    )
                    .order_by(Avvik.id.desc())
                    .limit(self.rng.randint(1, 3))
                ).all()
                self.db.add_all(AvvikRos(avvik_id=id_, rad_id=rad.id) for id_ in cases)


def _near(rng: random.Random, level: int) -> int:
    return min(max(level + rng.choice((0, 0, 0, -1, 1)), 1), 5)


def _after(rng: random.Random, skala: Skala, s: int, values: dict[Akse, int]) -> tuple[int, dict[Akse, int]]:
    """After measures: mostly a step or two down, now and then still red."""
    low = max(s - rng.choice((1, 1, 2, 2)), 1)
    rest = {akse: max(k - rng.choice((0, 0, 1)), 1) for akse, k in values.items()}
    risk = assess(skala.grid, low, rest.values())
    if risk is not None and RANK[risk.farge] == RANK[Farge.RAUD] and rng.random() < 0.35:
        low = max(low - 1, 1)
    return low, rest


def fill(db: Session, verda: Verda) -> None:
    """Write all analyses."""
    skrivar = Skrivar(db, verda)
    for plan in _PLANAR:
        skrivar.write(plan)
    skrivar.link_cases()
    db.flush()
