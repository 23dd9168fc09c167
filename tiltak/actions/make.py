"""Making and changing measures, where they came from, and what the risk above says of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kjerne import log
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work
from tiltak import letters, queries, rules
from tiltak.actions.skriving import arrange, check_version, clean, deadline, flush, note
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.rules import Status


@dataclass(frozen=True)
class Plan:
    """What carrying it out takes: first day, kroner once, kroner per year (negative: it costs), account, funding."""

    start: date | None = None
    kostnad: int | None = None
    effekt_kr: int | None = None
    ansvar: str = ""
    finansiering: str = ""


def _planned(work: Work, plan: Plan, frist: date) -> dict[str, object]:
    """The plan as columns. Raises `Refused` for a start after the deadline or kroner out of range."""
    if plan.start is not None and plan.start > frist:
        raise Refused(_("Starten kan ikkje vere etter fristen."), "start")
    if plan.kostnad is not None and not 0 <= plan.kostnad <= rules.KRONER_MAX:
        raise Refused(_("Skriv kostnaden i heile kroner, frå 0 og oppover."), "kostnad")
    if plan.effekt_kr is not None and abs(plan.effekt_kr) > rules.KRONER_MAX:
        raise Refused(_("Skriv beløpet i heile kroner."), "effekt_kr")
    return {
        "start": plan.start,
        "kostnad": plan.kostnad,
        "effekt_kr": plan.effekt_kr,
        "ansvar": clean(work, plan.ansvar, "ansvar", max_len=rules.KONTO_MAX, required=False),
        "finansiering": clean(work, plan.finansiering, "finansiering", max_len=rules.FINANSIERING_MAX, required=False),
    }


def create_tiltak(
    work: Work,
    *,
    tittel: str,
    skildring: str,
    ansvarleg: Person,
    eining_id: int,
    frist: date,
    type: str = "korrigerande",  # noqa: A002 - the column's name
    prioritet: int = 2,
    plan: Plan | None = None,
    opphav: tuple[str, int, str, bool] | None = None,
    skjerma: bool = False,
) -> Tiltak:
    """Make a measure; its owner gets a letter. `opphav` is (kind, id, name, whether the name is drawn).

    `opphav`'s kind is one of `rules.Kjelde`; the name is short ("2026-17", "ROS 4, rad 2"), never a text of the case.
    `skjerma` for a case that few may see: the owner then sees title and deadline only. The caller has asked whether the maker
    may make one here. Raises `Refused` for a bad text, deadline, kind, plan or owner.
    """
    if work.db.get(Eining, eining_id) is None:
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    if type not in set(rules.Type) or prioritet not in rules.PRIORITETAR:
        raise Refused(_("Vel type og prioritet i lista."), "type")
    day = deadline(work, frist)
    tiltak = Tiltak(
        tittel=clean(work, tittel, "tittel", max_len=rules.TITTEL_MAX),
        skildring=clean(work, skildring, "skildring", required=False),
        type=type,
        ansvarleg_id=_owner(work, ansvarleg).id,
        eining_id=eining_id,
        prioritet=prioritet,
        frist=day,
        status=Status.PLANLAGT.value,
        laga_av_id=work.me.id,
        laga=work.now,
        skjerma=skjerma,
        flytta_grunn="",
        **_planned(work, plan or Plan(), day),
    )
    arrange(tiltak)
    work.db.add(tiltak)
    work.db.flush()
    note(work, tiltak, "laga", til=Status.PLANLAGT)
    if opphav is not None:
        add_origin(work, tiltak, *opphav)
    letters.assigned(work, tiltak, ansvarleg)
    return tiltak


def _owner(work: Work, person: Person) -> Person:
    if not person.is_employed(work.today):
        raise Refused(_("Vel ein ansvarleg som er tilsett i dag."), "ansvarleg_id")
    return person


def edit(
    work: Work,
    tiltak: Tiltak,
    *,
    tittel: str,
    skildring: str,
    ansvarleg: Person,
    type: str,  # noqa: A002 - the column's name
    prioritet: int,
    plan: Plan | None = None,
    version: int | None = None,
) -> None:
    """Change what it is and whose it is; a new owner gets a letter. Raises `Conflict` with both texts."""
    check_version(tiltak, version, mine=f"{tittel}\n\n{skildring}", theirs=f"{tiltak.tittel}\n\n{tiltak.skildring}")
    if not rules.may_edit(tiltak.status, queries.hats(work, tiltak)):
        raise NotFound
    if type not in set(rules.Type) or prioritet not in rules.PRIORITETAR:
        raise Refused(_("Vel type og prioritet i lista."), "type")
    new_owner = ansvarleg.id != tiltak.ansvarleg_id
    columns: dict[str, object] = {
        "tittel": clean(work, tittel, "tittel", max_len=rules.TITTEL_MAX),
        "skildring": clean(work, skildring, "skildring", required=False),
        "ansvarleg_id": _owner(work, ansvarleg).id if new_owner else ansvarleg.id,
        "type": type,
        "prioritet": prioritet,
    }
    if new_owner:
        columns["retur_grunn"] = ""
    if plan is not None:
        columns |= _planned(work, plan, tiltak.frist)
        columns["start"] = plan.start or tiltak.start
    for name, value in columns.items():
        setattr(tiltak, name, value)
    arrange(tiltak)
    flush(work, f"{tittel}\n\n{skildring}")
    note(work, tiltak, "overfort" if new_owner else "endra")
    if new_owner:
        letters.assigned(work, tiltak, ansvarleg)


def add_origin(work: Work, tiltak: Tiltak, slag: str, ref_id: int, namn: str, synleg: bool) -> None:  # noqa: FBT001, PLR0917 - fixed
    """Let a measure serve one more case. Twice is once."""
    if slag not in set(rules.Kjelde):
        raise ValueError(slag)
    known = select(TiltakOpphav).where(
        TiltakOpphav.tiltak_id == tiltak.id, TiltakOpphav.slag == slag, TiltakOpphav.ref_id == ref_id
    )
    row = work.db.scalars(known).one_or_none()
    if row is not None:
        row.synleg = synleg
        return
    work.db.add(TiltakOpphav(tiltak_id=tiltak.id, slag=slag, ref_id=ref_id, namn=namn, synleg=synleg))
    if tiltak.kjelde == rules.Kjelde.FRI:
        tiltak.kjelde = slag
    work.db.flush()
    log.record(work, "tiltak", tiltak.id, "tiltak:opphav", slag=slag, ref=ref_id, synleg=synleg)


def shield(work: Work, tiltak: Tiltak, *, follower: Person | None = None) -> None:
    """Hide a measure whose case became one that few may see, its origins too; `follower` takes over following it up.

    Give a follower when whoever made it may no longer see the case.
    """
    tiltak.skjerma = True
    if follower is not None:
        tiltak.laga_av_id = follower.id
    for origin in queries.origins(work.db, tiltak.id):
        origin.synleg = False
    arrange(tiltak)
    work.db.flush()
    note(work, tiltak, "skjerma")


def set_risk(work: Work, tiltak_id: int, farge: str | None, risikoreduksjon: int | None) -> None:
    """Write what the risk row above says of its measure: its colour now, and the points it takes off (25 at most).

    For the package that owns the risk, each time its row changes; None and None when the row is gone. The same twice writes
    nothing. Raises `NotFound` for no such measure, `Refused` for a value off the scale.
    """
    tiltak = work.db.get(Tiltak, tiltak_id)
    if tiltak is None:
        raise NotFound
    if (farge is not None and farge not in set(rules.Farge)) or abs(risikoreduksjon or 0) > rules.RISIKO_MAX:
        raise Refused(_("Risikoen til tiltaket er utanfor skalaen."))
    if (tiltak.farge, tiltak.risikoreduksjon) == (farge, risikoreduksjon):
        return
    before = tiltak.farge or ""
    tiltak.farge, tiltak.risikoreduksjon = farge, risikoreduksjon
    arrange(tiltak)
    work.db.flush()
    log.record(work, "tiltak", tiltak.id, "tiltak:risiko", fra=before or None, til=farge, reduksjon=risikoreduksjon)
