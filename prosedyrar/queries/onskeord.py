"""What a request is called to whoever reads it: its own words say something of the case it came from, which few may see."""

from collections.abc import Iterable

from kjerne.i18n import gettext as _
from kjerne.work import Work
from prosedyrar.events import OnskeVist
from prosedyrar.models import Revisjonsonske


def words(work: Work, rows: Iterable[Revisjonsonske]) -> dict[int, str]:
    """Request → its words; of a shielded one just its number, to one who may not see the case and did not ask herself."""
    found = list(rows)
    shown = OnskeVist(frozenset((row.opphav_type, row.opphav_id) for row in found if row.skjerma))
    if shown.opphav:
        work.announce(shown)
    said = {}
    for row in found:
        mine = work.person is not None and row.bedd_av_id == work.person.id
        open_ = not row.skjerma or mine or (row.opphav_type, row.opphav_id) in shown.synlege
        said[row.id] = row.tittel if open_ else _("Ønske nr. %(nr)s, frå ei sak som få kan sjå", nr=row.id)
    return said
