"""The frame of a case's page: everything that is drawn but what people wrote, worked out once until something changes.

Where a text stands the frame holds its place, and the page fills the places in each request (`fill`): no case text stays in memory.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from avvik import tekstar
from avvik.actions.close import Innhald, facts_of
from avvik.actions.dialogue import may_open_name
from avvik.queries.access import Stand
from avvik.queries.likskap import similar
from avvik.queries.sak import Ordliste, Sak, read_around, words_of
from avvik.queries.sak_par import Hending
from avvik.rules import MANGELNAMN, OPEN, Mangel, Status, Steg, Who, closing_gaps, status_name
from avvik.views.sak_knappar import CHOOSING, MENDS, SHOWN_BUTTONS, UNSEEN, Knapp, buttons_of
from avvik.views.val import Tilbod, for_steps
from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.known import known
from kjerne.work import Work

__all__ = ["Grunnlag", "Ramme", "fill", "frame_of", "may_see_readers"]

#: In `Work.memo`: what the frame is made of, for as long as it is being made.
_GROUNDS: Final = "avvik.grunnlag"
_PLACE: Final = re.compile("\ue000([a-z0-9_]+)\ue000")


def fill(drawn: Markup, texts: Mapping[str, object], **parts: object) -> Markup:
    """What was drawn once, with this request's texts in their places, escaped. A place nobody has a text for is empty."""
    here = {name: escape(text) for name, text in (*texts.items(), *parts.items())}
    said = list(_pieces(drawn))
    said[1::2] = [here.get(name, "") for name in said[1::2]]
    return Markup("".join(said))  # noqa: S704 - drawn by a macro, and each text escaped


@lru_cache(maxsize=256)
def _pieces(drawn: Markup) -> tuple[str, ...]:
    """What stands between the places, and the places' names, in turn."""
    return tuple(_PLACE.split(str(drawn)))


def _gaps(work: Work, sak: Sak, *, hers: bool) -> list[Mangel]:
    """What is missing before the case can be closed."""
    outcomes = [(row.kode, row.tekst) for row in sak.utfall]
    duties = sum(plikt.rad.status == "open" for plikt in sak.plikter)
    return closing_gaps(facts_of(work, sak.avvik, Innhald(len(sak.arsaker), duties, outcomes, sak.tiltak, hers)))


@dataclass(frozen=True)
class Lik:
    """A case like the one on the page, ready to draw."""

    nr: str
    alvor: int
    tittel: str
    eining: str
    status: str
    meldt: date


def _lik(row: Any, words: Ordliste) -> Lik:
    status = status_name(Status(row.status), joined=row.duplikat_av_id is not None)
    title = words.label("underkategori", row.underkategori, row.meldt)
    return Lik(f"{row.aar}-{row.lopenr}", row.alvor, title, row.eining, str(status), oslo_date(row.meldt))


class Grunnlag(NamedTuple):
    """What a frame is made of: the case as read in this request, how she stands to it, and the steps open to her."""

    sak: Sak
    stand: Stand
    steps: list[Steg]
    handles: bool


@dataclass(frozen=True)
class Ramme:
    """A case's page without its texts.

    `tekstar`: places of the report's other texts with their headings; `historie`: whether a line is the handler's, seen by the
    reporter, when, and whether it has a text; `sjekkar`: the closing rules, each with where it is mended when it is not met.
    """

    nr: str
    eining: str
    tittel: str
    serie: int
    alvor: tuple[tuple[int, str, str], ...]
    alvor_meldt: int
    status: str
    open_case: bool
    merke: tuple[tuple[str, str, str], ...]
    frist: date
    due: tuple[str, str]
    opne_plikter: str
    tekstar: tuple[tuple[str, str], ...]
    tilbod: Tilbod
    likskap: tuple[Lik, ...]
    historie: tuple[tuple[bool, bool, datetime, bool], ...]
    har: frozenset[str]
    sjekkar: tuple[tuple[str, str, bool], ...]
    hendt: datetime
    fakta: tuple[tuple[str, tuple[str, ...]], ...]
    arsaker: tuple[str, ...]
    utfall: tuple[str, ...]
    liknande: tuple[tuple[int, str, str], ...]
    kan: frozenset[str]
    first: tuple[Knapp, ...]
    more: tuple[Knapp, ...]

    __hash__ = object.__hash__  # the frame that is known is one object: what was drawn of it is found by that


def frame_of(work: Work, grounds: Grunnlag) -> Ramme:
    """The frame of a case that was read; made again only when something was changed since."""
    work.memo[_GROUNDS] = grounds
    return known(work, _frame, grounds.sak.avvik.id)


def _frame(work: Work, _avvik_id: int) -> Ramme:
    sak, stand, steps, handles = work.memo[_GROUNDS]
    avvik, words, status = sak.avvik, words_of(work, sak.avvik), Status(sak.avvik.status)
    open_case = status in OPEN
    gaps = _gaps(work, sak, hers=stand.meldar) if open_case and handles else []
    rundt, copies = read_around(work, sak, words=handles, staff=bool(CHOOSING & set(steps)))
    mine = [row[0] for row in rundt.ord]
    alike = tuple(_lik(row, words) for row in similar(work, avvik, sak.eining, mine)) if handles else ()
    buttons = buttons_of(steps, gaps)
    return Ramme(
        nr=avvik.nr,
        eining=sak.eining.namn,
        tittel=words.label("underkategori", avvik.underkategori),
        serie=avvik.serie_tal,
        alvor=_levels(avvik, words),
        alvor_meldt=avvik.alvor_meldt if avvik.alvor_meldt != avvik.alvor else 0,
        status=str(status_name(status, joined=avvik.duplikat_av_id is not None)),
        open_case=open_case,
        merke=_marks(avvik),
        frist=avvik.frist_lukking,
        due=("", "") if status is Status.VENTAR_EFFEKT else tekstar.due(avvik.frist_lukking, work.today),
        opne_plikter=_waiting(sum(plikt.rad.status == "open" for plikt in sak.plikter)),
        tekstar=tuple((name, label) for name, label in _texts() if getattr(avvik, name)),
        tilbod=for_steps(work, sak, rundt, words, steps, liknande=bool(alike)),
        likskap=alike,
        historie=tuple(_line(one.hending) for one in sak.historie),
        har=_there(sak),
        sjekkar=_checks(gaps, steps) if open_case and Steg.UTFALL in steps else (),
        hendt=avvik.hendt,
        fakta=tuple(_facts(sak, words, copies)),
        arsaker=tuple(words.label("arsak", row.kode) for row in sak.arsaker),
        utfall=tuple(words.label("utfall", row.kode) for row in sak.utfall),
        liknande=tuple(_linked(row, words) for row in sak.liknande),
        kan=_may(work, sak, stand),
        first=tuple(buttons[:SHOWN_BUTTONS]),
        more=tuple(buttons[SHOWN_BUTTONS:]),
    )


def _waiting(duties: int) -> str:
    return ngettext("%(num)s meldeplikt skal vurderast", "%(num)s meldeplikter skal vurderast", duties) if duties else ""


def _line(row: Hending) -> tuple[bool, bool, datetime, bool]:
    return row.aktor == Who.HANDLER.value, row.synleg_meldar, row.tid, bool(row.tekst)


def _linked(row: Any, words: Ordliste) -> tuple[int, str, str]:
    return row.alvor, f"{row.aar}-{row.lopenr}", words.label("underkategori", row.underkategori, row.meldt)


def _levels(avvik: Any, words: Ordliste) -> tuple[tuple[int, str, str], ...]:
    levels = ((avvik.alvor, _("faktisk")), (avvik.alvor_mogleg, _("mogleg")))
    return tuple((level, words.alvor[level].label, said) for level, said in levels if level)


def _marks(avvik: Any) -> tuple[tuple[str, str, str], ...]:
    """What is special about who filed it and who may see it: text, kind and icon."""
    hidden = _("Løynt namn") if avvik.konfidensiell else _("Anonym") if avvik.anonym else ""
    narrow = (_("Varsel"), "bad", "lock") if avvik.er_varsel else (_("Avgrensa innsyn"), "obs", "lock")
    return (*(((hidden, "", "lock"),) if hidden else ()), *((narrow,) if avvik.er_varsel or avvik.sensitiv_gruppe else ()))


def _texts() -> list[tuple[str, str]]:
    return [
        ("strakstiltak", _("Gjort med ein gong")),
        ("arsak_meldar", _("Årsak slik meldaren ser det")),
        ("forslag", _("Forslag frå meldaren")),
    ]


def _there(sak: Sak) -> frozenset[str]:
    """Which texts that may be missing are there."""
    found = {"sluttsvar": sak.avvik.sluttsvar, "filer": sak.filer, "tiltak": sak.tiltak, "plikter": sak.plikter}
    found |= {"kvifor": sak.arsaker and sak.arsaker[0].tekst, "grunn": sak.utfall and sak.utfall[0].tekst}
    return frozenset(name for name, held in found.items() if held)


def _checks(gaps: list[Mangel], steps: list[Steg]) -> tuple[tuple[str, str, bool], ...]:
    """The closing rules: text, where it is mended, whether it is met."""
    shown = [rule for rule in Mangel if rule not in UNSEEN or rule in gaps]
    mended = {rule: f"#{MENDS[rule].value}" for rule in gaps if rule in MENDS and MENDS[rule] in steps}
    return tuple((str(MANGELNAMN[rule][rule in gaps]), mended.get(rule, ""), rule not in gaps) for rule in shown)


def _facts(sak: Sak, words: Ordliste, copies: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """What stands in the list of facts after when it happened. The value of an extra field is a text: its place is held."""
    avvik = sak.avvik
    found = [
        (_("Meldt av"), (avvik.meldar or _("meldaren"),)),
        (_("Hos"), (avvik.sakshandsamar or "–",)),
        (_("Type"), (words.label("hovudtype", avvik.hovudtype),)),
        (_("Slag"), (words.label("art", avvik.art),)),
        (_("Kopi"), (", ".join(copies),) if copies else ()),
    ]
    if avvik.parorande_informert is not None:
        found.append((_("Pårørande"), (_("Informert") if avvik.parorande_informert else _("Ikkje informert"),)))
    found += [(felt.label, (f"\ue000felt{number}\ue000",)) for number, (felt, _value) in enumerate(sak.tillegg)]
    return [one for one in found if one[1]]


def may_see_readers(work: Work, avvik: Any, *, hers: bool) -> bool:
    """The case's owner, its reporter, and the quality coordinator may ask who has read."""
    return hers or avvik.sakshandsamar_id == work.me.id or work.has(Right.AVVIK_LUKK_ALVORLEG, avvik.eining_id)


def _may(work: Work, sak: Sak, stand: Stand) -> frozenset[str]:
    """What else than steps is open to her on the page."""
    avvik = sak.avvik
    found = {
        "namn": may_open_name(work, avvik),
        "lesarar": may_see_readers(work, avvik, hers=stand.meldar),
        "sladd": work.has(Right.AVVIK_SLADD, avvik.eining_id) and stand.les,
    }
    return frozenset(name for name, held in found.items() if held)
