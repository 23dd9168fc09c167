"""What the demo's cases need to know of the rest: people, roles, deadlines, duties, rules of the reference data."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from avvik.actions.duties import SCHEMES
from avvik.rules import Deadlines, deadlines
from demo.organisasjon import Unit
from demo.personar import Ansatt, Folk
from demo.plan import Rammer
from demo.roller import Rollar
from kjerne.access import Rolle
from kjerne.clock import from_oslo, oslo_date
from kjerne.config import Config
from kjerne.innstilling import settings
from kjerne.katalog import Frist, Hovudtype, Meldeplikt, MeldepliktKopling, Tilleggsfelt, Underkategori, Utfall, by_code, in_force

__all__ = ["Katalog", "Verda", "read_katalog"]


@dataclass(frozen=True)
class Katalog:
    """The reference data in force, read once."""

    frist: dict[int, Frist]
    kopling: list[MeldepliktKopling]
    meldeplikt: dict[str, Meldeplikt]
    gruppe: dict[str, str]
    tillegg: list[Tilleggsfelt]
    endrar_praksis: frozenset[str]
    rammer: Rammer
    meldeordning: str
    effekt_dagar: int
    _duties: dict[tuple[str, str, int, bool], list[str]] = field(default_factory=dict)
    _extra: dict[tuple[str, str], list[Tilleggsfelt]] = field(default_factory=dict)

    def duties(self, hovudtype: str, underkategori: str, worst: int, *, injured: bool) -> list[str]:
        """Codes of the duties a case brings up; the same rule as `avvik.actions.duties.duties_of`, worked out once a kind."""
        asked = hovudtype, underkategori, worst, injured
        if asked not in self._duties:
            self._duties[asked] = self._find_duties(hovudtype, underkategori, worst, injured=injured)
        return self._duties[asked]

    def _find_duties(self, hovudtype: str, underkategori: str, worst: int, *, injured: bool) -> list[str]:
        found: list[str] = []
        for row in self.kopling:
            fits = row.underkategori in {"", underkategori} and row.hovudtype in {"", hovudtype} and row.min_alvor <= worst
            if not fits or (row.krev_personskade and not injured):
                continue
            code = self.meldeordning if row.meldeplikt in SCHEMES else row.meldeplikt
            if code not in found:
                found.append(code)
        return found

    def extra_fields(self, hovudtype: str, underkategori: str) -> list[Tilleggsfelt]:
        """The extra fields such a case may carry."""
        asked = hovudtype, underkategori
        if asked not in self._extra:
            self._extra[asked] = [
                row
                for row in self.tillegg
                if row.hovudtype == hovudtype and (not row.underkategori or underkategori in row.underkategori.split("|"))
            ]
        return self._extra[asked]


def read_katalog(db: Session, day: date) -> Katalog:
    """Read the reference data that holds on a day."""
    types = db.scalars(in_force(Hovudtype, day)).all()
    ours = settings(db)
    live = select(MeldepliktKopling).where(
        MeldepliktKopling.gjeld_fra <= day, MeldepliktKopling.gjeld_til.is_(None) | (MeldepliktKopling.gjeld_til >= day)
    )
    return Katalog(
        frist={row.alvor: row for row in db.scalars(select(Frist).where(Frist.gjeld_fra <= day).order_by(Frist.gjeld_fra))},
        kopling=list(db.scalars(live.order_by(MeldepliktKopling.id))),
        meldeplikt=by_code(db, Meldeplikt, day),
        gruppe={kode: row.sensitiv_gruppe for kode, row in by_code(db, Underkategori, day).items()},
        tillegg=list(db.scalars(in_force(Tilleggsfelt, day))),
        endrar_praksis=frozenset(row.kode for row in db.scalars(in_force(Utfall, day)) if row.endra_praksis),
        rammer=Rammer(
            anonym=frozenset(row.kode for row in types if row.anonym),
            konfidensiell=frozenset(row.kode for row in types if row.konfidensiell),
        ),
        meldeordning=ours["meldeordning"],
        effekt_dagar=int(ours["effekt_dagar"]),
    )


@dataclass
class Verda:
    """The demo's world. `now` is handed in; `rng` is the only source of chance."""

    rng: random.Random
    now: datetime
    config: Config
    katalog: Katalog
    units: list[Unit]
    folk: Folk
    rollar: Rollar
    _deadlines: dict[tuple[date, int], Deadlines] = field(default_factory=dict)
    _lines: dict[int, list[Ansatt]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The date in Oslo."""
        return oslo_date(self.now)

    @property
    def coordinator(self) -> Ansatt:
        """Who closes severe cases."""
        return self.rollar.holder(Rolle.KVALITETSKOORDINATOR)

    def line(self, unit: Unit) -> list[Ansatt]:
        """Leader, deputy and those above, in the order a case looks for its handler; worked out once a unit."""
        if unit.id not in self._lines:
            self._lines[unit.id] = self.folk.line(unit)
        return self._lines[unit.id]

    def handler(self, unit: Unit, day: date, excluded: frozenset[int]) -> Ansatt:
        """Who gets a case of a unit on a day: leader, deputy, next up; else the coordinator."""
        for person in self.line(unit):
            if person.id not in excluded and person.works(day):
                return person
        return self.coordinator

    def deadlines(self, filed: datetime, alvor: int) -> Deadlines:
        """The deadlines of a case; worked out once for each day and severity."""
        key = (oslo_date(filed), alvor)
        if key not in self._deadlines:
            row = self.katalog.frist[alvor]
            noon = from_oslo(datetime(key[0].year, key[0].month, key[0].day, 12))  # noqa: DTZ001 - Oslo wall time
            self._deadlines[key] = deadlines(
                noon, answer_days=row.svar_arbeidsdagar, start_days=row.start_dagar, close_days=row.lukking_dagar
            )
        return self._deadlines[key]
