"""Sections about deviations: all numbers come from `avvik.queries.tal`, so they are those of the page of numbers."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from avvik.models import AvvikSum
from avvik.queries.tal import Figurar, Rutenett, Tal
from avvik.queries.tal_periode import month_name
from kjerne import signal
from kjerne.access import Right
from kjerne.i18n import fdate, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Alvorsgrad, Art, Underkategori, by_code
from rapportar.queries import overdue
from rapportar.rules.dokument import HIDDEN, Celle, Del, Nokkel, Nokkelrad, Serie, Setning, Soyler, Tabell, Varme, Varmerad, written
from rapportar.seriesvar import say
from rapportar.slag.grunnlag import Bolkslag, Grunnlag, Manglar, celle, dagar, prosent

FEWEST_POINTS = 3
HMS = "hms"


def key_figures(g: Grunnlag) -> Sequence[Del]:
    """The period in six figures, each with the period before and the same a year before."""

    def row(name: str, read: Callable[[Figurar], Celle], serie: Sequence[int] = ()) -> Nokkel:
        first, *others = [read(found) for found in g.alle]
        return Nokkel(name, first, others, serie)

    rows = [
        row(_("Avvik som er melde"), lambda f: celle(f.saker), g.no.saker_serie),
        row(_("Hendingar i dei"), lambda f: celle(f.hendingar)),
        row(_("Førte til endra praksis"), lambda f: celle(f.endra.del_)),
        row(_("Nestenhendingar"), lambda f: prosent(f.nesten)),
        row(_("Svar innan løftet"), lambda f: prosent(f.lofte)),
        row(_("Dagar til lukking, median"), lambda f: dagar(f.lukk)),
    ]
    return [Nokkelrad(_("Perioden i tal"), rows, g.kolonnar)]


def development(g: Grunnlag) -> Sequence[Del]:
    """The run chart of 24 whole months up to the period's end, with what the run rules say."""
    points = g.lang
    while points and points[0][1] == Tal():
        points.pop(0)
    if not all(tal.heil for _month, tal in points):
        raise Manglar(_("Enkeltmånader er små tal utanfor det du les, så seriediagrammet står ikkje her."))
    if len(points) < FEWEST_POINTS:
        raise Manglar(_("Det er for få månader med saker til eit seriediagram."))
    read = signal.read([tal.n for _month, tal in points])
    return [
        Serie(
            _("Saker per månad"),
            _("Heile månader til og med perioden. Linja er medianen."),
            [(month_name(month), tal.n) for month, tal in points],
            read.median,
            read.spenn,
            say(read),
        )
    ]


def types(g: Grunnlag) -> Sequence[Del]:
    """By main type: the three periods beside each other, and type by month when there are months enough to compare."""
    no, others = g.no, [{row.kode: row.sum for row in found.typar.rader} for found in g.alle[1:]]
    rows = [row for row in no.typar.rader if row.sum != Tal() or any(other.get(row.kode, Tal()) != Tal() for other in others)]
    if not rows:
        raise Manglar(_("Ingen saker er melde i perioden eller i den førre."))
    bars = Soyler(
        _("Saker etter type"),
        [_("Type"), *g.kolonnar],
        [(row.namn, row.sum.n, celle(row.sum)) for row in rows],
        [[celle(other.get(row.kode, Tal())) for other in others] for row in rows],
    )
    if len(no.periode.manadar) < FEWEST_POINTS:
        return [bars]
    return [bars, heat(_("Type og månad"), _("Type"), no.typar)]


def heat(title: str, head: str, grid: Rutenett, note: str = "") -> Varme:
    """A grid of the figures as a heat map; empty rows are left out."""
    rows = [
        Varmerad(row.namn, [(celle(cell), grid.steg(cell)) for cell in row.celler], celle(row.sum))
        for row in grid.rader
        if row.sum != Tal()
    ]
    names = [name for _code, name in grid.kolonnar]
    return Varme(title, head, names, rows, [celle(cell) for cell in grid.sum], celle(grid.alle), note)


def units(g: Grunnlag) -> Sequence[Del]:
    """The unit's parts by main type, in the organisation's order: never ranked by a count."""
    grid = g.no.einingar
    if not grid.rader:
        raise Manglar(_("Eininga har ingen einingar under seg."))
    note = _("Einingane står i same rekkjefølgje som i organisasjonen. Talet på avvik rangerer dei ikkje.")
    return [heat(_("Eining og type"), _("Eining"), grid, note)]


def severity(g: Grunnlag) -> Sequence[Del]:
    """By actual severity, the three periods beside each other."""
    no = g.no
    if not no.saker.n and no.saker.heil:
        raise Manglar(_("Ingen saker er melde i perioden."))
    others = [{level: tal for level, _name, tal in found.alvor} for found in g.alle[1:]]
    rows = [(f"{level} {name}", tal.n, celle(tal)) for level, name, tal in no.alvor]
    more = [[celle(other[level]) for other in others] for level, _name, _tal in no.alvor]
    return [Soyler(_("Faktisk alvor"), [_("Alvor"), *g.kolonnar], rows, more)]


def handling(g: Grunnlag) -> Sequence[Del]:
    """How fast cases are answered and closed, and how old the open ones are."""
    times: list[list[Celle]] = [
        [_("Dagar til første svar, median"), *[dagar(found.svar) for found in g.alle]],
        [_("Dagar til første svar, ni av ti"), *[_p90(found) for found in g.alle]],
        [_("Svar innan løftet"), *[prosent(found.lofte) for found in g.alle]],
        [_("Dagar til lukking, median"), *[dagar(found.lukk) for found in g.alle]],
    ]
    ages = [(name, tal.n, celle(tal)) for name, tal in g.no.opne]
    return [
        Tabell(_("Svar og lukking"), [_("Kva"), *g.kolonnar], times),
        Soyler(_("Opne saker no, etter alder"), [_("Alder"), _("Opne saker")], ages),
    ]


def _p90(found: Figurar) -> Celle:
    return HIDDEN if found.svar.p90 is None else found.svar.p90


def learning(g: Grunnlag) -> Sequence[Del]:
    """What the cases changed: by type and by unit."""
    no = g.no
    said = _(
        "%(n)s av %(m)s saker i perioden har ført til endra prosedyre eller ny praksis.", n=celle(no.endra.del_), m=celle(no.saker)
    )
    parts: list[Del] = [Setning(said)]
    if no.endra_typar:
        rows = [(name, tal.n, celle(tal)) for _code, name, tal in no.endra_typar]
        parts.append(Soyler(_("Det sakene som endra noko, gjaldt"), [_("Type"), _("Saker bak")], rows))
    places: list[list[Celle]] = [[name, celle(tal)] for _code, name, tal in no.endra_einingar if tal.n or not tal.heil]
    if places:
        parts.append(Tabell(_("Endringar etter eining"), [_("Eining"), _("Saker bak")], places))
    return parts


def open_now(g: Grunnlag) -> Sequence[Del]:
    """How many cases are open when the report is read, whenever they were filed, and how old they are."""
    ages = [(name, tal.n, celle(tal)) for name, tal in g.no.opne]
    if not any(tal != Tal() for _name, tal in g.no.opne):
        return [Setning(_("Ingen saker er opne i dag."))]
    told = _("Opne no, uansett når dei vart melde: %(n)s.", n=written(celle(g.no.opne_alle)))
    return [Setning(told), Soyler(_("Opne saker no, etter alder"), [_("Alder"), _("Opne saker")], ages)]


def late(g: Grunnlag) -> Sequence[Del]:
    """Cases past their deadline today, by number: never a text, and none that others who open the report may not know of."""
    found, whole = overdue(g.work, g.eining)
    if not found:
        return [Setning(_("Ingen saker er over fristen i dag."))]
    names = {row.niva: row.label for row in by_code(g.work.db, Alvorsgrad, g.work.today).values()}
    rows: list[list[Celle]] = [
        [one.nr, one.eining, f"{one.alvor} {names.get(one.alvor, '')}", fdate(one.frist), one.dagar] for one in found
    ]
    head = [_("Nummer"), _("Eining"), _("Alvor"), _("Frist"), _("Dagar over")]
    told = ngettext("%(num)s sak er over fristen no.", "%(num)s saker er over fristen no.", whole)
    parts: list[Del] = [Setning(told), Tabell(_("Over fristen"), head, rows, ord_=4)]
    if whole > len(found):
        parts.append(Setning(_("Og %(n)s saker til.", n=whole - len(found))))
    note = _("Lista over fristen har berre nummer. Saker som ei lukka gruppe har, og saker som gjeld ein leiar, står ikkje der.")
    return [*parts, Setning(note)]


def beside(g: Grunnlag) -> Sequence[Del]:
    """What stands beside the count of deviations."""
    rows: list[list[Celle]] = [[_("Avviste eller slått saman"), *[celle(found.avvist) for found in g.alle]]]
    for place, (_code, name, _tal) in enumerate(g.no.utanfor):
        rows.append([name, *[celle(found.utanfor[place][2]) for found in g.alle]])
    return [Tabell(_("Ikkje med i talet på avvik"), [_("Slag"), *g.kolonnar], rows)]


def injuries(g: Grunnlag) -> Sequence[Del]:
    """Deviations about employees by sub-category."""
    return by_category(g, HMS, _("Hendingar som gjeld tilsette"), _("Ingen saker om tilsette i perioden."))


def by_category(g: Grunnlag, kind: str, title: str, none: str) -> Sequence[Del]:
    """Deviations of a main type by sub-category; whole numbers, so only for who reads all units below. `none`: said when empty."""
    if not g.no.heilt:
        raise Manglar(_("Kategoriane er små tal utanfor det du les."))
    names = {code: row.label for code, row in by_code(g.work.db, Underkategori, g.work.today).items()}
    counted = {code for code, row in by_code(g.work.db, Art, g.work.today).items() if row.tel_som_avvik}
    counts: dict[str, list[int]] = {}
    for place, periode in enumerate(g.perioder):
        for code, number in g.work.db.execute(
            select(AvvikSum.underkategori, func.sum(AvvikSum.saker))
            .where(
                AvvikSum.eining_id.in_([key for key, row in g.tal_einingar.items() if row.sti.startswith(g.eining.sti)]),
                AvvikSum.hovudtype == kind,
                AvvikSum.manad.between(periode.manadar[0], periode.manadar[-1]),
                AvvikSum.art.in_(counted),
                AvvikSum.stand != "avvist",
                AvvikSum.saker != 0,
            )
            .group_by(AvvikSum.underkategori)
        ):
            counts.setdefault(code, [0] * len(g.perioder))[place] = int(number)
    if not counts:
        raise Manglar(none)
    order = sorted(counts, key=lambda code: (-counts[code][0], names.get(code, code)))
    rows = [(names.get(code, code), counts[code][0], counts[code][0]) for code in order]
    more: list[list[Celle]] = [list(counts[code][1:]) for code in order]
    return [Soyler(title, [_("Kategori"), *g.kolonnar], rows, more)]


NUMBERS = (Right.AVVIK_TAL,)
HOVUDTAL = Bolkslag("hovudtal", _l("Perioden i tal"), key_figures, NUMBERS)
UTVIKLING = Bolkslag("utvikling", _l("Utvikling"), development, NUMBERS)
TYPAR = Bolkslag("typar", _l("Kva avvika gjaldt"), types, NUMBERS)
EININGAR = Bolkslag("einingar", _l("Einingane"), units, NUMBERS)
ALVOR = Bolkslag("alvor", _l("Kor alvorleg det var"), severity, NUMBERS)
HANDSAMING = Bolkslag("handsaming", _l("Svar og lukking"), handling, NUMBERS)
LAERING = Bolkslag("laering", _l("Kva avvika endra"), learning, NUMBERS)
OPNE = Bolkslag("opne", _l("Opne saker"), open_now, NUMBERS)
FORFALNE = Bolkslag("forfalne", _l("Over fristen"), late, (Right.AVVIK_TAL, Right.AVVIK_BEHANDLE), enkeltsaker=True)
UTANFOR = Bolkslag("utanfor", _l("Ikkje med i talet på avvik"), beside, NUMBERS)
SKADAR = Bolkslag("skadar", _l("Avvik om tilsette"), injuries, NUMBERS)
