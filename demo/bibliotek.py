"""The rows of the demo's library: documents with their versions, a hearing, readings, and the needs they cover."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from demo.organisasjon import Unit
from demo.personar import Ansatt
from demo.verda import Verda
from kjerne.access import Rolle
from kjerne.clock import add_months, from_oslo
from prosedyrar.behov import all_needs
from prosedyrar.models import (
    Hoyring,
    HoyringDeltakar,
    HoyringMerknad,
    Kontrollsporsmal,
    Lesekrav,
    Lesekvittering,
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreHending,
    ProsedyreOpning,
    ProsedyreVersjon,
)
from prosedyrar.models.behov import Eigenrutine, Rutinedekning
from prosedyrar.rules import INTERVALL, Dokumenttype

__all__ = ["Library"]

_LESEKRAV: Final = (
    "legemiddelhandtering", "handhygiene", "teieplikt", "forverring_news2", "brannvern", "avvikshandtering", "vald_truslar",
    "fall", "dokumentasjon_epj", "hlr",
)  # fmt: skip
#: Asked for so many days ago, and not yet signed by the demo's own logins: there is something to read.
_ULESE: Final = {"handhygiene": 8, "forverring_news2": 20}
#: The control questions: question, answers, and which is right.
_SPORSMAL: Final = {
    "handhygiene": (
        ("Kva brukar du når hendene ikkje er synleg skitne?", "Handsprit\nSåpe og vatn\nHanskar", 0),
        ("Kan du bruke ring på jobb?", "Ja, ein glatt ring\nNei", 1),
    ),
    "legemiddelhandtering": (
        ("Kven kontrollerer dosetten?", "Den som la han i\nEin annan enn den som la han i\nLegen", 1),
        ("Kva gjer du når du er i tvil?", "Ringjer ansvarleg sjukepleiar før du gir\nGir og noterer\nVentar til neste vakt", 0),
    ),
}
_MERKNADER: Final = (
    ("Framgangsmåte", "Det må stå kva vi gjer i helga, når leiaren ikkje er på jobb.", "teken_inn", "Lagt til eit punkt om helg."),
    ("Ansvar", "Kan vikarar ha dette ansvaret åleine?", "ikkje", "Nei. Det står no at det må vere fast tilsett."),
    ("", "Bra at han er kort. Legg gjerne ved skjemaet.", None, ""),
)
_PLAN: Final = ("overgrep", 60)
#: The municipality's own: nynorsk, bokmål, English, theme, kinds of units, where it is decided, role.
_EIGNE: Final = (
    ("Besøk av hundar og andre dyr", "Besøk av hunder og andre dyr", "Visits by dogs and other animals", "smittevern",
     "dagtilbod|institusjon", "Kommunestyrevedtak 34/25", "leiar"),
    ("Vinterberedskap når vegen over fjellet er stengd", "Vinterberedskap når veien over fjellet er stengt",
     "Winter preparedness when the mountain road is closed", "beredskap", "heimeteneste|helseteneste", "ROS for sektoren 2025",
     "kommunalsjef"),
)  # fmt: skip
_ORD: Final = {
    "nn": (
        "Formål",
        "Sikre at «%s» blir gjort likt og trygt av alle.",
        "Omfang",
        "Gjeld alle tilsette i %s, også vikarar.",
        "Ansvar",
        "Leiaren syter for opplæring. Kvar enkelt følgjer prosedyren.",
        "Framgangsmåte",
        "Avvik",
        "Meld avvik same vakt når prosedyren ikkje blir følgd, eller ikkje passar.",
        "Dokumentasjon",
        "Skriv i journalen det som gjeld den enkelte. Ingen namn her.",
        "Referansar",
    ),
    "nb": (
        "Formål",
        "Sikre at «%s» blir gjort likt og trygt av alle.",
        "Omfang",
        "Gjelder alle ansatte i %s, også vikarer.",
        "Ansvar",
        "Lederen sørger for opplæring. Hver enkelt følger prosedyren.",
        "Fremgangsmåte",
        "Avvik",
        "Meld avvik samme vakt når prosedyren ikke blir fulgt, eller ikke passer.",
        "Dokumentasjon",
        "Skriv i journalen det som gjelder den enkelte. Ingen navn her.",
        "Referanser",
    ),
}


@dataclass
class Library:
    """Rows by table, with ids given here."""

    verda: Verda
    rng: random.Random
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    of_need: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)

    def put(self, model: Any, **values: Any) -> dict[str, Any]:
        """One more row of a table; its id is its place."""
        rows = self.rows.setdefault(model.__tablename__, [])
        if "id" in model.__table__.c:
            values["id"] = len(rows) + 1
        rows.append(values)
        return values

    @property
    def writer(self) -> Ansatt:
        """Who writes most: the quality coordinator."""
        return self.verda.rollar.holder(Rolle.KVALITETSKOORDINATOR)

    def unit(self, kode: str) -> Unit:
        """The unit with that code."""
        return next(unit for unit in self.verda.units if unit.kode == kode)

    def approver(self, unit: Unit) -> Ansatt:
        """The nearest leader, of the unit or above, who is not the writer."""
        return next(person for person in self.verda.folk.line(unit) if person.id != self.writer.id)

    def moment(self, day: date, hour: int = 10) -> datetime:
        """A time of that day, never after now."""
        return min(from_oslo(datetime.combine(day, time(hour, self.rng.randrange(60)))), self.verda.now)

    def add(self, row: dict[str, str]) -> None:
        """One document with its versions."""
        unit, today = self.unit(row["eining"]), self.verda.today
        months = INTERVALL[Dokumenttype(row["type"])]
        age = {"overfrist": months * 30 + self.rng.randint(30, 200), "endra": self.rng.randint(300, 600)}
        days = age.get(row["stand"], self.rng.randint(40, min(months, 12) * 28))
        first = today - timedelta(days=days)
        newest = first + timedelta(days=days // 2) if row["stand"] == "endra" else first
        valid = row["stand"] not in {"kladd", "utgatt"}
        common = next((one for one in self.rows.get("prosedyre", ()) if one["eining_id"] == 1), None)
        document = self.put(
            Prosedyre,
            tittel=row["tittel"],
            dokumenttype=row["type"],
            tema=row["tema"],
            eining_id=unit.id,
            eigar_id=self.approver(unit).id,
            revisjonsintervall=months,
            revisjonsfrist=add_months(newest, months) if valid else None,
            ekstern_lenkje="",
            tillegg_til_id=common["id"] if row["stand"] == "tillegg" and common else None,
            heimel=all_needs()[row["behov"]].kjelde if row["behov"] else "",
            nokkelord="",
            laga=self.moment(first - timedelta(days=30)),
            laga_av_id=self.writer.id,
            versjon=1,
        )
        if row["behov"]:
            self.of_need.setdefault(row["behov"], document)
        self._versions(row, unit, document, first, newest)
        if valid:
            self._openings(document, first)

    def _versions(self, row: dict[str, str], unit: Unit, document: dict[str, Any], first: date, newest: date) -> None:
        steps = row["steg"].split("|")
        stand, today = row["stand"], self.verda.today
        if stand == "kladd":
            self._version(row, unit, document, steps, (1, 0), "kladd", today - timedelta(days=9))
            return
        ended = newest if stand == "endra" else today - timedelta(days=45) if stand == "utgatt" else None
        old = self._version(
            row, unit, document, steps[:-1] if stand == "endra" else steps, (1, 0), "utgaatt" if ended else "gyldig", first, ended
        )
        if stand == "endra":
            new = self._version(row, unit, document, steps, (2, 0), "gyldig", newest, None, before=old)
            self.changed[row["behov"]] = document, new
        elif stand == "hoyring":
            self._hearing(
                unit, self._version(row, unit, document, steps, (2, 0), "paa_hoyring", today - timedelta(days=12), None, before=old)
            )
        elif stand == "godkjenning":
            self._version(row, unit, document, steps, (1, 1), "til_godkjenning", today - timedelta(days=4), None, before=old)

    def _version(  # noqa: PLR0917 - what a version consists of
        self,
        row: dict[str, str],
        unit: Unit,
        document: dict[str, Any],
        steps: Sequence[str],
        number: tuple[int, int],
        state: str,
        day: date,
        ended: date | None = None,
        before: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        in_force = state in {"gyldig", "utgaatt"}
        approver = self.approver(unit)
        begun = self.moment(day - timedelta(days=25 if in_force else 0), 9)
        done = self.moment(day, 13)
        made = self.put(
            ProsedyreVersjon,
            prosedyre_id=document["id"],
            forrige_id=before["id"] if before else None,
            major=number[0],
            minor=number[1],
            tilstand=state,
            tekst=_text(row, unit, steps, document["heimel"]),
            endringsnotat="" if before is None else "Nytt steg etter avvik." if number[1] == 0 else "Retta skrivefeil.",
            forfattar_id=self.writer.id,
            laga=begun,
            endra=begun,
            endra_av_id=self.writer.id,
            godkjennar_id=approver.id if in_force else None,
            godkjent=done if in_force else None,
            gyldig_fra=day if in_force else None,
            gyldig_til=ended,
            versjon=1,
        )
        lines = [("laga", self.writer.id, begun)]
        if state == "til_godkjenning":
            lines.append(("til-godkjenning", self.writer.id, done))
        if state == "paa_hoyring":
            lines.append(("hoyring", self.writer.id, done))
        if in_force:
            lines += [("til-godkjenning", self.writer.id, self.moment(day - timedelta(days=3))), ("godkjenn", approver.id, done)]
        if ended is not None:
            lines.append(("avloyst" if row["stand"] == "endra" else "utgaa", approver.id, self.moment(ended, 13)))
        for slag, person, at in lines:
            self.put(
                ProsedyreHending, prosedyre_id=document["id"], versjon_id=made["id"], tid=at, person_id=person, slag=slag, tekst=""
            )
        return made

    def _hearing(self, unit: Unit, version: dict[str, Any]) -> None:
        today = self.verda.today
        hearing = self.put(
            Hoyring,
            versjon_id=version["id"],
            frist=today + timedelta(days=4),
            melding="Sjå særleg på framgangsmåten. Er han til å følgje på helg?",
            kort_grunn="",
            sendt=self.moment(today - timedelta(days=10)),
            sendt_av_id=self.writer.id,
            avslutta=None,
        )
        self.put(HoyringDeltakar, hoyring_id=hearing["id"], person_id=None, eining_id=unit.id, rolle="leiar")
        people = [one for one in self.verda.folk.line(unit) if one.id != self.writer.id][:2]
        people += [
            one for below in self.verda.units if below.over is unit for one in self.verda.folk.i_eining.get(below.id, ())[:1]
        ]
        for person, (section, said, answer, why) in zip(people, _MERKNADER, strict=False):
            self.put(
                HoyringMerknad,
                hoyring_id=hearing["id"],
                person_id=person.id,
                seksjon=section,
                tekst=said,
                tid=self.moment(today - timedelta(days=self.rng.randint(3, 8))),
                svar=answer,
                svar_tekst=why,
                svart_av_id=self.writer.id if answer else None,
                svart=self.moment(today - timedelta(days=1)) if answer else None,
            )

    def _openings(self, document: dict[str, Any], first: date) -> None:
        month = date(self.verda.today.year, self.verda.today.month, 1)
        for back in range(4):
            if month >= first:
                self.put(ProsedyreOpning, prosedyre_id=document["id"], maanad=month, tal=self.rng.randint(0, 60) // (back + 1))
            month = (month - timedelta(days=1)).replace(day=1)
        if self.rng.random() < 0.15:
            self.put(ProsedyreFavoritt, person_id=self.writer.id, prosedyre_id=document["id"])

    def coverage(self) -> None:
        """Each need is covered by its procedure from the owning unit down; one is planned, one nobody has thought of."""
        for code, document in self.of_need.items():
            self.put(
                Rutinedekning,
                behov=code,
                eining_id=document["eining_id"],
                prosedyre_id=document["id"],
                plan_person_id=None,
                plan_frist=None,
                grunn="",
                endra=self.verda.now,
                endra_av_id=self.writer.id,
                versjon=1,
            )
        code, days = _PLAN
        planned = {"plan_person_id": self.writer.id, "plan_frist": self.verda.today + timedelta(days=days), "prosedyre_id": None}
        moment = {"endra": self.verda.now, "endra_av_id": self.writer.id, "versjon": 1}
        self.put(Rutinedekning, behov=code, eining_id=1, grunn="", **planned, **moment)
        alone = {"plan_person_id": None, "plan_frist": None, "prosedyre_id": None}
        grunn = "Kjøkkenet har ingen brukarkontakt."
        self.put(Rutinedekning, behov="hlr", eining_id=self.unit("HO-IT-06").id, grunn=grunn, **alone, **moment)
        self._own_needs(moment)

    def _own_needs(self, moment: dict[str, Any]) -> None:
        """Two routines the municipality has found that it needs beside the starter list: one is planned, one is missing."""
        common = {"rekkje": 0, "gjeld_fra": self.verda.today - timedelta(days=120), "gjeld_til": None}
        for number, (nn, nb, en, tema, slag, heimel, ansvar) in enumerate(_EIGNE, start=1):
            words = {"nn": nn, "nb": nb, "en": en, "tema": tema, "slag": slag, "heimel": heimel, "ansvar": ansvar}
            self.put(Eigenrutine, kode=f"eigen-{number}", **words, **common, **moment)
        planned = {"plan_person_id": self.writer.id, "plan_frist": self.verda.today + timedelta(days=60), "prosedyre_id": None}
        self.put(Rutinedekning, behov="eigen-1", eining_id=1, grunn="", **planned, **moment)

    def readings(self) -> None:
        """Who must read what, and most have: later in the units that report little."""
        for code in _LESEKRAV:
            document = self.of_need[code]
            version = next(
                one
                for one in self.rows["prosedyre_versjon"]
                if one["prosedyre_id"] == document["id"] and one["tilstand"] == "gyldig"
            )
            first: date = version["gyldig_fra"]
            for place, (question, answers, right) in enumerate(_SPORSMAL.get(code, ()), start=1):
                self.put(Kontrollsporsmal, versjon_id=version["id"], rekkje=place, sporsmal=question, svar=answers, rett=right)
            self.put(
                Lesekrav, prosedyre_id=document["id"], eining_id=document["eining_id"], rolle="", yrke="", frist_dagar=14,
                medsignatur=code == "legemiddelhandtering", laga_av_id=self.writer.id,
                fra=self.verda.today - timedelta(days=_ULESE[code]) if code in _ULESE else first,
            )  # fmt: skip
            top = next(unit for unit in self.verda.units if unit.id == document["eining_id"])
            for unit in self.verda.units:
                if unit.sti.startswith(top.sti):
                    self._read_by(unit, document, version, first, unread=code in _ULESE)

    def _read_by(self, unit: Unit, document: dict[str, Any], version: dict[str, Any], first: date, *, unread: bool) -> None:
        waiting = {one.person.id for one in self.verda.rollar.innloggingar if one.rolle is Rolle.TILSETT} if unread else set()
        keen = {"hog": 0.97, "normal": 0.92, "lag": 0.78}[unit.kultur]
        for person in self.verda.folk.i_eining.get(unit.id, ()):
            begun = max(first, person.fra)
            if person.eining is not unit or self.rng.random() > keen or begun >= self.verda.today:
                continue
            if person.id in waiting:
                continue
            day = begun + timedelta(days=min(int(self.rng.expovariate(1 / 5)), (self.verda.today - begun).days))
            self.put(
                Lesekvittering, prosedyre_id=document["id"], versjon_id=version["id"], major=version["major"], person_id=person.id,
                tid=self.moment(day), medsignert=None, medsignert_av_id=None,
            )  # fmt: skip


def _text(row: dict[str, str], unit: Unit, steps: Sequence[str], heimel: str) -> str:
    """A whole little procedure in the sections of domene 5.2."""
    aim, why, scope, who, duty, leader, how, gap, report, record, note, refs = _ORD[row["sprak"]]
    parts = [
        f"## {aim}\n\n{why % row['tittel']}",
        f"## {scope}\n\n{who % unit.namn}",
        f"## {duty}\n\n{leader}",
        f"## {how}\n\n" + "\n".join(f"{number}. {step}." for number, step in enumerate(steps, start=1)),
        f"## {gap}\n\n{report}",
        f"## {record}\n\n{note}",
    ]
    if heimel:
        parts.append(f"## {refs}\n\n- {heimel}")
    return "\n\n".join(parts) + "\n"
