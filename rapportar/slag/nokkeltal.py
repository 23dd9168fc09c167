"""Sections that need key figures from other systems: rates, quiet units, sick leave and economy."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from avvik.models import AvvikGrovsum
from avvik.queries.tal_lesing import of_arts
from avvik.queries.tal_periode import Periode, month_of, shift
from kjerne.access import Right
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Art, by_code
from kjerne.models import Eining
from rapportar.models import Nokkeltal
from rapportar.rules.dokument import HIDDEN, Celle, Del, Setning, Tabell
from rapportar.rules.nokkeltal import FEW_DAYS, HISTORY, KINDS, Slag, is_quiet, rate
from rapportar.slag.grunnlag import Bolkslag, Grunnlag, Manglar

#: History for a quiet unit: so many whole months before the period.
BEFORE = 24


def figures_of(g: Grunnlag, slag: Slag, periode: Periode) -> dict[int, tuple[float, int]]:
    """The sum of a key figure by unit in a period, and for how many months it is known. One query, read once."""

    def read() -> dict[int, tuple[float, int]]:
        rows = g.work.db.execute(
            select(Nokkeltal.eining_id, func.sum(Nokkeltal.verdi), func.count())
            .where(
                Nokkeltal.slag == slag.value,
                Nokkeltal.eining_id.in_(g.ids),
                Nokkeltal.manad.between(periode.manadar[0], periode.manadar[-1]),
            )
            .group_by(Nokkeltal.eining_id)
        )
        return {unit: (float(value), int(count)) for unit, value, count in rows}

    return g.once(f"nokkeltal {slag} {periode.kode}", read)


def total(g: Grunnlag, slag: Slag, periode: Periode) -> float | None:
    """The unit's sum with its subtree; None when nothing is known of the period."""
    found = figures_of(g, slag, periode)
    return sum(value for value, _count in found.values()) if found else None


def cases_by_unit(g: Grunnlag, first: int, last: int) -> Counter[int]:
    """Counted deviations by unit and month span, own cases only. The caller sees to it that nothing of it is hidden."""

    def read() -> Counter[int]:
        counted = {code for code, row in by_code(g.work.db, Art, g.work.today).items() if row.tel_som_avvik}
        rows = g.work.db.execute(
            select(AvvikGrovsum.eining_id, func.sum(AvvikGrovsum.saker))
            .where(*of_arts([row.id for row in _readable(g)], counted, first, last), AvvikGrovsum.saker != 0)
            .group_by(AvvikGrovsum.eining_id)
        )
        return Counter({unit: int(count) for unit, count in rows})

    return g.once(f"saker {first} {last}", read)


def _readable(g: Grunnlag) -> list[Eining]:
    """The units below whose cases she reads: only of them single counts are told."""
    reads = g.work.units(Right.AVVIK_LES) | g.work.units(Right.AVVIK_BEHANDLE)
    return [row for row in g.under if row.id in reads]


def rates(g: Grunnlag) -> Sequence[Del]:
    """Cases per 1,000 hours worked and bed-days: the unit in three periods, and each unit below in the organisation's order."""
    if not g.no.heilt:
        raise Manglar(_("Ratar blir rekna der du les sakene i alle einingane."))
    rows: list[list[Celle]] = []
    for slag, kind in KINDS.items():
        if not kind.nemnar or total(g, slag, g.val.no) is None:
            continue
        values = [_rate(g.figur(periode).saker.n, total(g, slag, periode)) for periode in g.perioder]
        rows.append([_("Saker per 1000 %(kva)s", kva=kind.eining), *values])
    if not rows:
        raise Manglar(_("Arbeidde timar og liggjedøgn er ikkje lesne inn for perioden. Les dei inn på sida for nøkkeltal."))
    parts: list[Del] = [Tabell(_("Saker målt mot aktivitet"), [_("Rate"), *g.kolonnar], rows)]
    by_unit = _by_unit(g)
    if by_unit:
        parts += [by_unit, Setning(_("Under fem saker blir det ikkje rekna rate. Ein høg rate kan bety god meldekultur."))]
    return parts


def _by_unit(g: Grunnlag) -> Tabell | None:
    cases = cases_by_unit(g, g.val.no.manadar[0], g.val.no.manadar[-1])
    known = [slag for slag, kind in KINDS.items() if kind.nemnar and figures_of(g, slag, g.val.no)]
    rows: list[list[Celle]] = []
    for unit in _readable(g):
        held = {slag: figures_of(g, slag, g.val.no).get(unit.id) for slag in known}
        if any(held.values()):
            values = [_rate(cases[unit.id], found[0] if found else None) for found in held.values()]
            if any(value != HIDDEN for value in values):
                rows.append([unit.namn, *values])
    if len(rows) < 2:
        return None
    return Tabell(_("Rate etter eining"), [_("Eining"), *[_("Per 1000 %(kva)s", kva=KINDS[slag].eining) for slag in known]], rows)


def _rate(saker: int, nemnar: float | None) -> Celle:
    found = rate(saker, nemnar) if nemnar else None
    return HIDDEN if found is None else round(found, 1)


def quiet(g: Grunnlag) -> Sequence[Del]:
    """Units that filed fewer than their own history explains (Poisson, under one in twenty): a question, not a judgement."""
    running = month_of(g.work.today)
    window = [month for month in g.val.no.manadar if month < running]
    if not window:
        raise Manglar(_("Perioden har ingen heil månad enno."))
    first = shift(window[0], -BEFORE)
    now, before = cases_by_unit(g, window[0], window[-1]), cases_by_unit(g, first, shift(window[0], -1))
    months = _history_months(g, first, shift(window[0], -1))
    if not months:
        raise Manglar(_("Ingen av einingane du les, har historie nok."))
    rows: list[list[Celle]] = []
    for unit in _readable(g):
        seen = months.get(unit.id, 0)
        if is_quiet(now[unit.id], len(window), before[unit.id], seen):
            usual = before[unit.id] / seen * len(window)
            rows.append([unit.namn, now[unit.id], round(usual, 1)])
    if not rows:
        return [Setning(_("Ingen einingar har meldt færre enn deira eiga historie forklarer."))]
    said = _(
        "Desse einingane har meldt færre enn dei plar. Spør korleis det går: det kan vere færre hendingar, eller for lite tid."
    )
    return [Setning(said), Tabell(_("Stillare enn dei plar"), [_("Eining"), _("Saker i perioden"), _("Brukar å vere")], rows)]


def _history_months(g: Grunnlag, first: int, last: int) -> dict[int, int]:
    """From each unit's first month with a case on: how many months of the window it has been filing."""
    rows = g.work.db.execute(
        select(AvvikGrovsum.eining_id, func.min(AvvikGrovsum.manad))
        .where(
            AvvikGrovsum.eining_id.in_([row.id for row in _readable(g)]),
            AvvikGrovsum.slag == "art",
            AvvikGrovsum.saker + AvvikGrovsum.avvist != 0,
        )
        .group_by(AvvikGrovsum.eining_id)
    )
    found = {}
    for unit, begun in rows:
        start = max(begun, first)
        count = (last // 100 - start // 100) * HISTORY + last % 100 - start % 100 + 1
        if count > 0:
            found[unit] = count
    return found


def sick_leave(g: Grunnlag) -> Sequence[Del]:
    """Days lost of days agreed, whole units only; without both nothing is told."""
    told: list[Celle] = [_("Sjukefråvær, prosent")]
    small = False
    for periode in g.perioder:
        lost, agreed = total(g, Slag.SJUKEFRAVAER, periode), total(g, Slag.DAGSVERK, periode)
        months = max((count for _value, count in figures_of(g, Slag.DAGSVERK, periode).values()), default=0)
        small = small or (agreed or 0) < FEW_DAYS * months
        told.append(round(100 * lost / agreed, 1) if lost is not None and agreed else HIDDEN)
    if small:
        raise Manglar(_("Eininga er så lita at sjukefråværet kan vise kven det gjeld."))
    if told[1] == HIDDEN:
        raise Manglar(_("Sjukefråværet er ikkje lese inn for perioden. Leiaren kan skrive om det her, eller lese det inn."))
    return [Tabell(_("Sjukefråvær"), [_("Kva"), *g.kolonnar], [told])]


def economy(g: Grunnlag) -> Sequence[Del]:
    """Accounts held against budget, in kroner."""
    rows: list[list[Celle]] = []
    for slag in (Slag.BUDSJETT, Slag.REKNESKAP):
        values = [total(g, slag, periode) for periode in g.perioder]
        rows.append([str(KINDS[slag].namn), *[HIDDEN if value is None else round(value) for value in values]])
    if rows[0][1] == HIDDEN and rows[1][1] == HIDDEN:
        raise Manglar(_("Budsjett og rekneskap er ikkje lesne inn for perioden. Leiaren kan skrive om økonomien her."))
    parts: list[Del] = [Tabell(_("Økonomi, kroner"), [_("Kva"), *g.kolonnar], rows)]
    budget, account = rows[0][1], rows[1][1]
    if isinstance(budget, int) and isinstance(account, int):
        over = account - budget
        text = _("%(kr)s kr over budsjett.", kr=fnumber(over)) if over > 0 else _("%(kr)s kr under budsjett.", kr=fnumber(-over))
        parts.append(Setning(text))
    return parts


RATE = Bolkslag("rate", _l("Målt mot aktivitet"), rates, (Right.AVVIK_TAL,))
STILLE = Bolkslag("stille", _l("Stillare enn dei plar"), quiet, (Right.AVVIK_TAL,))
SJUKEFRAVAER = Bolkslag("sjukefravaer", _l("Sjukefråvær"), sick_leave, ledd=_l("Skriv om sjukefråværet, utan namn."))
OKONOMI = Bolkslag("okonomi", _l("Økonomi"), economy, ledd=_l("Skriv om økonomien."))
