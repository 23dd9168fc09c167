"""Sections of the yearly report on privacy: breaches by kind, and what became of the duty to notify the authority."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import select

from avvik.models import Avvik, AvvikMeldeplikt
from avvik.queries.tal_periode import Periode, first_day, shift
from avvik.rules import Status
from kjerne.clock import from_oslo
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from rapportar.rules.dokument import Celle, Del, Tabell
from rapportar.slag.avvik import NUMBERS, by_category
from rapportar.slag.grunnlag import Bolkslag, Grunnlag, Manglar

TYPE, DUTY = "info_personvern", "personvern_brot"
MELDT, IKKJE, OPEN, I_TIDE = "meldt", "ikkje_meldt", "open", "i tide"


def breaches(g: Grunnlag) -> Sequence[Del]:
    """Deviations about privacy and information security by sub-category."""
    none = _("Ingen saker om personvern eller informasjonstryggleik i perioden.")
    return by_category(g, TYPE, _("Saker om personvern og informasjonstryggleik"), none)


def notified(g: Grunnlag) -> Sequence[Del]:
    """Cases filed in the period whose duty to notify a breach came up: notified, in time, not notified with a reason, undecided.

    Whole numbers, so only for who reads all units below. Cases about a leader and whistleblowing are counted nowhere.
    """
    if not g.no.heilt:
        raise Manglar(_("Meldepliktene er små tal utanfor det du les."))
    counts = [_counts(g, periode) for periode in g.perioder]
    if not any(counts):
        raise Manglar(_("Ingen brot som kan vere meldepliktige, er registrerte."))
    names = (
        (MELDT, _("Melde til Datatilsynet")),
        (I_TIDE, _("Av dei melde innan fristen på 72 timar")),
        (IKKJE, _("Vurderte og ikkje melde, med grunngiving")),
        (OPEN, _("Ikkje avgjorde enno")),
    )
    rows: list[list[Celle]] = [[name, *[count[key] for count in counts]] for key, name in names]
    return [Tabell(_("Brot som kan vere meldepliktige"), [_("Kva som er gjort"), *g.kolonnar], rows)]


def _counts(g: Grunnlag, periode: Periode) -> Counter[str]:
    first = from_oslo(datetime.combine(first_day(periode.manadar[0]), time()))
    end = from_oslo(datetime.combine(first_day(shift(periode.manadar[-1], 1)), time()))
    rows = g.work.db.execute(
        select(AvvikMeldeplikt.status, AvvikMeldeplikt.avgjort_tid, AvvikMeldeplikt.frist)
        .join(Avvik, Avvik.id == AvvikMeldeplikt.avvik_id)
        .where(
            AvvikMeldeplikt.meldeplikt == DUTY,
            Avvik.eining_id.in_([key for key, row in g.tal_einingar.items() if row.sti.startswith(g.eining.sti)]),
            Avvik.meldt >= first,
            Avvik.meldt < end,
            Avvik.er_varsel.is_(False),
            Avvik.gjeld_leiar.is_(False),
            Avvik.status != Status.AVVIST.value,
        )
    )
    found: Counter[str] = Counter()
    for status, decided, deadline in rows:
        found[status] += 1
        found[I_TIDE] += status == MELDT and decided is not None and (deadline is None or decided <= deadline)
    return found


BROT = Bolkslag("personvernbrot", _l("Brot og andre saker"), breaches, NUMBERS)
MELDEPLIKT = Bolkslag("meldeplikt", _l("Melding til Datatilsynet"), notified, NUMBERS)
