"""Who holds which role in the demo, and the logins that `demo.json` tells: each role at least once."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from demo.organisasjon import FIRST_DAY, FIRST_LEADER, NEIGHBOUR, Unit
from demo.personar import Ansatt, Folk
from kjerne.access import Rolle

__all__ = ["Innlogging", "Rollar", "give_roles"]

#: Roles held by staff of the central unit, each for the whole sector.
_STAB: Final = (
    Rolle.KVALITETSKOORDINATOR,
    Rolle.PERSONVERNOMBOD,
    Rolle.BRANNVERNLEIAR,
    Rolle.INFORMASJONSTRYGGLEIK,
    Rolle.HR,
    Rolle.ADMINISTRATOR,
    Rolle.LEIING,
)
_REVISJON: Final = "Forvaltningsrevisjon bestilt av kontrollutvalet"


@dataclass(frozen=True)
class Innlogging:
    """A demo login: who, in which role, and the unit the role is held on."""

    rolle: Rolle
    person: Ansatt
    eining: Unit

    @property
    def passord(self) -> str:
        """Easy to read aloud; only made-up people have it."""
        return f"Storfjella-{self.rolle.value}"


@dataclass(frozen=True)
class Rollar:
    """Everything about roles: rows of `tilgang`, the logins in order, and named members of the groups."""

    tilgangar: list[dict[str, object]]
    innloggingar: list[Innlogging]
    grupper: dict[str, list[Ansatt]]

    def holder(self, rolle: Rolle) -> Ansatt:
        """The first holder with a login."""
        return next(one.person for one in self.innloggingar if one.rolle is rolle)


def _row(person: Ansatt, unit: Unit, rolle: Rolle, *, til: date | None = None, heimel: str = "") -> dict[str, object]:
    fra = max(person.fra, FIRST_DAY)
    return {
        "person_id": person.id,
        "eining_id": unit.id,
        "rolle": rolle.value,
        "gjeld_fra": fra,
        "gjeld_til": til,
        "heimel": heimel,
    }


def _plain(folk: Folk) -> list[dict[str, object]]:
    """Everybody is tilsett where she works; leaders are leiar of their units."""
    rows = [
        _row(person, unit, Rolle.TILSETT) for person in folk.alle for unit in (person.eining, person.ekstra) if unit is not None
    ]
    for unit_id, leader in folk.leiar.items():
        if leader.eining is not None and leader.eining.id == unit_id:
            rows.append(_row(leader, leader.eining, Rolle.LEIAR))
    return rows


def _steady(person: Ansatt, today: date) -> Ansatt:
    person.fra = min(person.fra, today - timedelta(days=1500))
    person.til = person.borte_fra = person.borte_til = None
    return person


def _verneombod(folk: Folk, units: dict[str, Unit], today: date) -> list[tuple[Ansatt, Unit]]:
    """One for each department, the institutions' first."""
    chosen = {"HO-IT": "HO-IT-05", "HO-HJ": "HO-HJ-02", "HO-BU": "HO-BU-01", "HO-HT": "HO-HT-08", "HO-PR": "HO-PR-01"}
    return [(_steady(folk.i_eining[units[work].id][4], today), units[covers]) for covers, work in chosen.items()]


def give_roles(rng: random.Random, folk: Folk, all_units: list[Unit], auditor: Ansatt, today: date) -> Rollar:
    """Hand out every role; the first tilsett and leiar share a unit, the second of each a neighbour unit."""
    units = {unit.kode: unit for unit in all_units}
    top = units["HO"]
    rows: list[dict[str, object]] = []
    logins = [
        Innlogging(Rolle.TILSETT, _steady(folk.i_eining[units[FIRST_LEADER].id][2], today), units[FIRST_LEADER]),
        Innlogging(Rolle.LEIAR, folk.leiar[units[FIRST_LEADER].id], units[FIRST_LEADER]),
    ]
    staff = [person for person in folk.i_eining[units["HO-ADM"].id] if not person.roller]
    for rolle, person in zip(_STAB, staff, strict=False):
        rows.append(_row(_steady(person, today), top, rolle))
        logins.append(Innlogging(rolle, person, top))
    chief = folk.leiar[top.id]
    rows.append(_row(chief, top, Rolle.KOMMUNALSJEF))
    logins.append(Innlogging(Rolle.KOMMUNALSJEF, chief, top))
    safety = _verneombod(folk, units, today)
    for person, unit in safety:
        rows.append(_row(person, unit, Rolle.VERNEOMBOD))
    logins.append(Innlogging(Rolle.VERNEOMBOD, safety[0][0], safety[0][1]))
    expert = _steady(folk.i_eining[units["HO-IT-01"].id][3], today)
    rows.append(_row(expert, units["HO-IT"], Rolle.FAGANSVARLEG))
    logins.append(Innlogging(Rolle.FAGANSVARLEG, expert, units["HO-IT"]))
    rows.append(_row(auditor, top, Rolle.REVISOR, til=today + timedelta(days=365), heimel=_REVISJON))
    logins.append(Innlogging(Rolle.REVISOR, auditor, top))
    logins += [
        Innlogging(Rolle.TILSETT, _steady(folk.i_eining[units[NEIGHBOUR].id][2], today), units[NEIGHBOUR]),
        Innlogging(Rolle.LEIAR, folk.leiar[units[NEIGHBOUR].id], units[NEIGHBOUR]),
    ]
    for one in logins:
        one.person.sprak, one.person.tekstsprak = None, "nn"  # the municipality's own: nynorsk
    hr, coordinator = logins[6].person, logins[2].person
    groups = {"varsel": [hr, chief, safety[0][0]], "leiarsak": [coordinator, hr]}
    return Rollar(_plain(folk) + rows, logins, groups)
