"""Evidence for point 2: needed routines that are in place, documents within their revision date, and what is read in time."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import case, func, select

from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.queries.bevis.typar import Bevis, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning
from prosedyrar.behov import Dekning
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries.behov import overview
from prosedyrar.queries.lesing import due, readers
from prosedyrar.rules import Tilstand

FEWEST = 5


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole)


def _covered(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Of the routines the units below need: how many are covered by a valid, fresh procedure."""
    units = {row.id: row for row in work.db.scalars(select(Eining).order_by(Eining.sti)) if row.is_active(work.today)}
    tops = [row for row in units.values() if row.overordna_id not in units]
    needed: Counter[int] = Counter()
    covered: Counter[int] = Counter()
    for top in tops:
        for (_kode, unit), answer in overview(work, top, units).svar.items():
            needed[unit] += answer.stand is not Dekning.IKKJE
            covered[unit] += answer.stand is Dekning.DEKT
    found = {}
    for root, below in omfang.items():
        whole, part = sum(needed[unit] for unit in below), sum(covered[unit] for unit in below)
        if not whole:
            found[root] = Maling(None, _("Ingen rutinar er kravde her."))
            continue
        found[root] = Maling(_share(part, whole), _("%(n)s av %(m)s nødvendige rutinar er på plass.", n=part, m=whole))
    return found


def _fresh(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Of the valid documents the units own: how many are within their revision date."""
    late = func.sum(case((Prosedyre.revisjonsfrist < work.today, 1), else_=0))
    rows = work.db.execute(
        select(Prosedyre.eining_id, func.count(), late)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .where(Prosedyre.eining_id.in_(units_in(omfang)), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
        .group_by(Prosedyre.eining_id)
    )
    counts = {unit: (whole, over) for unit, whole, over in rows}
    found = {}
    for root, below in omfang.items():
        whole = sum(counts.get(unit, (0, 0))[0] for unit in below)
        over = sum(counts.get(unit, (0, 0))[1] for unit in below)
        if not whole:
            found[root] = Maling(None, _("Eininga eig ingen gyldige dokument sjølv."))
            continue
        said = _("%(n)s av %(m)s eigne dokument er innanfor revisjonsfristen.", n=whole - over, m=whole)
        found[root] = Maling(_share(whole - over, whole), said)
    return found


def _read(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Of the readings whose deadline has passed: how many were done. Few say nothing, so that nobody is pointed at."""
    asked: Counter[int] = Counter()
    done: Counter[int] = Counter()
    who = readers(work.today).where(Eining.id.in_(units_in(omfang))).subquery()
    late_start = case((who.c.tilsett_fra > who.c.fra, who.c.tilsett_fra), else_=who.c.fra)  # most began long ago: few groups
    key = (who.c.eining_id, who.c.gyldig_fra, late_start, who.c.fra, who.c.frist_dagar)
    for unit, first, start, since, days, whole, read in work.db.execute(
        select(*key, func.count(), func.count(who.c.kvittering_id)).group_by(*key)
    ):
        if due(first, start, since, days) < work.today:
            asked[unit] += whole
            done[unit] += read
    found = {}
    for root, below in omfang.items():
        whole, part = sum(asked[unit] for unit in below), sum(done[unit] for unit in below)
        if whole < FEWEST:
            found[root] = Maling(None, _("For få lesingar med passert frist til å seie noko."))
            continue
        share = _share(part, whole)
        found[root] = Maling(share, _("%(n)s %% av lesingane med passert frist er gjorde.", n=share))
    return found


BEVIS: tuple[Bevis, ...] = (
    Bevis(
        kode="rutinar_dekning",
        punkt=Punkt.RUTINAR,
        namn=_l("Nødvendige rutinar på plass"),
        regel=_l(
            "Grønt når minst %(gron)s av 100 nødvendige rutinar er dekte av ein gyldig prosedyre, gult frå %(gul)s, elles raudt."
        ),
        retning=Retning.HOG,
        gron=90,
        gul=70,
        lenkje=lambda eining: f"/prosedyrar/oversikt?eining={eining.kode}",
        male=_covered,
    ),
    Bevis(
        kode="prosedyrar_frist",
        punkt=Punkt.RUTINAR,
        namn=_l("Innanfor revisjonsfristen"),
        regel=_l("Grønt når minst %(gron)s av 100 eigne gyldige dokument er innanfor fristen, gult frå %(gul)s, elles raudt."),
        retning=Retning.HOG,
        gron=90,
        gul=70,
        lenkje=lambda eining: f"/prosedyrar/?eining={eining.id}",
        male=_fresh,
    ),
    Bevis(
        kode="prosedyrar_lese",
        punkt=Punkt.RUTINAR,
        namn=_l("Lese og forstått"),
        regel=_l("Grønt når minst %(gron)s av 100 lesingar med passert frist er gjorde, gult frå %(gul)s, elles raudt."),
        retning=Retning.HOG,
        gron=90,
        gul=75,
        lenkje=lambda eining: f"/prosedyrar/?eining={eining.id}",
        male=_read,
    ),
)
