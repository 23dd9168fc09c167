"""The professions the law asks of the municipality: added, changed and retired with dates and a source."""

from collections.abc import Mapping

from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Yrke, in_force
from kjerne.work import Work
from kompetanse.actions.katalog import demand_order, put
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
    demand_order(kept)
    held = set(row.yrker.split("|")) if row is not None else set()
    known = {one.kode for one in work.db.scalars(in_force(Yrke, work.today))} | held
    chosen = {code for code in str(kept["yrker"]).split("|") if code}
    if not chosen or not chosen <= known:
        raise Refused(_("Vel minst eitt yrke som tel med."), "yrker")
    return put(work, Lovyrke, row, kode, kept, taken=_("Skriv ein kode som ingen annan rad har."))
