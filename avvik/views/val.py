"""What the steps' forms offer to choose from: pairs of value and text, read only for steps that are open."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from avvik.queries.sak import Ordliste, Sak
from avvik.queries.sak_par import Rundt
from avvik.rules import Steg
from kjerne.access import Right, roles_with
from kjerne.einingar import tree
from kjerne.i18n import current
from kjerne.katalog import Arsak, Art, Hovudtype, Meldeplikt, Post, Underkategori, Utfall, live, versions
from kjerne.kept import kept
from kjerne.work import Work

Par = tuple[tuple[str, str], ...]
#: The forms' fields that offer rows of a reference table.
_TABLES: dict[str, type[Post]] = {
    "hovudtype": Hovudtype,
    "underkategori": Underkategori,
    "art": Art,
    "arsak": Arsak,
    "utfall": Utfall,
}


def _in_force(work: Work) -> dict[str, Par]:
    """The rows of those tables that hold today, in the language in force: the same for every case, kept."""

    def load(own: Session) -> dict[str, Par]:
        return {name: tuple((row.kode, row.label) for row in live(own, table, work.today)) for name, table in _TABLES.items()}

    return kept(work.db, f"val i steg {work.today} {current()}", load)


def _with_own(work: Work, name: str, offered: Par, code: str) -> Par:
    """The rows that hold today, and the case's own code where it has ended since."""
    gone = versions(work.db, _TABLES[name]).get(code, []) if all(code != one for one, _text in offered) else []
    return (*offered, (code, gone[-1].label)) if gone else offered


def choices(work: Work, avvik: Any, words: Ordliste) -> dict[str, Par]:
    """The reference rows the forms offer."""
    found = dict(_in_force(work))
    for name in ("hovudtype", "underkategori", "art"):
        found[name] = _with_own(work, name, found[name], getattr(avvik, name))
    return found | {"alvor": tuple((str(niva), f"{niva} {words.alvor[niva].label}") for niva in sorted(words.alvor))}


def _duties(work: Work) -> Par:
    def load(own: Session) -> Par:
        return tuple((row.kode, f"{row.text('styresmakt')}: {row.label}") for row in live(own, Meldeplikt, work.today))

    return kept(work.db, f"plikter i steg {work.today} {current()}", load)


def _units(work: Work) -> Par:
    """The units that are active today, in the organisation's order."""

    def load(own: Session) -> Par:
        units = tree(own).einingar.values()
        return tuple((unit.kode, unit.namn) for unit in units if unit.gjeld_fra <= work.today <= (unit.gjeld_til or work.today))

    return kept(work.db, f"einingar i steg {work.today}", load)


def _handlers(rundt: Rundt) -> dict[str, str]:
    """Who may be given the case, by employee number: as `routing.handlers_for` finds them, in order of name."""
    handling = {role.value for role in roles_with(Right.AVVIK_BEHANDLE)}
    return _employed([*(one for one in rundt.linje if one[3] in handling), *rundt.stedfortredar])


def _employed(people: Iterable[tuple[str, str, bool, str]]) -> dict[str, str]:
    found = {number: name for number, name, here, _role in people if here}
    return dict(sorted(found.items(), key=lambda person: person[1]))


def _owners(work: Work, rundt: Rundt, handlers: dict[str, str]) -> Par:
    """Who may own a measure: the unit's people, and those who may handle the case."""
    people = {**handlers, work.me.ansattnr: work.me.namn, **_employed(rundt.tilsett)}
    return tuple(sorted(people.items(), key=lambda person: person[1]))


class Tilbod(NamedTuple):
    """What the open steps' forms offer, and what is chosen already: nothing that people wrote, so that they are drawn once.

    `eining`: the case's unit; `klokker`: its duties, id and name; `fleire`: other reports were joined with the case.
    `liknande` and `bruk`: cases like it, and measures that exist, are offered.
    """

    steg: tuple[str, ...] = ()
    hovudtype: Par = ()
    underkategori: Par = ()
    art: Par = ()
    alvor: Par = ()
    arsak: Par = ()
    utfall: Par = ()
    plikter: Par = ()
    einingar: Par = ()
    handterarar: Par = ()
    eigarar: Par = ()
    klokker: Par = ()
    vald: tuple[str | int | None, ...] = ()
    valde_arsaker: tuple[str, ...] = ()
    valde_utfall: tuple[str, ...] = ()
    eg: str = ""
    eining: str = ""
    fleire: bool = False
    liknande: bool = False
    bruk: bool = False


def for_steps(work: Work, sak: Sak, rundt: Rundt, words: Ordliste, steps: Collection[Steg], *, liknande: bool) -> Tilbod:
    """The choices of the open steps. `rundt`: the people around the case; `liknande`: there are cases like it."""
    if not steps:
        return Tilbod()
    handlers = _handlers(rundt)
    joined = [linje.hending.slag for linje in sak.historie if linje.hending.slag in {"duplikat_inn", "duplikat_ut"}]
    avvik = sak.avvik
    return Tilbod(
        **(choices(work, avvik, words) if Steg.KLASSIFISER in steps else {}),
        steg=tuple(steg.value for steg in steps),
        plikter=_duties(work) if Steg.MELDEPLIKT in steps else (),
        einingar=_units(work) if Steg.SEND_VIDARE in steps else (),
        handterarar=tuple(handlers.items()) if Steg.TILDEL in steps else (),
        eigarar=_owners(work, rundt, handlers) if Steg.TILTAK in steps else (),
        klokker=tuple((str(one.rad.id), one.regel.text("styresmakt") if one.regel else one.rad.meldeplikt) for one in sak.plikter),
        vald=(avvik.hovudtype, avvik.underkategori, avvik.art, avvik.alvor, avvik.alvor_mogleg),
        valde_arsaker=tuple(row.kode for row in sak.arsaker),
        valde_utfall=tuple(row.kode for row in sak.utfall),
        eg=work.me.ansattnr,
        eining=sak.eining.kode,
        fleire=joined[-1:] == ["duplikat_inn"],
        liknande=liknande,
        bruk=bool(sak.tilbod),
    )
