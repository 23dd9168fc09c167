"""Measures that come from no case, what waits for what, and a made-up table of savings for the fictional municipality."""

import random
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from demo.organisasjon import Unit
from demo.personar import Ansatt
from demo.verda import Verda
from kjerne.clock import next_working_day
from tiltak import rules
from tiltak.models import Omstillingsbelop, Omstillingsrad, Omstillingstabell, Tiltak, TiltakAvheng, TiltakHending
from tiltak.rang import order_key
from tiltak.rules import Slag, Status

__all__ = ["fill"]

#: Title, type, kroner once, kroner saved per year, account; each chain's measures wait for the one before.
_CHAINS: Final = (
    (
        ("Kartleggje kor ofte tryggleiksalarmane ikkje når fram", "forebyggjande", 0, None, "3840"),
        ("Kjøpe nytt mottak for tryggleiksalarmar", "forebyggjande", 480_000, None, "3840"),
        ("Lære opp alle vakter i det nye alarmmottaket", "forebyggjande", 60_000, None, "3840"),
    ),
    (
        ("Gå gjennom nattbemanninga på Fjellheimen", "forebyggjande", 0, None, "3700"),
        ("Prøve felles nattevakt for to etasjar i tre månader", "forebyggjande", 40_000, 900_000, "3700"),
        ("Vurdere prøveordninga med dei tilsette og verneombodet", "korrigerande", 0, None, "3700"),
    ),
    (
        ("Velje leverandør av medisindispensarar", "forebyggjande", 25_000, None, "3840"),
        ("Ta i bruk medisindispensar hos 20 brukarar", "forebyggjande", 310_000, 420_000, "3840"),
    ),
    (
        ("Måle varmtvatn og dusjar for Legionella", "forebyggjande", 35_000, None, "3700"),
        ("Byte ut blindrøyr i kjellaren på Fjellheimen", "korrigerande", 145_000, None, "3700"),
    ),
)
_SINGLE: Final = (
    ("Lage fast sjekkliste for overføring frå sjukehuset", "forebyggjande", 0, None),
    ("Øve på brann i heile bygget, òg om natta", "forebyggjande", 5_000, None),
    ("Setje opp rørslesensor på bad", "konsekvensreduserande", 42_000, None),
    ("Kjøpe tre nye personløftarar", "forebyggjande", 96_000, None),
    ("Felles innkjøp av forbruksvarer", "korrigerande", 0, 180_000),
    ("Rydde i nøkkelskap og signere ut nøklar", "strakstiltak", 0, None),
    ("Rettleiing i dokumentasjon for nye tilsette", "forebyggjande", 12_000, None),
    ("Oppdatere pårørandelister og varslingsplan", "korrigerande", 0, None),
    ("Leggje om matservering til klokka 16", "forebyggjande", 0, None),
    ("Skaffe reserveaggregat til medisinkjøleskap", "konsekvensreduserande", 28_000, None),
)
_REASONS: Final = ("Leveransen er forseinka.", "Vi fekk ikkje vikarar til opplæringa.", "Anbodet må ut på nytt.")
_DONE: Final = ("Gjennomført som planlagt.", "Alle vaktlag har vore med.", "Utstyret er på plass og prøvd.")
#: Department as the file says, account, measure, kroner 2025 and 2026, who, status, kind.
_SAVINGS: Final = (
    (
        "Institusjonstenesta",
        "3700",
        "Felles nattevakt for to etasjar",
        450_000,
        900_000,
        "Leiar institusjon",
        "Prøvd frå mars",
        "vedteke",
    ),
    ("Institusjonstenesta", "3700", "Sal av to sjukeheimsplassar", 1_300_000, 0, "Leiar institusjon", "Etter planen", "vedteke"),
    ("Institusjonstenesta", "3700", "Heilårsturnus", 300_000, 800_000, "Einingsleiarane", "Oppstart 1. september", "vedteke"),
    ("Heimetenesta", "3840", "Medisindispensarar hos 60 brukarar", 210_000, 420_000, "Leiar heimeteneste", "I gang", "vedteke"),
    (
        "Heimetenesta",
        "3840",
        "Gjennomgang av tildeling av praktisk bistand",
        250_000,
        350_000,
        "Tildelingskontoret",
        "Under arbeid",
        "vedteke",
    ),
    ("Heimetenesta", "3840", "Samla køyreruter på dagtid", 120_000, 160_000, "Leiar heimeteneste", "I gang", "vedteke"),
    (
        "Butenester og avlasting",
        "3510",
        "Samlokalisering av to bufellesskap",
        0,
        1_900_000,
        "Leiar butenester",
        "Ventar på politisk vedtak",
        "mogleg",
    ),
    (
        "Butenester og avlasting",
        "3510",
        "Vakant halv stilling på arbeidssenteret",
        225_000,
        225_000,
        "Leiar butenester",
        "Gjennomført",
        "vedteke",
    ),
    (
        "Kjøkken og vaskeri",
        "3115",
        "Mindre matsvinn og felles innkjøp",
        180_000,
        180_000,
        "Kjøkkenleiar",
        "Etter planen",
        "vedteke",
    ),
    (
        "Kjøkken og vaskeri",
        "3115",
        "Vaskeriet to dagar i veka i sommarmånadene",
        60_000,
        60_000,
        "Kjøkkenleiar",
        "Gjennomført",
        "vedteke",
    ),
    ("Kommunalsjef og stab", "3100", "Halv stilling utan vikar", 320_000, 320_000, "Kommunalsjefen", "Gjennomført", "vedteke"),
    ("Helsetenesta", "3000", "Prosjektmidlar til helseteknologi", 0, 400_000, "Kommunalsjefen", "Søknad er send", "mogleg"),
    ("Psykisk helse og rus", "3600", "Felles miljøvakt i to bustader", 0, 540_000, "Leiar psykisk helse", "Ny i år", "nytt"),
)
_GOAL: Final = 9_000_000


def fill(db: Session, verda: Verda) -> None:
    """Put the measures and the table of savings into the demo."""
    rng = random.Random(f"tiltak-{verda.now.isoformat()}")
    makers = _Makers(db, verda, rng)
    for number, chain in enumerate(_CHAINS):
        unit = makers.unit(("HO-HJ-02", "HO-IT-02", "HO-HJ-01", "HO-IT-02")[number])
        before: Tiltak | None = None
        for step, (title, kind, cost, saved, account) in enumerate(chain):
            made = makers.measure(unit, title, kind, cost, saved, account, start=-120 + step * 95 + number * 14)
            if before is not None:
                db.add(TiltakAvheng(tiltak_id=made.id, ventar_pa_id=before.id))
            before = made
    for unit in (one for one in verda.units if one.is_care):
        for title, kind, cost, saved in rng.sample(_SINGLE, 2):
            makers.measure(unit, title, kind, cost, saved, "", start=rng.randint(-420, 40))
    _savings(db, verda, rng)
    db.flush()


class _Makers:
    """Makes measures with states and history that agree with their dates."""

    def __init__(self, db: Session, verda: Verda, rng: random.Random) -> None:
        self.db, self.verda, self.rng = db, verda, rng

    def unit(self, kode: str) -> Unit:
        return next(one for one in self.verda.units if one.kode == kode)

    def measure(  # noqa: PLR0917 - one row of the tables above
        self, unit: Unit, title: str, kind: str, cost: int | None, saved: int | None, account: str, *, start: int
    ) -> Tiltak:
        verda, rng = self.verda, self.rng
        leader = verda.handler(unit, verda.today, frozenset())
        staff = [person for person in verda.folk.i_eining[unit.id][2:8] if person.works(verda.today)]
        owner = rng.choice(staff) if staff and rng.random() < 0.6 else leader
        first = verda.today + timedelta(days=start)
        frist = next_working_day(first + timedelta(days=rng.choice((40, 60, 90))))
        laga = verda.now - timedelta(days=max(1, 20 - start), minutes=rng.randint(1, 400))
        row = Tiltak(
            tittel=title,
            type=kind,
            ansvarleg_id=owner.id,
            eining_id=unit.id,
            prioritet=rng.choice((1, 2, 2, 3)),
            frist=frist,
            laga_av_id=leader.id,
            laga=laga,
            kostnad=cost,
            effekt_kr=saved,
            ansvar=account,
            finansiering="Eige budsjett" if cost else "",
            status=Status.PLANLAGT.value,
            avslutta=False,
        )
        told = self._state(row, first, owner, leader)
        row.rang = order_key(None, None, row.kostnad, row.frist)
        self.db.add(row)
        self.db.flush()
        for tid, person, slag, fra, til, tekst in told:
            self.db.add(TiltakHending(tiltak_id=row.id, tid=tid, person_id=person.id, slag=slag, fra=fra, til=til, tekst=tekst))
        return row

    def _state(self, row: Tiltak, first: date, owner: Ansatt, leader: Ansatt) -> list[tuple[Any, ...]]:
        """Set the state that fits its dates, and give the lines of history that led there."""
        verda, rng = self.verda, self.rng
        told = [(row.laga, leader, "laga", "", Status.PLANLAGT.value, "")]
        row.start = first
        if first > verda.today:
            return told
        begun = row.laga + (verda.now - row.laga) * 0.3
        told.append((begun, owner, "start", Status.PLANLAGT.value, Status.I_GANG.value, ""))
        row.status = Status.I_GANG.value
        late = row.frist < verda.today
        if not late or rng.random() < 0.2:
            if rng.random() < 0.2:
                row.status, row.utsett_tal = Status.UTSETT.value, 1
                row.frist = next_working_day(max(row.frist, verda.today) + timedelta(days=28))
                told.append((begun + (verda.now - begun) * 0.5, owner, "utsett", "i_gang", "utsett", rng.choice(_REASONS)))
            return told
        done = begun + (verda.now - begun) * rng.uniform(0.3, 0.9)
        row.ferdig_tid, row.ferdig_notat, row.avslutta = done, rng.choice(_DONE), True
        row.status = Status.UTFORT.value
        row.effekt_frist = rules.effect_due(done.date(), verda.katalog.effekt_dagar)
        told += [
            (done, owner, "ferdig", "i_gang", Status.VENTAR_GODKJENNING.value, row.ferdig_notat),
            (done + timedelta(hours=3), leader, "godkjenn", Status.VENTAR_GODKJENNING.value, Status.UTFORT.value, ""),
        ]
        if row.effekt_frist < verda.today:
            judged = min(done + timedelta(days=verda.katalog.effekt_dagar, hours=5), verda.now)
            row.status, row.effekt_resultat, row.effekt_tid = (
                Status.VURDERT.value,
                rng.choice(("god", "god", "delvis", "darleg")),
                judged,
            )
            row.effekt_notat = "Vi ser det på avvika dei siste tre månadene."
            told.append((judged, leader, "vurder", Status.UTFORT.value, Status.VURDERT.value, row.effekt_notat))
        return told


def _savings(db: Session, verda: Verda, rng: random.Random) -> None:
    """The table, marked as made up: it never mixes with one that is read in."""
    top = verda.units[0]
    last, this = verda.today.year - 1, verda.today.year
    table = Omstillingstabell(
        namn=f"Sparetiltak {last}–{this}",
        filnamn="",
        eining_id=top.id,
        maal=_GOAL,
        demo=True,
        innlest=verda.now - timedelta(days=300),
        innlest_av_id=None,
    )
    db.add(table)
    db.flush()
    units = {unit.namn: unit.id for unit in verda.units}
    for nr, (department, account, measure, before, now, who, status, kind) in enumerate(_SAVINGS, start=1):
        row = Omstillingsrad(
            tabell_id=table.id,
            nokkel=f"demo-{nr}",
            nr=nr,
            avdeling=department,
            eining_id=units.get(department),
            ansvar=account,
            tiltak=measure,
            kven=who,
            status=status,
            slag=Slag(kind).value,
        )
        db.add(row)
        db.flush()
        share = 0.0 if kind != "vedteke" else rng.choice((0.6, 0.85, 1.0, 1.05))
        if before:
            db.add(
                Omstillingsbelop(rad_id=row.id, aar=last, planlagt=before, realisert=round(before * share, -3) if share else None)
            )
        if now:
            realised = round(now * share * 0.7, -3) if share and rng.random() < 0.7 else None
            db.add(Omstillingsbelop(rad_id=row.id, aar=this, planlagt=now, realisert=realised))
