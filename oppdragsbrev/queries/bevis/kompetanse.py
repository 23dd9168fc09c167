"""Evidence for point 4, and training in the deviation system for point 3: needs met, and a plan for the year."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select

from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Work
from kompetanse.models import Kompetanse, Kompetanseplan
from kompetanse.queries import kart
from oppdragsbrev.queries.bevis.typar import Bevis, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning

DEVIATION_TRAINING = "avvik_kurs"
APPROVED = ("godkjend", "vidarefort")


def _met(work: Work, omfang: Omfang, kode: str | None) -> Mapping[int, Maling]:
    """Of what is needed today (for one competence, or all): how much is there. The same pass as the gap map."""
    units = units_in(omfang)
    key = f"bevis:kart:{hash(units)}"
    if key not in work.memo:  # two kinds of evidence read the same map
        work.memo[key] = kart.cells(kart.read(work.db, units, today=work.today))
    wanted = None if kode is None else set(work.db.scalars(select(Kompetanse.id).where(Kompetanse.kode == kode)))
    needed: Counter[int] = Counter()
    there: Counter[int] = Counter()
    for (unit, kompetanse_id), rute in work.memo[key].items():
        if wanted is None or kompetanse_id in wanted:
            needed[unit] += rute.behov
            there[unit] += rute.har
    found = {}
    for root, below in omfang.items():
        whole, part = sum(needed[unit] for unit in below), sum(there[unit] for unit in below)
        if not whole:
            found[root] = Maling(None, _("Ingen behov er sette her."))
            continue
        share = round(100 * part / whole)
        found[root] = Maling(share, _("%(n)s %% av behovet er dekt.", n=share))
    return found


def _all(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    return _met(work, omfang, None)


def _trained(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    return _met(work, omfang, DEVIATION_TRAINING)


def _planned(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """1 when the unit, or one below it, has an approved plan for this year."""
    approved = set(
        work.db.scalars(
            select(Kompetanseplan.eining_id).where(
                Kompetanseplan.eining_id.in_(units_in(omfang)),
                Kompetanseplan.aar == work.today.year,
                Kompetanseplan.status.in_(APPROVED),
            )
        )
    )
    yes, no = _("Planen for %(aar)s er godkjend.", aar=work.today.year), _("Ingen godkjend plan for %(aar)s.", aar=work.today.year)
    return {root: Maling(1, yes) if below & approved else Maling(0, no) for root, below in omfang.items()}


def _map(eining: Eining) -> str:
    return f"/kompetanse/kart?eining={eining.id}"


OPPLAERING: tuple[Bevis, ...] = (
    Bevis(
        kode="avvik_opplaering",
        punkt=Punkt.AVVIK,
        namn=_l("Opplæring i avvikssystemet"),
        regel=_l("Grønt når minst %(gron)s av 100 som skal ha opplæring, har henne, gult frå %(gul)s, elles raudt."),
        retning=Retning.HOG,
        gron=90,
        gul=75,
        lenkje=_map,
        male=_trained,
    ),
)
BEVIS: tuple[Bevis, ...] = (
    Bevis(
        kode="kompetanse_dekning",
        punkt=Punkt.KOMPETANSE,
        namn=_l("Kompetansebehov dekt"),
        regel=_l("Grønt når minst %(gron)s av 100 behov er dekte i dag, gult frå %(gul)s, elles raudt."),
        retning=Retning.HOG,
        gron=90,
        gul=75,
        lenkje=_map,
        male=_all,
    ),
    Bevis(
        kode="kompetanseplan",
        punkt=Punkt.KOMPETANSE,
        namn=_l("Kompetanseplan for året"),
        regel=_l("Grønt når eininga har ein godkjend plan for året, elles raudt."),
        retning=Retning.HOG,
        gron=1,
        gul=1,
        lenkje=lambda eining: f"/kompetanse/plan?eining={eining.id}",
        male=_planned,
    ),
)
