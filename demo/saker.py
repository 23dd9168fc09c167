"""Demo cases as rows: from plans to everything the tables hold about a case, with numbers and keys."""

import hashlib
import random
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from avvik.actions.duties import BREACH, SCHEMES
from avvik.actions.melding import code_hash, tracking_code
from avvik.rules import HIGH, LEVELS, Status, duty_deadline, escalation_level
from demo.brev import Postkasse
from demo.bulk import Rader
from demo.forlop import course
from demo.historie import Linje, tell
from demo.plan import Plan
from demo.sak import Plikt, Sak
from demo.tekstar import describe, phrase
from demo.tiltaksrader import add_measures
from demo.verda import Verda
from kjerne.clock import OSLO, oslo_date
from kjerne.log import ANONYM

__all__ = ["Line", "Skrivar"]

_NY_ALVOR = 0.09
_NY_TYPE = 0.04
_UTFALL = {"prosedyre_endra": 13, "ny_prosedyre": 4, "ny_praksis": 12, "opplaering": 22, "utstyr_bygg": 9, "ingen": 40}
#: Duties that hold more often than not when they come up, and those that hardly ever do.
_MELDT = {
    "informere_pasient": 0.8,
    "yrkesskade_nav": 0.6,
    "tvang_enkeltepisode": 0.8,
    "unaturleg_dodsfall": 0.0,
    "elmed_dodsfall": 0.0,
}
_NYLEG = timedelta(days=60)


def _notified(code: str, alvor: int) -> float:
    """The chance that a duty that came up was found to hold: serious events are rare (domene 8.3: 0-1 a year)."""
    if code in SCHEMES:
        return 0.3 if alvor == max(LEVELS) else 0.0
    if code == BREACH:
        return 0.5 if alvor >= 3 else 0.0
    return _MELDT.get(code, 0.1)


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


class Line(NamedTuple):
    """A line of the log to be, as `kjerne.log.record` would be told."""

    tid: datetime
    aktor: str
    subjekt_id: str
    alvor: int


class Skrivar:
    """Writes case after case, in order of filing: numbers run by year."""

    def __init__(self, verda: Verda, rader: Rader, numbers: Mapping[int, int], mail_from: int) -> None:
        self.verda = verda
        self.rader = rader
        self.numbers = Counter(numbers)
        self.lines: list[Line] = []
        self._measures: dict[int, int] = {}
        self._alike: dict[tuple[int, str], int] = {}
        self._post = Postkasse(verda, rader, mail_from)

    @property
    def rng(self) -> random.Random:
        """The only source of chance."""
        return self.verda.rng

    def write(self, plan: Plan) -> None:
        """One case with everything that belongs to it."""
        if plan.anonym:
            plan.meldt, plan.hendt = _whole_hour(plan.meldt), _whole_hour(plan.hendt)
        sak = self._make(plan)
        extra = self._extra(sak)
        sak.plikter = self._decide(sak, injured=extra.get("personskade") == "ja")
        add_measures(self.verda, self.rader, sak, self._measures)
        lines = tell(self.rng, sak)
        lofta = self._lift(sak, lines)
        self._case(sak, lofta)
        self._people(sak)
        self._history(sak, lines)
        self._results(sak)
        self._duties(sak)
        for felt, verdi in extra.items():
            self.rader.add("avvik_tillegg", avvik_id=sak.id, felt=felt, verdi=verdi)
        self._readings(sak)
        self._log(sak)
        self._post.letters(sak)

    def _make(self, plan: Plan) -> Sak:
        verda, rng = self.verda, self.rng
        forlop = course(rng, plan, verda.now)
        line = verda.line(plan.eining)
        inhabile = frozenset(person.id for person in line if person.eining is plan.eining) if plan.gjeld_leiar else frozenset()
        handler = verda.handler(plan.eining, oslo_date(plan.meldt), inhabile | {plan.meldar.id})
        severe = plan.alvor >= HIGH
        if plan.steg == "koordinator":
            handler = verda.coordinator
        local = plan.hendt.astimezone(OSLO)
        story = describe(rng, plan.underkategori, plan.meldar.tekstsprak, miljo=plan.eining.miljo, tidspunkt=local)
        aar = oslo_date(plan.meldt).year
        self.numbers[aar] += 1
        group = "leiarsak" if plan.gjeld_leiar else self.verda.katalog.gruppe.get(plan.underkategori, "")
        sak = Sak(
            id=self.rader.number("avvik"),
            aar=aar,
            lopenr=self.numbers[aar],
            plan=plan,
            forlop=forlop,
            story=story,
            handler=handler,
            closer=verda.coordinator if severe else handler,
            gruppe="varsel" if plan.steg == "varsel" else group,
            inhabile=inhabile,
            alvor_meldt=plan.alvor,
            underkategori_meldt=plan.underkategori,
        )
        if forlop.start is not None and not plan.steg:
            self._correct(sak)
        self._conclude(sak)
        return sak

    def _correct(self, sak: Sak) -> None:
        """Some were filed as another level or kind than they turned out to be."""
        if self.rng.random() < _NY_ALVOR:
            sak.alvor_meldt = min(5, max(1, sak.plan.alvor + self.rng.choice((-1, 1))))
        if self.rng.random() < _NY_TYPE:
            sak.underkategori_meldt = "anna"

    def _conclude(self, sak: Sak) -> None:
        """Causes when it is well under way, outcomes when it has ended."""
        rng, status = self.rng, sak.forlop.status
        ended = sak.first_end is not None and status is not Status.AVVIST
        if ended or status in {Status.TILTAK, Status.VENTAR_EFFEKT}:
            sak.arsaker[sak.story.arsak] = sak.story.arsaksnotat if rng.random() < 0.6 else ""
            if rng.random() < 0.2:
                sak.arsaker.setdefault(rng.choice(("kommunikasjon", "bemanning", "rutine_ikkje_folgd")), "")
        if ended:
            weights = {**_UTFALL, "ingen": max(3, _UTFALL["ingen"] - 12 * (sak.plan.alvor - 1))}
            first = rng.choices(list(weights), list(weights.values()))[0]
            sak.utfall[first] = phrase(rng, "ingen_grunn", sak.sprak) if first == "ingen" else ""
            if first not in {"ingen", "opplaering"} and rng.random() < 0.25:
                sak.utfall["opplaering"] = ""

    def _extra(self, sak: Sak) -> dict[str, str]:
        """Values of the extra fields; what an injury asks for only where somebody was hurt."""
        rng, found = self.rng, {}
        fields = self.verda.katalog.extra_fields(sak.plan.hovudtype, sak.plan.underkategori)
        hurt = rng.random() < 0.12 + 0.15 * (sak.plan.alvor - 1)
        for row in fields:
            if row.kode == "personskade":
                found[row.kode] = "ja" if hurt else "nei"
            elif row.kode in {"skadde_rolle", "skadetype", "kroppsdel"} and not hurt:
                continue
            elif row.type == "val":
                found[row.kode] = rng.choice(row.val_nn.split("|"))
            elif row.type == "ja_nei":
                found[row.kode] = "ja" if rng.random() < 0.2 else "nei"
            elif row.kode == "tal_personar":
                found[row.kode] = str(rng.choice((1, 1, 1, 2, 4, 12)))
        return found

    def _lift(self, sak: Sak, lines: list[Linje]) -> int:
        """How far up a late open case has been lifted, with the system's line about it."""
        if not sak.is_open or sak.forlop.status is Status.VENTAR_EFFEKT or sak.plan.steg == "varsel":
            return 0
        due = self.verda.deadlines(sak.plan.meldt, sak.plan.alvor).lukking
        rule = self.verda.katalog.frist[sak.plan.alvor]
        today = self.verda.today
        level = escalation_level(today, due, sak.plan.alvor, days=rule.eskaler_dagar, sector_days=rule.eskaler_sektor_dagar)
        if level == 0 or sak.gruppe:
            return level
        above = sak.plan.eining.over if sak.plan.eining.over is not None else sak.plan.eining
        found = self.verda.handler(above, today, frozenset({sak.handler.id}))
        when = self.verda.now - timedelta(days=min(3, (today - due).days - 1), hours=4)
        lines.append(Linje(max(when, lines[-1].tid), "lofta", "system", None, til=found.namn, synleg=sak.plan.alvor >= HIGH))
        return level

    def _case(self, sak: Sak, lofta: int) -> None:
        plan, forlop = sak.plan, sak.forlop
        dates = self.verda.deadlines(plan.meldt, plan.alvor)
        key = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        secret = self.verda.config.secret_key
        ended = forlop.slutt is not None
        varsel = plan.steg == "varsel"
        text = phrase(self.rng, "leiarsak", sak.sprak) if plan.gjeld_leiar or varsel else sak.story.skildring
        self.rader.add(
            "avvik",
            id=sak.id,
            aar=sak.aar,
            lopenr=sak.lopenr,
            eining_id=plan.eining.id,
            hendt=plan.hendt,
            meldt=plan.meldt,
            manad=sak.aar * 100 + oslo_date(plan.meldt).month,
            hovudtype=plan.hovudtype,
            underkategori=plan.underkategori,
            hovudtype_meldt=plan.hovudtype,
            underkategori_meldt=sak.underkategori_meldt,
            art=plan.art,
            skildring=text,
            strakstiltak=sak.story.strakstiltak if self.rng.random() < 0.6 else "",
            alvor=plan.alvor if forlop.start else sak.alvor_meldt,
            alvor_meldt=sak.alvor_meldt,
            alvor_stadfesta=forlop.start is not None,
            alvor_mogleg=plan.alvor_mogleg,
            status=forlop.status.value,
            konfidensiell=plan.konfidensiell,
            anonym=plan.anonym,
            gjeld_leiar=plan.gjeld_leiar,
            er_varsel=varsel,
            sensitiv_gruppe=sak.gruppe,
            lofta=lofta,
            meldar_id=sak.reporter.id if sak.reporter else None,
            sakshandsamar_id=None if varsel else sak.handler.id,
            serie_tal=plan.serie_tal,
            parorande_informert=self.rng.random() < 0.6 if plan.hovudtype == "pasient_brukar" and plan.alvor >= 2 else None,
            frist_svar=dates.svar,
            frist_start=dates.start,
            frist_lukking=dates.lukking,
            forste_svar_tid=forlop.svar if forlop.start else None,
            starta_tid=forlop.start,
            lukka_tid=forlop.slutt,
            sluttsvar=sak.story.sluttsvar if sak.utfall else "",
            ventar_meldar=forlop.ventar_meldar,
            innvending_brukt=forlop.innvending,
            endra_praksis=ended and bool(sak.utfall.keys() & self.verda.katalog.endrar_praksis),
            sporingskode_hash=code_hash(tracking_code(key, secret)) if plan.anonym else None,
        )
        owner = None if plan.anonym else plan.meldar.id
        body = hashlib.sha256(key.encode()).hexdigest()
        self.rader.add("avvik_nokkel", nokkel=key, avvik_id=sak.id, person_id=owner, kropp_hash=body)

    def _people(self, sak: Sak) -> None:
        if sak.plan.konfidensiell:
            self.rader.add("avvik_meldar_loynd", avvik_id=sak.id, person_id=sak.plan.meldar.id)
        for person_id in sorted(sak.inhabile):
            self.rader.add("avvik_inhabil", avvik_id=sak.id, person_id=person_id)

    def _history(self, sak: Sak, lines: list[Linje]) -> None:
        for line in lines:
            self.rader.add(
                "avvik_hending",
                avvik_id=sak.id,
                tid=min(line.tid, self.verda.now),
                slag=line.slag,
                aktor=line.aktor,
                person_id=line.person.id if line.person else None,
                fra=line.fra,
                til=line.til,
                tekst=line.tekst,
                synleg_meldar=line.synleg,
            )

    def _results(self, sak: Sak) -> None:
        for code, why in sak.arsaker.items():
            self.rader.add("avvik_arsak", avvik_id=sak.id, arsak=code, kvifor=why)
        for code, why in sak.utfall.items():
            self.rader.add("avvik_utfall", avvik_id=sak.id, utfall=code, grunngiving=why)
        for _when, number in sak.tiltak:
            self.rader.add("avvik_tiltak", avvik_id=sak.id, tiltak_id=number)
        if sak.gruppe == "":
            alike = (sak.plan.eining.id, sak.plan.underkategori)
            if alike in self._alike and sak.forlop.start and self.rng.random() < 0.03:
                self.rader.add("avvik_lenkje", fra_id=self._alike[alike], til_id=sak.id)
            self._alike[alike] = sak.id

    def _decide(self, sak: Sak, *, injured: bool) -> list[Plikt]:
        """Each duty that came up: decided in cases that have ended, mostly open with a running clock else."""
        plan, forlop, rng = sak.plan, sak.forlop, self.rng
        worst = max(plan.alvor, plan.alvor_mogleg or 0)
        found = []
        for code in self.verda.katalog.duties(plan.hovudtype, plan.underkategori, worst, injured=injured):
            known = plan.meldt if forlop.start or code == BREACH else None
            decided = forlop.svar if forlop.slutt or (forlop.start and rng.random() < 0.5) else None
            if decided is None:
                found.append(Plikt(code, known, "open", None, ""))
            elif rng.random() < _notified(code, plan.alvor):
                found.append(Plikt(code, known, "meldt", decided, phrase(rng, "plikt_maate", sak.sprak)))
            else:
                found.append(Plikt(code, known, "ikkje_meldt", decided, phrase(rng, "plikt_grunn", sak.sprak)))
        return found

    def _duties(self, sak: Sak) -> None:
        for one in sak.plikter:
            rule = self.verda.katalog.meldeplikt[one.kode]
            self.rader.add(
                "avvik_meldeplikt",
                avvik_id=sak.id,
                meldeplikt=one.kode,
                kjent=one.kjent,
                frist=duty_deadline(one.kjent, rule.frist_timar, rule.frist_arbeidsdagar) if one.kjent else None,
                status=one.status,
                avgjort_tid=one.tid,
                avgjort_av_id=sak.handler.id if one.tid else None,
                maate=one.tekst if one.status == "meldt" else "",
                grunngiving=one.tekst if one.status == "ikkje_meldt" else "",
            )

    def _readings(self, sak: Sak) -> None:
        """Who opened it: its handler, and for severe ones the coordinator. Older lines are kept for a tenth only."""
        start = sak.forlop.start
        if start is None or (self.verda.now - start > _NYLEG and self.rng.random() > 0.1):
            return
        readers = [sak.handler] if sak.plan.alvor < HIGH else [sak.handler, self.verda.coordinator]
        for minutes, person in enumerate(readers):
            tid = start + timedelta(minutes=minutes)
            self.rader.add("leselogg", tid=tid, person_id=person.id, subjekt_type="avvik", subjekt_id=str(sak.id), kva="opna")

    def _log(self, sak: Sak) -> None:
        """The filing's line of the log; it gets its place in the chain when all lines before it have theirs."""
        plan = sak.plan
        actor = ANONYM if plan.anonym else "meldar" if plan.konfidensiell else str(plan.meldar.id)
        self.lines.append(Line(plan.meldt.astimezone(UTC).replace(microsecond=0), actor, str(sak.id), sak.alvor_meldt))
