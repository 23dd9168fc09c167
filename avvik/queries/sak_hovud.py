"""What a case's page asks first, in one question: the case, how she stands to it, who has it, and what there is of it at all.

Most cases have few of the things a case can have. What is not there is not asked for.
"""

from typing import Any, Final

from sqlalchemy import Exists, Select, String, and_, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from avvik.models import Avvik, AvvikLenkje, AvvikMeldarLoynd, AvvikMeldeplikt, AvvikProsedyre, AvvikRos, AvvikTiltak
from avvik.queries.access import Stand, by_role, deny, in_groups, number_of, seen
from avvik.queries.prosedyre import OPPHAV
from kjerne import asked
from kjerne.einingar import tree
from kjerne.models import Fil, Person
from kjerne.work import Work
from prosedyrar.models import Revisjonsonske

__all__ = ["get_head", "stand_of"]

_COLUMNS: Final = [column for column in Avvik.__table__.c if column.name != "sporingskode_hash"]
_SAID: Final = cast(Avvik.aar, String) + "-" + cast(Avvik.lopenr, String)


def _there() -> dict[str, Exists]:
    """What a case may have, each as a question with yes or no."""
    this = Avvik.id
    return {
        "har_filer": exists().where(Fil.subjekt_type == "avvik", Fil.subjekt_id == this),
        "har_plikter": exists().where(AvvikMeldeplikt.avvik_id == this),
        "har_tiltak": exists().where(AvvikTiltak.avvik_id == this),
        "har_lenkjer": exists().where(or_(AvvikLenkje.fra_id == this, AvvikLenkje.til_id == this)),
        "har_risiko": exists().where(AvvikRos.avvik_id == this),
        "har_prosedyre": exists().where(AvvikProsedyre.avvik_id == this),
        "har_onske": exists().where(Revisjonsonske.opphav_type == OPPHAV, Revisjonsonske.opphav_id == this),
    }


def _head(work: Work) -> Select[*tuple[Any, ...]]:
    handler, reporter, others = aliased(Person), aliased(Person), aliased(Avvik)
    her_own = exists().where(AvvikMeldarLoynd.avvik_id == Avvik.id, AvvikMeldarLoynd.person_id == work.me.id)
    return (
        select(
            *_COLUMNS,
            _SAID.label("nr"),
            case((by_role(work), 1), else_=0).label("ved_rolle"),
            case((in_groups(work), 1), else_=0).label("i_gruppe"),
            her_own.label("loynd_meldar"),
            handler.namn.label("sakshandsamar"),
            reporter.namn.label("meldar"),
            select(func.max(others.id)).scalar_subquery().label("nyaste"),
            *(found.label(name) for name, found in _there().items()),
        )
        .outerjoin(handler, handler.id == Avvik.sakshandsamar_id)
        .outerjoin(reporter, reporter.id == Avvik.meldar_id)
        .where(and_(Avvik.aar == bindparam("aar"), Avvik.lopenr == bindparam("lopenr")), seen(work))
    )


def get_head(work: Work, nr: str) -> Any:
    """The case with that number as plain columns, if this person may see it, and what there is of it. Else as `get_avvik`.

    Besides the case's columns: `nr`, who has it and who filed it, `nyaste` (the highest id of any case), and `har_…`.
    """
    aar, lopenr = number_of(nr)
    found = asked.rows(work, _head, aar=aar, lopenr=lopenr)
    if not found:
        deny(work, aar, lopenr)
    return found[0]


def stand_of(work: Work, head: Any) -> Stand:
    """How she stands to the case whose head it is."""
    hers = bool(head.loynd_meldar) if head.konfidensiell else head.meldar_id == work.me.id
    above = tree(work.db).einingar[head.eining_id].overordna_id
    return Stand(meldar=hers and not head.anonym, les=bool(head.ved_rolle), gruppe=bool(head.i_gruppe), over=above)
