"""Evidence for point 3: how deviations are handled, from the kept sums. Few cases say nothing, so nobody is guessed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

from sqlalchemy import func, select

from avvik.models import AvvikGrovsum
from avvik.queries.tal_lesing import of_arts, within
from avvik.queries.tal_periode import month_of, months, shift
from avvik.rules import HIGH, LEVELS
from kjerne.access import Right
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Art, by_code
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.queries.bevis.typar import Bevis, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning

#: Under so many answered cases in twelve months no share is said: no small number is given away, and chance rules.
FEWEST = 10
YEAR = 12


def _window(work: Work) -> tuple[int, int]:
    """The twelve whole months before this one."""
    end = shift(month_of(work.today), -1)
    return months(shift(end, 1 - YEAR), YEAR)[0], end


def _kept(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Share of the answered cases that got their first answer within the promise."""
    first, last = _window(work)
    rows = work.db.execute(
        select(AvvikGrovsum.eining_id, AvvikGrovsum.kode == "i_tide", func.sum(AvvikGrovsum.saker))
        .where(*within(units_in(omfang), "svar", first, last))
        .group_by(AvvikGrovsum.eining_id, AvvikGrovsum.kode)
    )
    answered: Counter[int] = Counter()
    kept: Counter[int] = Counter()
    for unit, in_time, count in rows:
        answered[unit] += count
        kept[unit] += count if in_time else 0
    found = {}
    for root, below in omfang.items():
        base = sum(answered[unit] for unit in below)
        if base < FEWEST:
            found[root] = Maling(None, _("For få saker siste tolv månader til å seie noko."))
            continue
        share = round(100 * sum(kept[unit] for unit in below) / base)
        found[root] = Maling(share, _("%(n)s %% av sakene fekk svar i tide siste tolv månader.", n=share))
    return found


def _counted(work: Work, omfang: Omfang) -> dict[int, tuple[int, int, int]]:
    """Cases, severe ones, and cases that changed something in the window, by root: only roots whose cases she reads whole."""
    reads = work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_BEHANDLE)
    whole = {root: below for root, below in omfang.items() if below <= reads}
    first, last = _window(work)
    arts = {code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik}
    saker, endra = func.sum(AvvikGrovsum.saker), func.sum(AvvikGrovsum.endra)
    severe = reduce(add, (func.sum(getattr(AvvikGrovsum, f"alvor{niva}")) for niva in LEVELS if niva >= HIGH))
    rows = work.db.execute(
        select(AvvikGrovsum.eining_id, saker, severe, endra)
        .where(*of_arts(units_in(whole), arts, first, last))
        .group_by(AvvikGrovsum.eining_id)
    )
    counts: dict[int, Sequence[int]] = defaultdict(lambda: (0, 0, 0))
    counts.update((unit, [int(number) for number in numbers]) for unit, *numbers in rows)
    return {
        root: (sum(counts[u][0] for u in below), sum(counts[u][1] for u in below), sum(counts[u][2] for u in below))
        for root, below in whole.items()
    }


def _told(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """How many deviations, and how many of them severe."""
    found = _counted(work, omfang)
    elsewhere = Maling(None, _("Tala står på talsida, med små tal skjulte."))
    return {
        root: Maling(
            found[root][0], _("%(n)s avvik siste tolv heile månader, %(m)s med alvor 4–5.", n=found[root][0], m=found[root][1])
        )
        if root in found
        else elsewhere
        for root in omfang
    }


def _changed(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """How many deviations led to a changed procedure or a new practice: the same figure as on the page of numbers."""
    found = _counted(work, omfang)
    elsewhere = Maling(None, _("Tala står på talsida, med små tal skjulte."))
    return {
        root: Maling(
            found[root][2],
            _(
                "%(n)s av %(m)s avvik siste tolv heile månader førte til endra prosedyre eller ny praksis.",
                n=found[root][2],
                m=found[root][0],
            ),
        )
        if root in found
        else elsewhere
        for root in omfang
    }


def _numbers(eining: Eining) -> str:
    return f"/avvik/tal?eining={eining.kode}"


BEVIS: tuple[Bevis, ...] = (
    Bevis(
        kode="avvik_i_tide",
        punkt=Punkt.AVVIK,
        namn=_l("Svar innan løftet"),
        regel=_l(
            "Grønt når minst %(gron)s av 100 saker fekk svar i tide siste tolv månader, gult frå %(gul)s. Under ti: ikkje lys."
        ),
        retning=Retning.HOG,
        gron=90,
        gul=75,
        lenkje=_numbers,
        male=_kept,
    ),
    Bevis(
        kode="avvik_tal",
        punkt=Punkt.AVVIK,
        namn=_l("Tal avvik og alvor"),
        regel=_l("Tala blir berre fortalde. Fleire meldingar kan bety betre meldekultur."),
        retning=Retning.FORTEL,
        gron=0,
        gul=0,
        lenkje=_numbers,
        male=_told,
    ),
    Bevis(
        kode="avvik_endra",
        punkt=Punkt.AVVIK,
        namn=_l("Førte til endra prosedyre eller ny praksis"),
        regel=_l("Talet blir berre fortalt, siste tolv heile månader."),
        retning=Retning.FORTEL,
        gron=0,
        gul=0,
        lenkje=_numbers,
        male=_changed,
    ),
)
