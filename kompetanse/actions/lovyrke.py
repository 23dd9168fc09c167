"""The professions the law asks of the municipality: added, changed and retired with dates and a source."""

from collections.abc import Mapping

from sqlalchemy import func, select

from kjerne import log
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Yrke, in_force
from kjerne.work import Work
from kompetanse.models import Lovyrke

#: What the form may change.
FIELDS = ("nn", "nb", "en", "yrker", "heimel", "gjeld_fra", "gjeld_til")


def save_law_profession(work: Work, row: Lovyrke | None, kode: str, values: Mapping[str, object], version: int | None) -> Lovyrke:
    """Add a profession, or change one; a last day retires it. Raises `Conflict` for an old form, `Refused` for what does not fit.

    `yrker` are codes of the professions that count as it, split by |; `heimel` says where the law has it.
    """
    if row is not None and version != row.version:
        raise Conflict(_("Yrket blei endra av ein annan medan du skreiv."), mine=str(values["nn"]), theirs=row.nn)
    kept = {name: values[name] for name in FIELDS}
    fra, til = kept["gjeld_fra"], kept["gjeld_til"]
    if til is not None and til < fra:  # type: ignore[operator]  # both are dates
        raise Refused(_("Til-datoen er før frå-datoen."), "gjeld_til")
    held = set(row.yrker.split("|")) if row is not None else set()
    known = {one.kode for one in work.db.scalars(in_force(Yrke, work.today))} | held
    chosen = {code for code in str(kept["yrker"]).split("|") if code}
    if not chosen or not chosen <= known:
        raise Refused(_("Vel minst eitt yrke som tel med."), "yrker")
    new = row is None
    if row is None:
        if not kode or work.db.scalar(select(Lovyrke.id).where(Lovyrke.kode == kode)) is not None:
            raise Refused(_("Skriv ein kode som ingen annan rad har."), "kode")
        last = work.db.scalar(select(func.max(Lovyrke.rekkje))) or 0
        row = Lovyrke(kode=kode, rekkje=last + 1, merke="P", **kept)
        work.db.add(row)
    else:
        for name, value in kept.items():
            setattr(row, name, value)
    work.db.flush()
    log.record(work, "lovyrke", row.id, "lovyrke:laga" if new else "lovyrke:endra", kode=row.kode)
    return row
