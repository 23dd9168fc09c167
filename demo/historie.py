"""The history lines of a demo case: what was said and done, by whom, in the order it happened."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from avvik.rules import Status
from demo.personar import Ansatt
from demo.sak import Sak
from demo.tekstar import phrase

__all__ = ["Linje", "tell"]

_KOMMENTAR = 0.2
_LENGE = timedelta(days=9999)


@dataclass(slots=True)
class Linje:
    """A line to be; `person` is None for the system and for a hidden reporter."""

    tid: datetime
    slag: str
    aktor: str
    person: Ansatt | None
    fra: str = ""
    til: str = ""
    tekst: str = ""
    synleg: bool = True


def tell(rng: random.Random, sak: Sak) -> list[Linje]:
    """All lines of a case, oldest first."""
    forlop = sak.forlop
    lines = [Linje(sak.plan.meldt, "meldt", "meldar", sak.reporter, til=str(sak.alvor_meldt))]
    if forlop.start is None or forlop.svar is None:
        return lines
    lines.append(Linje(forlop.start, "starta", "handsamar", sak.handler))
    end = sak.first_end
    answered_by_ending = forlop.svar == end
    if not answered_by_ending:
        lines.append(Linje(forlop.svar, "forste_svar", "handsamar", sak.handler, tekst=sak.story.svar))
    lines += _corrections(rng, sak, forlop.svar)
    lines += _talk(rng, sak)
    if not answered_by_ending and rng.random() < _KOMMENTAR:
        later = min(forlop.svar + timedelta(minutes=2), end or sak.plan.meldt + _LENGE)
        lines.append(Linje(later, "kommentar", "handsamar", sak.handler, tekst=sak.story.kommentar, synleg=False))
    if sak.arsaker:
        when = max(forlop.start, end - timedelta(minutes=6)) if end else forlop.svar + timedelta(minutes=1)
        lines.append(Linje(when, "arsak", "handsamar", sak.handler, til=", ".join(sak.arsaker)[:160], synleg=False))
    lines += [Linje(tid, "tiltak", "handsamar", sak.handler, til=str(number), synleg=False) for tid, number in sak.tiltak]
    if forlop.status is Status.VENTAR_EFFEKT:
        lines.append(Linje(max(line.tid for line in lines) + timedelta(minutes=1), "ventar_effekt", "handsamar", sak.handler))
    if sak.plan.steg == "varsel":
        grunn = phrase(rng, "varsel_grunn", sak.sprak)
        lines.append(Linje(forlop.svar, "varsel", "handsamar", sak.handler, tekst=grunn, synleg=False))
    lines += [
        Linje(one.tid, "meldeplikt_avgjort", "handsamar", sak.handler, one.kode, one.status, one.tekst, synleg=False)
        for one in sak.plikter
        if one.tid is not None
    ]
    if end is not None:
        lines += _ending(rng, sak, forlop.start, end)
    return sorted(lines, key=lambda line: line.tid)


def _corrections(rng: random.Random, sak: Sak, svar: datetime) -> list[Linje]:
    """Type and level confirmed, or changed with a reason that the reporter sees."""
    plan, lines = sak.plan, []
    if sak.alvor_meldt != plan.alvor:
        grunn = phrase(rng, "alvor_grunn", sak.sprak)
        lines.append(Linje(svar, "alvor_endra", "handsamar", sak.handler, str(sak.alvor_meldt), str(plan.alvor), grunn))
    if sak.underkategori_meldt != plan.underkategori:
        grunn = phrase(rng, "type_grunn", sak.sprak)
        lines.append(Linje(svar, "type_endra", "handsamar", sak.handler, sak.underkategori_meldt, plan.underkategori, grunn))
    return lines or [Linje(svar, "stadfesta", "handsamar", sak.handler, til=str(plan.alvor))]


def _talk(rng: random.Random, sak: Sak) -> list[Linje]:
    forlop, lines = sak.forlop, []
    if forlop.spurd is not None:
        lines.append(Linje(forlop.spurd, "sporsmal", "handsamar", sak.handler, tekst=phrase(rng, "sporsmal", sak.sprak)))
    if forlop.opplyst is not None:
        tid = forlop.opplyst.replace(minute=0, second=0, microsecond=0) if sak.plan.anonym else forlop.opplyst
        lines.append(Linje(tid, "opplysning", "meldar", sak.reporter, tekst=phrase(rng, "opplysning", sak.sprak)))
    return lines


def _ending(rng: random.Random, sak: Sak, start: datetime, end: datetime) -> list[Linje]:
    """Closed or rejected; opened again and perhaps closed once more."""
    forlop, closer = sak.forlop, sak.closer
    if forlop.status is Status.AVVIST:
        return [Linje(end, "avvist", "handsamar", closer, tekst=phrase(rng, "avvist_grunn", sak.sprak))]
    outcomes = ", ".join(sorted(sak.utfall))[:160]
    answer = sak.story.sluttsvar
    lines = [
        Linje(max(start, end - timedelta(minutes=2)), "utfall", "handsamar", closer, til=outcomes, synleg=False),
        Linje(end, "lukka", "handsamar", closer, til=outcomes, tekst=answer),
    ]
    if forlop.gjenopna is None:
        return lines
    if forlop.innvending:
        text = phrase(rng, "innvending", sak.sprak)
        lines.append(Linje(forlop.gjenopna, "innvending", "meldar", sak.reporter, tekst=text))
    else:
        text = phrase(rng, "gjenopna_grunn", sak.sprak)
        lines.append(Linje(forlop.gjenopna, "gjenopna", "handsamar", closer, tekst=text))
    if forlop.slutt is not None:
        lines.append(Linje(forlop.gjenopna + timedelta(minutes=25), "starta", "handsamar", closer))
        lines.append(Linje(forlop.slutt, "lukka", "handsamar", closer, til=outcomes, tekst=answer))
    return lines
