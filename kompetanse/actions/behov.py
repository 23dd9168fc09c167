"""What a unit needs: set, override from above with a reason, end, and take in the starter set's proposal."""

from datetime import date, timedelta

from sqlalchemy import select

from kjerne import log
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Yrke, in_force
from kjerne.models import Eining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import ruter
from kompetanse.actions.bevis import entry
from kompetanse.actions.katalog import read_rows
from kompetanse.models import Kompetanse, Kompetansebehov
from kompetanse.rules import Omfang
from prosedyrar.behov import Slag


def set_need(
    work: Work,
    eining: Eining,
    *,
    kompetanse_id: int,
    omfang: str,
    tal: int,
    niva: int,
    gjeld_fra: date,
    einingsslag: str = "",
    yrker: list[str] | None = None,
    rolle: str = "",
    vakt: str = "",
    overstyrer: Kompetansebehov | None = None,
    grunn: str = "",
) -> Kompetansebehov:
    """Say what a unit and all beneath need. An override lies under what it replaces and gives a reason. Raises `Refused`."""
    if not work.has(Right.KOMPETANSE_SKRIV, eining.id):
        raise NotFound
    row = entry(work, kompetanse_id)
    how = Omfang(omfang)
    if how in {Omfang.ALLE, Omfang.INGEN}:
        tal = 0
    elif not 1 <= tal <= (100 if how is Omfang.ANDEL else rules.TAL_MAX):
        raise Refused(_("Skriv kor mange, eller ein prosent frå 1 til 100."), "tal")
    if niva not in rules.NIVANAMN or niva < 1:
        raise Refused(_("Vel eit nivå i lista."), "niva")
    _check_group(work, einingsslag, yrker or [], rolle, vakt)
    if overstyrer is not None:
        _check_override(work, eining, row, overstyrer, grunn)
    elif how is Omfang.INGEN:
        raise Refused(_("«Ikkje kravd her» går berre som unntak frå eit behov som er sett over."), "omfang")
    made = Kompetansebehov(
        kompetanse_id=row.id,
        eining_id=eining.id,
        einingsslag=einingsslag,
        yrker="|".join(yrker or []),
        rolle=rolle,
        vakt=vakt,
        omfang=how.value,
        tal=tal,
        niva=niva,
        overstyrer_id=overstyrer.id if overstyrer else None,
        grunn=grunn if overstyrer else "",
        gjeld_fra=gjeld_fra,
        laga_av_id=work.person.id if work.person else None,
        laga=work.now,
    )
    work.db.add(made)
    work.db.flush()
    ruter.forget_all(work.db)
    what = "behov:overstyrt" if overstyrer else "behov:sett"
    log.record(work, "kompetansebehov", made.id, what, kompetanse=row.kode, eining=eining.id, omfang=how.value, tal=tal, niva=niva)
    return made


def _check_group(work: Work, einingsslag: str, yrker: list[str], rolle: str, vakt: str) -> None:
    known = {one.kode for one in work.db.scalars(in_force(Yrke, work.today))}
    if einingsslag and einingsslag not in set(Slag):
        raise Refused(_("Vel eit slag eining i lista."), "einingsslag")
    if not set(yrker) <= known:
        raise Refused(_("Vel yrke i lista."), "yrker")
    if rolle and rolle not in set(Rolle):
        raise Refused(_("Vel ei rolle i lista."), "rolle")
    if vakt and vakt not in rules.VAKTNAMN:
        raise Refused(_("Vel ei vakt i lista."), "vakt")


def _check_override(work: Work, eining: Eining, row: Kompetanse, base: Kompetansebehov, grunn: str) -> None:
    above = work.db.get(Eining, base.eining_id)
    if base.kompetanse_id != row.id or above is None or not eining.sti.startswith(above.sti) or above.id == eining.id:
        raise NotFound
    if not grunn:
        raise Refused(_("Skriv kvifor denne eininga skal ha eit anna behov."), "grunn")


def end_need(work: Work, behov: Kompetansebehov, version: int) -> None:
    """A need holds no more from today; one that has not begun is taken away. What rested on it (overrides) ends with it."""
    if behov.version != version:
        raise Refused(_("Behovet blei endra av ein annan. Sjå på nytt."))
    last = work.today - timedelta(days=1)
    kids = work.db.scalars(
        select(Kompetansebehov).where(Kompetansebehov.overstyrer_id == behov.id, Kompetansebehov.gjeld_til.is_(None))
    ).all()
    for one in [*kids, behov]:
        one.gjeld_til = max(last, one.gjeld_fra)
        if one.gjeld_fra > last:
            one.gjeld_fra = one.gjeld_til = last
        log.record(work, "kompetansebehov", one.id, "behov:avslutta")
    work.db.flush()
    ruter.forget_all(work.db)


def take_proposal(work: Work, eining: Eining) -> int:
    """Set the starter set's needs on a top unit, those that are not there yet. Returns how many were new."""
    codes = {row.kode: row.id for row in work.db.scalars(in_force(Kompetanse, work.today))}
    there = {
        (one.kompetanse_id, one.einingsslag, one.yrker, one.rolle, one.omfang)
        for one in work.db.scalars(select(Kompetansebehov).where(Kompetansebehov.eining_id == eining.id))
    }
    count = 0
    for row in read_rows("kompetansebehov"):
        known = codes.get(row["kompetanse"])
        if known is None or (known, row["einingsslag"], row["yrker"], row["rolle"], row["omfang"]) in there:
            continue
        set_need(
            work,
            eining,
            kompetanse_id=known,
            omfang=row["omfang"],
            tal=int(row["tal"]),
            niva=int(row["niva"]),
            gjeld_fra=work.today,
            einingsslag=row["einingsslag"],
            yrker=[code for code in row["yrker"].split("|") if code],
            rolle=row["rolle"],
            vakt=row["vakt"],
        )
        count += 1
    return count
