"""The supervision folder: one ZIP with the lists, counts and documents as they were, an index and checksums.

Names of people are out unless asked for; what is shielded or sensitive is never in it. Everything is read as the one who makes
it: the folder's scope is hers. Heimel: helsetilsynslova (the supervisor asks for proof); offentleglova § 13 (names).
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from avvik.queries import tal
from avvik.queries.tal_periode import Periode, month_of, shift
from kjerne import identitet, vakt
from kjerne.access import Right
from kjerne.i18n import current
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.log import record
from kjerne.models import Eining, Person
from kjerne.rekneark import Celle, csv_lines
from kjerne.sladd import exactly, spans, without
from kjerne.work import Work
from krav import pdf, queries
from krav.katalog import Krav
from krav.pdf import Vedlegg
from krav.queries import Stand
from krav.rules import STATUSNAMN, Status
from oppdragsbrev.rules import LYSNAMN
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from register.models import Arkivskildring, ArkivskildringDel, Registerforing
from register.rules import ARKIVDELAR, SLAGNAMN, Slag
from ros.models import RosAnalyse, RosEining, RosUtgave
from tiltak.models import Tiltak
from tiltak.rules import STATUSNAMN as TILTAKSTATUS
from tiltak.rules import Status as Tiltakstatus

#: A ZIP's own clock starts in 1980; a fixed stamp makes the same content the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)
SHORTEST_NAME = 3
CAPITAL = re.compile(r"\b[A-ZÆØÅ][\w’'-]+")


@dataclass(frozen=True)
class Bestilling:
    """What the folder is asked to hold. A unit brings those below it along."""

    krav: Sequence[Krav]
    einingar: Sequence[Eining]
    fra: date
    til: date
    med_namn: bool


@dataclass(frozen=True)
class Mappe:
    """The finished ZIP: its bytes, name and checksum."""

    data: bytes
    namn: str
    sha256: str


def make_folder(work: Work, wanted: Bestilling) -> Mappe:
    """Make the folder and log that it was made, with its checksum. Files come in a fixed order with a fixed stamp."""
    hide = _hider(work, wanted)
    below = queries.with_subtrees(work, wanted.einingar)
    units = [unit.id for unit in below]
    stands = queries.standings(work, wanted.einingar, wanted.krav)
    files = [
        Vedlegg("01-krav.csv", _("Krav, status, bevis og eiga vurdering"), _csv(_duty_head(), _duties(stands, hide))),
        Vedlegg("02-avvik-tal.csv", _("Tal på avvik"), _csv(_count_head(), _counts(work, wanted))),
        Vedlegg("03-tiltak.csv", _("Tiltak med frist i perioden"), _csv(_measure_head(), _measures(work, units, wanted, hide))),
        Vedlegg(
            "04-register.csv", _("Møte, rundar og undersøkingar"), _csv(_register_head(), _register(work, units, wanted, hide))
        ),
        *_archives(work, below, hide),
        *_procedures(work, units, wanted, hide),
        *_analyses(work, units, wanted, hide),
    ]
    front = pdf.Framside(
        kommune=settings(work.db)["kommune"],
        einingar=[unit.namn for unit in wanted.einingar],
        fra=wanted.fra,
        til=wanted.til,
        laga=work.now,
        laga_av=work.me.namn,
        med_namn=wanted.med_namn,
    )
    index = Vedlegg("00-indeks.pdf", "", pdf.index(front, stands, files))
    sums = "".join(f"{one.sha256}  {one.namn}\n" for one in [index, *files])
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as folder:
        for one in [index, *files, Vedlegg("SHA256SUMS", "", sums.encode())]:
            folder.writestr(zipfile.ZipInfo(one.namn, STAMP), one.data, zipfile.ZIP_DEFLATED)
    data = held.getvalue()
    made = Mappe(data, f"tilsynsmappe-{wanted.fra.isoformat()}-{wanted.til.isoformat()}.zip", hashlib.sha256(data).hexdigest())
    record(
        work,
        "tilsynsmappe",
        made.sha256[:32],
        "krav:tilsynsmappe",
        einingar=",".join(str(unit.id) for unit in wanted.einingar),
        krav=len(wanted.krav),
        fra=wanted.fra.isoformat(),
        til=wanted.til.isoformat(),
        namn=wanted.med_namn,
        sha256=made.sha256,
    )
    return made


def _hider(work: Work, wanted: Bestilling) -> Callable[[str], str]:
    """A function that takes names out of a text: what the identity guard finds, and capital words that are our people's names."""
    if wanted.med_namn:
        return lambda text: text
    words = vakt.known_words(work.db)
    ours = {part for namn in work.db.scalars(select(Person.namn)) for part in namn.split() if len(part) >= SHORTEST_NAME}

    def hide(text: str) -> str:
        found = [text[one.start : one.end] for one in identitet.find(text, today=work.today, known_words=words)]
        found += [hit[0] for hit in CAPITAL.finditer(text) if hit[0] in ours or hit[0].removesuffix("s") in ours]
        return without(text, spans(text, exactly(found))) if found else text

    return hide


def _csv(head: Sequence[str], rows: Iterable[Sequence[Celle]]) -> bytes:
    return "".join(csv_lines(head, rows)).encode()


def _duty_head() -> list[str]:
    return [
        _("Kode"),
        _("Heimel"),
        _("Krav"),
        _("Stadfesta"),
        _("Eining"),
        _("Status"),
        _("Bevis"),
        _("Eiga vurdering"),
        _("Grunngiving"),
        _("Dato"),
    ]


def _duties(stands: Sequence[Stand], hide: Callable[[str], str]) -> Iterable[Sequence[Celle]]:
    for one in stands:
        own = one.vurdering
        yield [
            one.krav.kode,
            one.krav.heimel,
            one.krav.tekst(current())[0],
            _("ja") if one.krav.stadfesta else _("nei"),
            one.eining.namn,
            str(LYSNAMN[one.lys]),
            " ".join(f"{found.bevis.namn}: {found.tekst}" for found in one.funn),
            str(STATUSNAMN[Status(own.status)]) if own else "",
            hide(own.grunn) if own else "",
            own.tid if own else None,
        ]


def _count_head() -> list[str]:
    return [
        _("Eining"),
        _("Periode"),
        _("Saker"),
        _("Hendingar"),
        _("Alvor 4–5"),
        _("Førte til endring"),
        _("Svar innan løftet, %"),
    ]


def _months(wanted: Bestilling) -> tuple[int, ...]:
    found = [month_of(wanted.fra)]
    while found[-1] < month_of(wanted.til):
        found.append(shift(found[-1], 1))
    return tuple(found)


def _counts(work: Work, wanted: Bestilling) -> Iterable[Sequence[Celle]]:
    """The same figures as the page of numbers, hidden where the page hides them. Units without the right are left out."""
    known = tal.units_of_numbers(work)
    period = Periode("mappe", "", _months(wanted))
    for unit in wanted.einingar:
        if unit.id not in known:
            continue
        found = tal.figures(work, known[unit.id], period, known)
        severe = [number for niva, _name, number in found.alvor if niva >= 4]
        yield [
            unit.namn,
            period.fra_til,
            _number(found.saker),
            _number(found.hendingar),
            _number(severe[0] + severe[1]),
            _number(found.endra.del_),
            found.lofte.prosent,
        ]


def _number(number: tal.Tal) -> Celle:
    if number.heil:
        return number.n
    return _("minst %(n)s", n=number.n) if number.n else "–"


def _measure_head() -> list[str]:
    return [_("Nr."), _("Tiltak"), _("Eining"), _("Status"), _("Frist"), _("Ansvarleg"), _("Ferdig")]


def _measures(work: Work, units: Sequence[int], wanted: Bestilling, hide: Callable[[str], str]) -> Iterable[Sequence[Celle]]:
    may = [unit for unit in units if unit in work.units(Right.TILTAK_LES) | work.units(Right.TILTAK_SKRIV)]
    rows = work.db.execute(
        select(Tiltak, Eining.namn, Person.namn)
        .join(Eining, Eining.id == Tiltak.eining_id)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .where(Tiltak.eining_id.in_(may), Tiltak.skjerma.is_(False), Tiltak.frist.between(wanted.fra, wanted.til))
        .order_by(Tiltak.frist, Tiltak.id)
    )
    for tiltak, unit, owner in rows:
        status = str(TILTAKSTATUS[Tiltakstatus(tiltak.status)])
        yield [tiltak.id, hide(tiltak.tittel), unit, status, tiltak.frist, owner if wanted.med_namn else "", tiltak.ferdig_tid]


def _register_head() -> list[str]:
    return [_("Dato"), _("Slag"), _("Eining"), _("Overskrift"), _("Samandrag"), _("Tal"), _("Neste")]


def _register(work: Work, units: Sequence[int], wanted: Bestilling, hide: Callable[[str], str]) -> Iterable[Sequence[Celle]]:
    may = [unit for unit in units if unit in work.units(Right.REGISTER_LES)]
    rows = work.db.execute(
        select(Registerforing, Eining.namn)
        .join(Eining, Eining.id == Registerforing.eining_id)
        .where(Registerforing.eining_id.in_(may), Registerforing.dato.between(wanted.fra, wanted.til))
        .order_by(Registerforing.dato, Registerforing.id)
    )
    for row, unit in rows:
        slag = str(SLAGNAMN[Slag(row.slag)])
        yield [row.dato, slag, unit, hide(row.tittel), hide(row.samandrag), row.tal, row.neste]


def _archives(work: Work, units: Sequence[Eining], hide: Callable[[str], str]) -> list[Vedlegg]:
    may = [unit for unit in units if unit.id in work.units(Right.REGISTER_LES)]
    rows = work.db.execute(
        select(Eining.kode, Arkivskildring.gjennomgatt, ArkivskildringDel.nr, ArkivskildringDel.tekst)
        .join(Arkivskildring, Arkivskildring.eining_id == Eining.id)
        .join(
            ArkivskildringDel,
            (ArkivskildringDel.skildring_id == Arkivskildring.id) & (ArkivskildringDel.utgave == Arkivskildring.version),
        )
        .where(Eining.id.in_([unit.id for unit in may]))
        .order_by(Eining.kode, ArkivskildringDel.nr)
    )
    found: dict[str, list[str]] = {}
    for kode, seen, nr, text in rows:
        lines = found.setdefault(kode, [_("Arkivskildring, gjennomgått %(dato)s", dato=seen.isoformat())])
        lines.append(f"\n{nr}. {ARKIVDELAR[nr]}\n{hide(text)}")
    names = {unit.kode: unit.namn for unit in may}
    said = {kode: _("Arkivskildring for %(eining)s", eining=names[kode]) for kode in found}
    return [Vedlegg(f"05-arkiv/{kode}.txt", said[kode], "\n".join(lines).encode()) for kode, lines in found.items()]


def _procedures(work: Work, units: Sequence[int], wanted: Bestilling, hide: Callable[[str], str]) -> list[Vedlegg]:
    """The documents that were valid some time in the period, of the chosen units and of all above them."""
    owners = {int(part) for unit in wanted.einingar for part in unit.sti.split("/") if part} | set(units)
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.tittel, Eining.namn, ProsedyreVersjon)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(
            Prosedyre.eining_id.in_(owners),
            ProsedyreVersjon.gyldig_fra <= wanted.til,
            ProsedyreVersjon.gyldig_til.is_(None) | (ProsedyreVersjon.gyldig_til >= wanted.fra),
        )
        .order_by(Prosedyre.id, ProsedyreVersjon.id)
    ).all()
    head = [_("Nr."), _("Tittel"), _("Eining"), _("Versjon"), _("Gyldig frå"), _("Gyldig til")]
    listed = [[nr, hide(title), unit, one.nummer, one.gyldig_fra, one.gyldig_til] for nr, title, unit, one in rows]
    texts = [
        Vedlegg(
            f"06-prosedyrar/{nr}-{one.nummer}.md",
            f"{hide(title)} {one.nummer}",
            f"# {hide(title)}\n\n{hide(one.tekst)}\n".encode(),
        )
        for nr, title, _unit, one in rows
    ]
    return [Vedlegg("06-prosedyrar.csv", _("Dokument som galdt i perioden"), _csv(head, listed)), *texts]


def _analyses(work: Work, units: Sequence[int], wanted: Bestilling, hide: Callable[[str], str]) -> list[Vedlegg]:
    """The approved editions of risk analyses in the period that cover the units, row by row as they were."""
    may = [unit for unit in units if unit in work.units(Right.ROS_LES)]
    rows = work.db.execute(
        select(RosAnalyse.tittel, Eining.namn, RosUtgave)
        .join(RosUtgave, RosUtgave.analyse_id == RosAnalyse.id)
        .join(Eining, Eining.id == RosAnalyse.eining_id)
        .where(RosAnalyse.id.in_(select(RosEining.analyse_id).where(RosEining.eining_id.in_(may))))
        .order_by(RosAnalyse.id, RosUtgave.nr)
    )
    cells: list[Sequence[Celle]] = []
    for title, unit, edition in rows:
        if not wanted.fra <= edition.godkjend_tid.date() <= wanted.til:
            continue
        for row in edition.innhald["rader"]:
            said = [row[name] for name in ("sannsyn", "konsekvens", "risiko")]
            cells.append([hide(title), unit, edition.nr, edition.godkjend_tid, hide(row["hending"]), *said, edition.sha256])
    head = [_("Analyse"), _("Eining"), _("Utgåve"), _("Godkjend"), _("Uønskt hending"), _("Sannsyn"), _("Konsekvens"), _("Risiko")]
    head.append(_("Kontrollsum for utgåva"))
    return [Vedlegg("07-ros.csv", _("Godkjende risikoanalysar"), _csv(head, cells))]
