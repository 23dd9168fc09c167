"""The history of a letter in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kjerne.i18n import Lazy, fdate, ngettext
from kjerne.i18n import lazy as _l
from oppdragsbrev.models import Brevhending
from oppdragsbrev.queries.brev import SENT_OUT
from oppdragsbrev.rules import SVARNAMN, Svarstatus

WORDS: dict[str, Lazy] = {
    "ny": _l("Kladden blei laga frå ein mal."),
    "fra-i-fjor": _l("Kladden blei laga frå eit tidlegare brev."),
    "tekst": _l("Teksten i kladden blei endra."),
    "utgave": _l("Brevet fekk utgåve %(utgave)s."),
    "sendt": _l("Brevet blei sendt til eininga."),
    "avslutta": _l("Brevet blei avslutta."),
    "frist": _l("Fristen for punkt %(punkt)s blei sett til %(til)s."),
    "svar": _l("Punkt %(punkt)s: eit svar blei skrive. Status: %(status)s."),
    "fil": _l("Punkt %(punkt)s: ei fil blei lagd ved."),
    "fil-bort": _l("Punkt %(punkt)s: ei fil blei teken bort."),
    "lenkje": _l("Punkt %(punkt)s: ei lenkje blei lagd til."),
    "lenkje-bort": _l("Punkt %(punkt)s: ei lenkje blei teken bort."),
    "gitt": _l("Punkt %(punkt)s: eit kulepunkt blei gitt til %(namn)s."),
    "teken-tilbake": _l("Punkt %(punkt)s: eit kulepunkt blei teke tilbake til leiaren."),
    "levert": _l("Punkt %(punkt)s blei levert."),
    "godteken": _l("Punkt %(punkt)s blei godteke."),
    "retur": _l("Punkt %(punkt)s blei sendt tilbake."),
    "sporsmal": _l("Punkt %(punkt)s: leiaren spurde om noko."),
    "svar-sjef": _l("Punkt %(punkt)s: kommunalsjefen skreiv til leiaren."),
}


@dataclass(frozen=True)
class Linje:
    """One line: what was done, by whom, when."""

    tekst: str
    namn: str
    tid: datetime


def lines(rows: Iterable[tuple[Brevhending, str]]) -> list[Linje]:
    """The history as sentences."""
    return [Linje(_sentence(row), namn, row.tid) for row, namn in rows]


def _sentence(row: Brevhending) -> str:
    if row.slag == SENT_OUT:
        return ngettext("Brevet er sendt til %(num)s eining.", "Brevet er sendt til %(num)s einingar.", row.detalj["einingar"])
    held = {"punkt": "", "namn": "", "utgave": "", "til": "", "status": "", **row.detalj}
    if row.slag == "frist":
        held["til"] = fdate(date.fromisoformat(held["til"]))
    if row.slag == "svar":
        held["status"] = str(SVARNAMN[Svarstatus(held["status"])])
    return str(WORDS[row.slag]) % held
