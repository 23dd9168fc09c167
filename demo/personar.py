"""887 fictional employees: professions, position shares, shifts and dates near those of domene 6.5; leaders and deputies."""

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from demo.namn import draw_names
from demo.organisasjon import KOMMUNE, Unit

__all__ = ["Ansatt", "Folk", "make_people"]

UTAN_HELSEUTDANNING: Final = frozenset({"assistent", "laerling", "student"})
#: Units without a leader of their own: the next up has their cases.
_UTAN_LEIAR: Final = frozenset({"HO-HT-03", "HO-IT-07", "HO-IT-08", "HO-BU-11", "HO-PR-04"})
#: A unit whose leader is away now: her deputy has the cases.
_LEIAR_BORTE: Final = "HO-BU-02"
_FOLKETAL: Final = 887

_YRKE: Final[dict[str, dict[str, int]]] = {
    "stab": {"leiar": 5, "sjukepleiar": 4, "fagskule": 3, "sosionom": 3},
    "kontor": {"sosionom": 6, "leiar": 2, "fagskule": 2, "vernepleiar": 1},
    "helse": {
        "helsesjukepleiar": 6,
        "jordmor": 1,
        "fysioterapeut": 4,
        "ergoterapeut": 4,
        "sjukepleiar": 2,
        "ernaering": 1,
        "student": 1,
    },
    "lege": {"lege": 6, "sjukepleiar": 7, "helsefagarbeidar": 3, "student": 1},
    "sjukeheim": {
        "sjukepleiar": 19,
        "spes_sjukepleiar": 3,
        "helsefagarbeidar": 26,
        "hjelpepleiar_omsorgsarb": 7,
        "assistent": 35,
        "laerling": 5,
        "student": 6,
    },
    "heim": {
        "sjukepleiar": 24,
        "spes_sjukepleiar": 3,
        "helsefagarbeidar": 29,
        "hjelpepleiar_omsorgsarb": 6,
        "assistent": 30,
        "laerling": 4,
        "student": 6,
    },
    "bufellesskap": {
        "vernepleiar": 14,
        "sjukepleiar": 5,
        "helsefagarbeidar": 25,
        "fagskule": 4,
        "sosionom": 2,
        "assistent": 40,
        "laerling": 5,
        "student": 7,
    },
    "oppfolging": {"vernepleiar": 5, "sjukepleiar": 4, "sosionom": 4, "helsefagarbeidar": 4, "assistent": 3},
    "aktivitet": {"helsefagarbeidar": 3, "vernepleiar": 2, "ergoterapeut": 1, "assistent": 3},
    "drift": {"reinhald": 9, "fagskule": 1},
}
_YRKE["skjerma"] = _YRKE["sjukeheim"]
_YRKE["natt"] = _YRKE["heim"]
_STILLING: Final = {100: 36, 80: 19, 75: 19, 60: 15, 50: 11}
_STILLING_UTAN: Final = {100: 11, 75: 16, 60: 20, 50: 21, 40: 14, 20: 18}
_VAKTER: Final = {"dag,kveld": 26, "dag,kveld,helg": 46, "dag": 8, "natt,helg": 12, "dag,kveld,natt,helg": 5, "helg": 3}
_FORM: Final = {"fast": 80, "vikariat": 9, "mellombels": 3, "tilkalling": 8}
_TRANSLIT: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ł": "l", " ": "."})


@dataclass
class Ansatt:
    """One made-up employee; `rolle` marks the few who get a role and a login."""

    id: int
    namn: str
    eining: Unit | None
    yrke: str
    stilling: int
    fra: date
    til: date | None
    form: str
    vakter: str
    sprak: str | None
    tekstsprak: str
    borte_fra: date | None = None
    borte_til: date | None = None
    ekstra: Unit | None = None
    roller: list[str] = field(default_factory=list)

    @property
    def ansattnr(self) -> str:
        """The employee number: also the user name."""
        return str(100_000 + self.id)

    @property
    def epost(self) -> str:
        """An address in a domain that can never exist."""
        plain = unicodedata.normalize("NFKD", self.namn.lower().translate(_TRANSLIT))
        ascii_name = "".join(sign for sign in plain if sign.isascii() and (sign.isalnum() or sign in ".-"))
        return f"{ascii_name}.{self.id}@{KOMMUNE.split()[0].lower()}.example"

    def works(self, day: date) -> bool:
        """Employed and not away on that day."""
        employed = self.fra <= day and (self.til is None or day <= self.til)
        return employed and not (self.borte_fra and self.borte_fra <= day and (self.borte_til is None or day <= self.borte_til))

    def row(self, secret: str | None) -> dict[str, object]:
        """The row in the table; `secret` is the hash of a demo login's password."""
        return {
            "id": self.id,
            "ansattnr": self.ansattnr,
            "namn": self.namn,
            "epost": self.epost,
            "yrke": self.yrke,
            "stillingsprosent": self.stilling,
            "tilsett_fra": self.fra,
            "tilsett_til": self.til,
            "tilsetjingsform": self.form,
            "vakter": self.vakter,
            "borte_fra": self.borte_fra,
            "borte_til": self.borte_til,
            "sprak": self.sprak,
            "passord_hash": secret,
        }


@dataclass
class Folk:
    """Everybody, who works where, and who leads what (by unit id)."""

    alle: list[Ansatt]
    i_eining: dict[int, list[Ansatt]]
    leiar: dict[int, Ansatt]
    stedfortredar: dict[int, Ansatt]

    def line(self, unit: Unit) -> list[Ansatt]:
        """Leader, deputy, then the same of each unit above: the order in which a case looks for its handler."""
        found: list[Ansatt] = []
        step: Unit | None = unit
        while step is not None:
            found += [table[step.id] for table in (self.leiar, self.stedfortredar) if step.id in table]
            step = step.over
        return found


def _draw(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _steady(person: Ansatt, today: date, rng: random.Random) -> None:
    """Somebody who has been here through the whole demo: leaders, deputies, those with roles and logins."""
    person.fra = today - timedelta(days=rng.randint(4 * 365, 20 * 365))
    person.til = person.borte_fra = person.borte_til = None
    person.form = "fast"


def _employee(rng: random.Random, number: int, namn: str, unit: Unit, today: date) -> Ansatt:
    profil = unit.profil
    yrke = _draw(rng, _YRKE[profil])
    shares = _STILLING_UTAN if yrke in UTAN_HELSEUTDANNING else _STILLING
    stilling = 100 if yrke in {"laerling", "leiar"} else rng.choices(list(shares), list(shares.values()))[0]
    form = "laerling" if yrke == "laerling" else _draw(rng, _FORM)
    recent = form != "fast"
    fra = today - timedelta(days=rng.randint(40, 700) if recent else int(60 + 24 * 365 * rng.random() ** 1.6))
    til = fra + timedelta(days=rng.randint(365, 1100)) if form in {"vikariat", "mellombels", "laerling"} else None
    if til is None and form == "fast" and rng.random() < 0.025:
        til = today - timedelta(days=rng.randint(10, 400))
    if til is not None and til < fra:
        til = None
    round_the_clock = unit.is_care
    vakter = "natt,helg" if profil == "natt" else _draw(rng, _VAKTER) if round_the_clock else "dag"
    sprak = rng.choices([None, "nn", "nb", "en"], [70, 10, 18, 2])[0]
    person = Ansatt(
        number, namn, unit, yrke, stilling, fra, til, form, vakter, sprak, "nb" if sprak == "nb" or rng.random() < 0.25 else "nn"
    )
    if rng.random() < 0.05:
        person.borte_fra = today - timedelta(days=rng.randint(3, 120))
        person.borte_til = today + timedelta(days=rng.randint(4, 200))
    return person


def _lead(rng: random.Random, folk: Folk, unit: Unit, today: date) -> None:
    """A leader for the unit and, where enough people work, a deputy."""
    staff = folk.i_eining[unit.id]
    if unit.kode in _UTAN_LEIAR:
        return
    leader = staff[0]
    _steady(leader, today, rng)
    leader.stilling, leader.yrke, leader.vakter = 100, "leiar", "dag"
    leader.roller.append("leiar")
    folk.leiar[unit.id] = leader
    if unit.kode == _LEIAR_BORTE:
        leader.borte_fra, leader.borte_til = today - timedelta(days=9), today + timedelta(days=40)
    if len(staff) >= 6:
        deputy = staff[1]
        _steady(deputy, today, rng)
        if deputy.yrke in UTAN_HELSEUTDANNING:
            deputy.yrke, deputy.stilling = "sjukepleiar", 100
        folk.stedfortredar[unit.id] = deputy


def _auditor(namn: str, number: int, today: date) -> Ansatt:
    return Ansatt(number, namn, None, "fagskule", 100, today - timedelta(days=30), None, "innleigd", "dag", None, "nn")


def make_people(rng: random.Random, units: list[Unit], today: date) -> Folk:
    """All employees; the last one is the auditor, who works in no unit."""
    names = [namn.heile for namn in draw_names(rng, _FOLKETAL)]
    folk = Folk([], {unit.id: [] for unit in units}, {}, {})
    for unit in units:
        for _ in range(unit.tal):
            person = _employee(rng, len(folk.alle) + 1, names[len(folk.alle)], unit, today)
            folk.alle.append(person)
            folk.i_eining[unit.id].append(person)
        _lead(rng, folk, unit, today)
        for person in folk.i_eining[unit.id][2:5]:
            _steady(person, today, rng)
    folk.alle.append(_auditor(names[len(folk.alle)], len(folk.alle) + 1, today))
    for number, unit in enumerate(units):
        siblings = [other for other in units if other.over is unit.over and other is not unit and other.is_care]
        for person in folk.i_eining[unit.id][5:]:
            if unit.is_care and siblings and rng.random() < 0.08:
                person.ekstra = siblings[number % len(siblings)]
    return folk
