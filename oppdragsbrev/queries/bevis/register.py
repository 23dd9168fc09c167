"""Evidence for points 5, 6 and 7: what the register holds, by how many days each thing is over its time."""

from collections.abc import Mapping

from kjerne.i18n import fdate, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.work import Work
from oppdragsbrev.queries.bevis.typar import NEVER, Bevis, Malar, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning
from register import queries
from register.rules import ARKIVDELAR, SLAGNAMN, Slag


def _late(slag: Slag) -> Malar:
    """Days over the next date; the newest line anywhere in the subtree counts."""

    def male(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
        units = units_in(omfang)
        newest = {row.eining_id: row for row in queries.latest(work, units, [slag])}
        found = {}
        for root, below in omfang.items():
            rows = [newest[unit] for unit in below if unit in newest]
            last = max(rows, key=lambda row: row.dato, default=None)
            if last is None:
                found[root] = Maling(NEVER, _("Ikkje ført enno."))
                continue
            late = max(0, (work.today - last.neste).days) if last.neste else 0
            said = _("Sist %(dato)s.", dato=fdate(last.dato))
            if late:
                said += " " + ngettext("%(num)s dag over tida.", "%(num)s dagar over tida.", late)
            found[root] = Maling(late, said)
        return found

    return male


def _archive(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """How many of the nine parts lack in the unit's description, or days over the yearly review when all are written."""
    units = units_in(omfang)
    stands = queries.archives(work, units)
    found = {}
    for root, below in omfang.items():
        own = stands.get(root) or next((stands[unit] for unit in sorted(below) if unit in stands), None)
        if own is None:
            found[root] = Maling(NEVER, _("Ikkje skriven."))
            continue
        lacking = len(ARKIVDELAR) - own.delar
        late = max(0, (work.today - own.neste).days)
        said = _("%(n)s av 9 delar er skrivne, gjennomgått %(dato)s.", n=own.delar, dato=fdate(own.gjennomgatt))
        found[root] = Maling(lacking * 30 + late, said)
    return found


def _of(slag: Slag, punkt: Punkt | None) -> Bevis:
    return Bevis(
        kode=slag.value,
        punkt=punkt,
        namn=SLAGNAMN[slag],
        regel=_l("Grønt når neste dato ikkje er passert med meir enn %(gron)s dagar, gult til og med %(gul)s dagar, elles raudt."),
        retning=Retning.LAG,
        gron=0,
        gul=60,
        lenkje=lambda eining: f"/register/?eining={eining.kode}&slag={slag.value}",
        male=_late(slag),
    )


BEVIS: tuple[Bevis, ...] = (
    _of(Slag.BRUKARUNDERSOKING, Punkt.BRUKARMEDVERKNAD),
    _of(Slag.BRUKARRAD, Punkt.BRUKARMEDVERKNAD),
    _of(Slag.VERNERUNDE, Punkt.HMS),
    _of(Slag.MEDARBEIDARUNDERSOKING, Punkt.HMS),
    _of(Slag.PERSONALMOTE, Punkt.HMS),
    Bevis(
        kode="arkivskildring",
        punkt=Punkt.ARKIV,
        namn=_l("Arkivskildring"),
        regel=_l(
            "Kvar del som manglar, tel 30 dagar over tida. Grønt til og med %(gron)s dagar, gult til og med %(gul)s, elles raudt."
        ),
        retning=Retning.LAG,
        gron=0,
        gul=120,
        lenkje=lambda eining: f"/register/arkiv/{eining.kode}",
        male=_archive,
    ),
)
#: Evidence for legal duties that no point of the letter asks for.
STYRING: tuple[Bevis, ...] = tuple(
    _of(slag, None)
    for slag in (
        Slag.LEIINGA_GJENNOMGANG,
        Slag.INTERNREVISJON,
        Slag.HMS_GJENNOMGANG,
        Slag.AMU,
        Slag.BRANNOVING,
        Slag.BEREDSKAPSOVING,
    )
)
