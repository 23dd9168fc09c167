"""Sections about how the units stand: live evidence with its lights, measures, the register, and legal duties."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from avvik.queries.tal_periode import YEAR, Periode, first_day, shift
from kjerne.access import Right
from kjerne.clock import from_oslo
from kjerne.i18n import current, fdate
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from krav.queries import standings
from oppdragsbrev.queries import bevis
from oppdragsbrev.rules import LYSNAMN, PUNKTKORT, PUNKTNAMN, Lys, Punkt
from rapportar.rules.dokument import HIDDEN, Celle, Del, Hending, Lysmatrise, Lysrad, Setning, Tabell, Tidslinje
from rapportar.slag.grunnlag import Bolkslag, Grunnlag, Manglar
from register import queries as register
from register.models import Registerforing
from register.rules import KINDS, SLAGNAMN, Slag
from register.rules import Punkt as Registerpunkt
from tiltak.models import Tiltak

MOST_UNITS = 60
MOST_EVENTS = 60
DONE = ("utfort", "vurdert")
#: Columns of the sums of measures: open, late, then done in each period.
OPNE, LATE, DONE_FIRST = 0, 1, 2


def _parts(g: Grunnlag) -> list[Eining]:
    """The unit and what lies right below it; all below when that is few."""
    below = g.under
    return below if len(below) <= MOST_UNITS else [row for row in below if g.eining.id in {row.id, row.overordna_id}]


def matrix(g: Grunnlag) -> Sequence[Del]:
    """Units by the letter's seven points, as they stand today."""
    units = _parts(g)
    found = bevis.find(g.work, units)
    rows = []
    for unit in units:
        points = bevis.by_point(found[unit.id])
        cells = []
        for punkt in Punkt:
            judged = [one for one in points[punkt] if one.lys is not Lys.NONE]
            count = f"{sum(one.lys is Lys.OK for one in judged)}/{len(judged)}" if judged else ""
            cells.append((bevis.point_light(points[punkt]), count))
        rows.append(Lysrad(unit.namn, cells))
    note = _("Eit punkt har lyset til den svakaste kjelda si. Talet viser kor mange kjelder som er på plass.")
    names = [f"{punkt.value} {PUNKTKORT[punkt]}" for punkt in Punkt]
    return [Lysmatrise(_("Einingar og punkt i dag"), _("Eining"), names, rows, note)]


def of_points(*points: Punkt) -> Callable[[Grunnlag], Sequence[Del]]:
    """The evidence of some points for the unit: the light, what is known, and the light a year before the period's end."""

    def make(g: Grunnlag) -> Sequence[Del]:
        kinds = [kind for kind in bevis.ALLE if kind.punkt in points]
        found = bevis.find(g.work, [g.eining], kinds)[g.eining.id]
        earlier = bevis.trend(g.work, [g.eining.id], shift(g.val.no.manadar[-1], -YEAR))
        rows: list[list[Celle]] = []
        for one in found:
            before = earlier.get((g.eining.id, one.bevis.kode))
            rows.append([str(one.bevis.namn), str(LYSNAMN[one.lys]), one.tekst, str(LYSNAMN[before]) if before else HIDDEN])
        if not rows:
            raise Manglar(_("Systemet har ikkje noko å vise her enno."))
        title = str(PUNKTNAMN[points[0]]) if len(points) == 1 else _("Bevis")
        head = [_("Kjelde"), _("Lys i dag"), _("Kva vi veit"), _("Eitt år før")]
        if all(row[-1] == HIDDEN for row in rows):  # no lights are kept from then
            return [Tabell(title, head[:-1], [row[:-1] for row in rows], ord_=3)]
        return [Tabell(title, head, rows, ord_=4)]

    return make


def measures(g: Grunnlag) -> Sequence[Del]:
    """Measures open and late today, and done in the period. Shielded ones are counted nowhere."""
    rows = _counted_measures(g)
    sums: Counter[int] = Counter()
    for _unit, *values in rows:
        sums.update(dict(enumerate(values)))
    known = select(Tiltak.id).where(Tiltak.eining_id.in_(g.ids), Tiltak.skjerma.is_(False)).limit(1)
    if not rows and g.work.db.scalar(known) is None:
        raise Manglar(_("Ingen tiltak er registrerte her."))
    done = [sums[DONE_FIRST + place] for place in range(len(g.perioder))]
    told = _("%(n)s tiltak er opne i dag, og %(m)s av dei er over fristen.", n=sums[OPNE], m=sums[LATE])
    parts: list[Del] = [
        Setning(told),
        Tabell(_("Utførte tiltak"), [_("Kva"), *g.kolonnar], [[_("Utførte tiltak"), *done]]),
    ]
    names = {row.id: row.namn for row in g.under}
    by_unit: dict[int, list[Celle]] = {unit: [names[unit], opne, late, no] for unit, opne, late, no, *_rest in rows}
    if len(by_unit) > 1:
        table: list[list[Celle]] = [by_unit[row.id] for row in g.under if any(by_unit.get(row.id, ["", 0])[1:])]
        table.append([_("Alle"), sums[OPNE], sums[LATE], done[0]])
        head = [_("Eining"), _("Opne i dag"), _("Over fristen"), _("Utførte i perioden")]
        parts.append(Tabell(_("Tiltak etter eining"), head, table))
    return parts


def _counted_measures(g: Grunnlag) -> list[list[int]]:
    """(unit, open, late, done in each period), units with none left out: each from an index that holds just what is counted."""
    ours = Tiltak.eining_id.in_(g.ids), Tiltak.skjerma.is_(False)
    late = func.sum(case((Tiltak.frist < g.work.today, 1), else_=0))
    asked = [select(Tiltak.eining_id, func.count(), late).where(*ours, Tiltak.avslutta.is_(False))]
    asked += [select(Tiltak.eining_id, func.count(), literal(0)).where(*ours, _done_in(periode)) for periode in g.perioder]
    found: dict[int, list[int]] = {}
    for place, one in enumerate(asked):
        for unit, count, behind in g.work.db.execute(one.group_by(Tiltak.eining_id)):
            row = found.setdefault(unit, [0] * (DONE_FIRST + len(g.perioder)))
            row[place + 1 if place else OPNE] = count
            row[LATE] += behind
    return [[unit, *row] for unit, row in found.items()]


def _done_in(periode: Periode) -> ColumnElement[bool]:
    first = from_oslo(datetime.combine(first_day(periode.manadar[0]), time()))
    end = from_oslo(datetime.combine(first_day(shift(periode.manadar[-1], 1)), time()))
    return and_(Tiltak.status.in_(DONE), Tiltak.ferdig_tid >= first, Tiltak.ferdig_tid < end)


def held(punkt: Registerpunkt, *, timeline: bool) -> Callable[[Grunnlag], Sequence[Del]]:
    """What the register says was held: how often in the three periods, when last, when next; and a timeline of the period."""
    kinds = [slag for slag, kind in KINDS.items() if kind.punkt is punkt]

    def make(g: Grunnlag) -> Sequence[Del]:
        rows: list[list[Celle]] = []
        last = register.latest(g.work, g.ids, kinds, until=min(g.val.siste, g.work.today))
        counts = [_counts(g, kinds, periode) for periode in g.perioder]
        for slag in kinds:
            of_kind = [one for one in last if one.slag is slag]
            newest = max((one.dato for one in of_kind), default=None)
            if newest is None and not any(count[slag] for count in counts):
                continue
            rows.append([str(SLAGNAMN[slag]), *[count[slag] for count in counts], fdate(newest) if newest else HIDDEN])
        if not rows:
            raise Manglar(_("Registeret har ingen føringar om dette."))
        parts: list[Del] = [Tabell(_("Ført i registeret"), [_("Slag"), *g.kolonnar, _("Sist")], rows)]
        if timeline:
            parts += _timeline(g, kinds)
        return parts

    return make


def _counts(g: Grunnlag, kinds: Sequence[Slag], periode: Periode) -> Counter[Slag]:
    found = g.work.db.execute(
        select(Registerforing.slag, func.count())
        .where(
            Registerforing.eining_id.in_(g.ids),
            Registerforing.slag.in_([kind.value for kind in kinds]),
            Registerforing.dato >= first_day(periode.manadar[0]),
            Registerforing.dato < first_day(shift(periode.manadar[-1], 1)),
        )
        .group_by(Registerforing.slag)
    )
    return Counter({Slag(slag): int(count) for slag, count in found})


def _timeline(g: Grunnlag, kinds: Sequence[Slag]) -> list[Del]:
    """The period's lines of these kinds, unless they are too many to draw."""
    rows = g.work.db.execute(
        select(Registerforing.dato, Registerforing.slag, Eining.namn)
        .join(Eining, Eining.id == Registerforing.eining_id)
        .where(
            Registerforing.eining_id.in_(g.ids),
            Registerforing.slag.in_([kind.value for kind in kinds]),
            Registerforing.dato.between(g.val.forste, g.val.siste),
        )
        .order_by(Registerforing.dato, Registerforing.id)
        .limit(MOST_EVENTS + 1)
    ).all()
    if not 1 < len(rows) <= MOST_EVENTS:
        return []
    events = [Hending(dato, str(SLAGNAMN[Slag(slag)]), namn) for dato, slag, namn in rows]
    return [Tidslinje(_("Gjennom perioden"), g.val.forste, g.val.siste, events)]


def duties(g: Grunnlag) -> Sequence[Del]:
    """How the legal duties stand for the unit: how many of each light, and those that need work."""
    stands = g.once("krav", lambda: standings(g.work, [g.eining]))
    counts = Counter(one.lys for one in stands)
    rows: list[list[Celle]] = [[str(LYSNAMN[lys]), counts[lys]] for lys in (Lys.OK, Lys.OBS, Lys.BAD, Lys.NONE)]
    parts: list[Del] = [Tabell(_("Lovkrava i dag"), [_("Stand"), _("Krav")], rows)]
    weak: list[list[Celle]] = [
        [one.krav.kode, one.krav.tekst(current())[0], str(LYSNAMN[one.lys])] for one in stands if one.lys in {Lys.BAD, Lys.OBS}
    ]
    if weak:
        parts.append(Tabell(_("Krav å arbeide med"), [_("Kode"), _("Krav"), _("Stand")], weak, ord_=3))
    return parts


LETTER = (Right.BREV_LES,)
MATRISE = Bolkslag("lysmatrise", _l("Dei sju punkta"), matrix, LETTER)
ROS = Bolkslag("ros", _l("Risiko"), of_points(Punkt.ROS), LETTER)
RUTINAR = Bolkslag("rutinar", _l("Rutinar og prosedyrar"), of_points(Punkt.RUTINAR), LETTER)
KOMPETANSE = Bolkslag("kompetanse", _l("Kompetanse"), of_points(Punkt.KOMPETANSE), LETTER)
BEVIS = Bolkslag("bevis", _l("Bevis under punkta"), of_points(*Punkt), LETTER)
TILTAK = Bolkslag("tiltak", _l("Tiltak"), measures, (Right.TILTAK_LES,))
BRUKAR = Bolkslag("brukar", _l("Brukarmedverknad"), held(Registerpunkt.BRUKARMEDVERKNAD, timeline=False), (Right.REGISTER_LES,))
HMS = Bolkslag("hms", _l("HMS-arbeidet"), held(Registerpunkt.HMS, timeline=False), (Right.REGISTER_LES,))
STYRING = Bolkslag("styring", _l("Styring og tilsyn"), held(Registerpunkt.STYRING, timeline=True), (Right.REGISTER_LES,))
KRAV = Bolkslag("krav", _l("Lovkrava"), duties, (Right.KRAV_LES,))
