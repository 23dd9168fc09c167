"""The redacted extract for access requests: the cases of a list with their texts, and what in them may tell who somebody is.

Reporters are always "meldaren" and nobody else is named. What is found is only proposed: a person looks it over.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, not_, select

from avvik.models import Avvik, AvvikHending, AvvikUtfall
from avvik.queries.access import by_role
from avvik.queries.lists import Innsnevring, Lister, condition
from avvik.queries.sak import ordliste
from avvik.rules import Status, Who, status_name
from kjerne import identitet, vakt
from kjerne.access import Right
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.smaatal import Tre, hide_totals
from kjerne.work import Work

MOST = 50
SHORTEST_NAME = 3
CAPITAL = re.compile(r"[^\W\d_a-zæøå][^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class Tekst:
    """One text of a case under its heading."""

    merkelapp: str
    tekst: str


@dataclass(frozen=True)
class UtdragSak:
    """A case of the extract. Its unit and type are empty when so few cases share them that they are hidden."""

    id: int
    nr: str
    meldt: datetime
    eining: str
    type: str
    status: str
    tekstar: Sequence[Tekst]


@dataclass(frozen=True)
class Utdrag:
    """The cases, the counts (None: hidden), what was found in the texts with how often, and the mark of what was seen."""

    saker: Sequence[UtdragSak]
    fleire: bool
    utelatne: int
    per_type: Sequence[tuple[str, int | None]]
    per_eining: Sequence[tuple[str, int | None]]
    funne: Mapping[str, int]
    sett: str


def _within(work: Work, liste: Lister, narrow: Innsnevring) -> list[ColumnElement[bool]]:
    """The list's own cases, those she reads by role in units where she may redact."""
    units = work.units(Right.AVVIK_SLADD)
    return [condition(work, liste), *narrow.conditions(work), by_role(work), Avvik.eining_id.in_(units)]


def _closed_off() -> ColumnElement[bool]:
    return (Avvik.sensitiv_gruppe != "") | Avvik.er_varsel | Avvik.konfidensiell | Avvik.gjeld_leiar


def _cases(work: Work, liste: Lister, narrow: Innsnevring, *, closed_off: bool) -> Select[Avvik, str]:
    query = select(Avvik, Eining.namn).join(Eining, Eining.id == Avvik.eining_id).where(*_within(work, liste, narrow))
    if not closed_off:
        query = query.where(not_(_closed_off()))
    return query.order_by(Avvik.id.desc()).limit(MOST + 1)


def extract(work: Work, liste: Lister, narrow: Innsnevring, *, closed_off: bool = False) -> Utdrag:
    """Read the extract. `closed_off`: confidential and sensitive cases too, as far as she may open them."""
    rows = work.db.execute(_cases(work, liste, narrow, closed_off=closed_off)).all()
    left_out = select(func.count()).select_from(Avvik).where(*_within(work, liste, narrow), _closed_off())
    shown = [(avvik, namn) for avvik, namn in rows[:MOST]]
    words = ordliste(work.db, work.today)
    types = {avvik.id: words.label("hovudtype", avvik.hovudtype, avvik.meldt) for avvik, _namn in shown}
    limit = int(settings(work.db)["gruppegrense"])
    per_type = counts(Counter(types.values()), limit)
    per_unit = counts(Counter(namn for _avvik, namn in shown), limit)
    known_types, known_units = dict(per_type), dict(per_unit)
    texts = _texts(work, [avvik for avvik, _namn in shown])
    cases = [
        UtdragSak(
            id=avvik.id,
            nr=avvik.nr,
            meldt=avvik.meldt,
            eining=namn if known_units[namn] is not None else "",
            type=types[avvik.id] if known_types[types[avvik.id]] is not None else "",
            status=str(status_name(Status(avvik.status), joined=avvik.duplikat_av_id is not None)),
            tekstar=texts[avvik.id],
        )
        for avvik, namn in shown
    ]
    return Utdrag(
        saker=cases,
        fleire=len(rows) > MOST,
        utelatne=0 if closed_off else (work.db.scalar(left_out) or 0),
        per_type=per_type,
        per_eining=per_unit,
        funne=_found(work, [text.tekst for case in cases for text in case.tekstar]),
        sett=_mark(cases),
    )


def counts(found: Counter[str], limit: int) -> list[tuple[str, int | None]]:
    """A table of counts, most first, with small ones hidden (and one more, so that the sum does not give it back)."""
    names = sorted(found, key=lambda name: (-found[name], name))
    tree = Tre(topp=(0,), barn={0: tuple(range(1, len(names) + 1))} if names else {})
    totals = {0: sum(found.values()), **{place: found[name] for place, name in enumerate(names, start=1)}}
    hidden = hide_totals(tree, totals, limit)
    return [(name, None if place in hidden else found[name]) for place, name in enumerate(names, start=1)]


def _texts(work: Work, cases: Sequence[Avvik]) -> dict[int, list[Tekst]]:
    """What the reporter wrote, the talk she saw, and the answer and reason at the end. Two queries."""
    ids = [avvik.id for avvik in cases]
    found = {
        avvik.id: [
            Tekst(_("Skildring"), avvik.skildring),
            Tekst(_("Gjort med ein gong"), avvik.strakstiltak),
            Tekst(_("Årsak slik meldaren ser det"), avvik.arsak_meldar),
            Tekst(_("Forslag frå meldaren"), avvik.forslag),
        ]
        for avvik in cases
    }
    lines = select(AvvikHending).where(AvvikHending.avvik_id.in_(ids), AvvikHending.synleg_meldar, AvvikHending.tekst != "")
    for line in work.db.scalars(lines.order_by(AvvikHending.id)):
        who = _("Meldaren skreiv") if line.aktor == Who.REPORTER.value else _("Behandlaren skreiv")
        found[line.avvik_id].append(Tekst(who, line.tekst))
    for outcome in work.db.scalars(select(AvvikUtfall).where(AvvikUtfall.avvik_id.in_(ids)).order_by(AvvikUtfall.utfall)):
        found[outcome.avvik_id].append(Tekst(_("Grunngiving for utfallet"), outcome.grunngiving))
    for avvik in cases:
        found[avvik.id].append(Tekst(_("Sluttsvar til meldaren"), avvik.sluttsvar))
    return {key: [text for text in texts if text.tekst] for key, texts in found.items()}


def _found(work: Work, texts: Sequence[str]) -> Counter[str]:
    """What may tell who somebody is: what the identity guard finds, and words with a capital that are names of our people."""
    units = vakt.known_words(work.db)
    ours = {part for namn in work.db.scalars(select(Person.namn)) for part in namn.split() if len(part) >= SHORTEST_NAME}
    found: Counter[str] = Counter()
    for text in texts:
        guarded = [(one.start, one.end) for one in identitet.find(text, today=work.today, known_words=units)]
        found.update(text[start:end] for start, end in guarded)
        for match in CAPITAL.finditer(text):
            inside = any(start <= match.start() < end for start, end in guarded)
            if not inside and (match[0] in ours or match[0].removesuffix("s") in ours):
                found[match[0]] += 1
    return found


def _mark(cases: Sequence[UtdragSak]) -> str:
    """What the review was made of: a paper is made of the same, or not at all."""
    said = hashlib.sha256()
    for case in cases:
        said.update(f"{case.id}\x1f{case.status}\x1f{case.type}\x1f{case.eining}\x1e".encode())
        for text in case.tekstar:
            said.update(f"{text.merkelapp}\x1f{text.tekst}\x1e".encode())
    return said.hexdigest()[:32]
