"""Measures of demo cases: titles from the story, states and dates that agree with the case and the table's CHECKs."""

from datetime import datetime, timedelta
from typing import Any, Final

from avvik.rules import Status
from demo.bulk import Rader
from demo.forlop import work_moment
from demo.personar import Ansatt
from demo.sak import Sak
from demo.tekstar import phrase
from demo.verda import Verda
from kjerne.clock import next_working_day, oslo_date
from tiltak import rules
from tiltak.rang import order_key

__all__ = ["add_measures"]

#: Share of cases with a measure, by severity.
_DEL: Final = {1: 0.14, 2: 0.34, 3: 0.7, 4: 0.95, 5: 1.0}
_GJENBRUK: Final = 0.12
#: Measures on the way: four in five of them are within their deadline today.
_UNDER_VEGS: Final = frozenset({rules.Status.PLANLAGT, rules.Status.I_GANG, rules.Status.UTSETT})
_MED_TILTAK: Final = frozenset({Status.TILTAK, Status.VENTAR_EFFEKT})


def add_measures(verda: Verda, rader: Rader, sak: Sak, siste: dict[int, int]) -> None:
    """Give the case its measures. `siste` is the last open-to-all measure by unit: some cases lean on that one instead."""
    forlop, rng = sak.forlop, verda.rng
    if forlop.svar is None or forlop.status in {Status.AVVIST, Status.MELD} or sak.plan.steg == "varsel":
        return
    must = forlop.status in _MED_TILTAK
    if not must and (forlop.status is Status.UNDER_BEHANDLING or rng.random() > _DEL[sak.plan.alvor]):
        return
    end = sak.first_end or verda.now
    when = forlop.svar + (end - forlop.svar) * rng.uniform(0.05, 0.4)
    unit = sak.plan.eining.id
    if unit in siste and not sak.shielded and not must and rng.random() < _GJENBRUK:
        sak.tiltak.append((when, siste[unit]))
        return
    titles = sak.story.tiltak if sak.plan.alvor >= 2 else sak.story.tiltak[:1]
    for title in titles:
        number = rader.number("tiltak")
        _measure(verda, rader, sak, number, title, when)
        sak.tiltak.append((when, number))
        if not sak.shielded:
            siste[unit] = number


def _owner(verda: Verda, sak: Sak) -> Ansatt:
    """The handler herself, or somebody of the unit's steady staff."""
    staff = [person for person in verda.folk.i_eining[sak.plan.eining.id][2:6] if person.works(verda.today)]
    fit = [person for person in staff if person is not sak.plan.meldar and person.id not in sak.inhabile]
    return verda.rng.choice(fit) if fit and verda.rng.random() < 0.55 else sak.handler


def _state(verda: Verda, sak: Sak, done: datetime) -> rules.Status:
    """Mostly done where the case has ended; else on the way."""
    roll = verda.rng.random()
    old = verda.now - done > timedelta(days=verda.katalog.effekt_dagar + 10)
    if sak.forlop.status is Status.VENTAR_EFFEKT or (done < verda.now and not sak.is_open and roll < 0.94):
        return rules.Status.VURDERT if old and roll < 0.6 else rules.Status.UTFORT
    if not sak.is_open and roll > 0.985:
        return rules.Status.AVLYST
    if roll < 0.3:
        return rules.Status.PLANLAGT
    if roll < 0.75:
        return rules.Status.I_GANG
    return rules.Status.VENTAR_GODKJENNING if roll < 0.88 else rules.Status.UTSETT


def _measure(verda: Verda, rader: Rader, sak: Sak, number: int, title: str, when: datetime) -> None:  # noqa: PLR0917 - one row of each
    rng = verda.rng
    owner = _owner(verda, sak)
    done = min(work_moment(rng, when + timedelta(days=rng.uniform(2, 35))), verda.now - timedelta(minutes=3))
    done = max(done, when + timedelta(minutes=1))
    state = _state(verda, sak, done)
    row = _base(verda, sak, number, title, when, owner)
    steps = _history(verda, sak, row, state, done, owner)
    row["avslutta"] = row["status"] in rules.SETTLED
    if state in _UNDER_VEGS and number % 5 and row["frist"] < verda.today:
        row["frist"] = next_working_day(verda.today + timedelta(days=7 + number % 83))
    row["rang"] = order_key(None, None, None, row["frist"])
    rader.add("tiltak", **row)
    shown = not sak.shielded
    rader.add("tiltak_opphav", tiltak_id=number, slag="avvik", ref_id=sak.id, namn=sak.nr, synleg=shown)
    before = ""
    for tid, person, slag, til, tekst in steps:
        rader.add("tiltak_hending", tiltak_id=number, tid=tid, person_id=person.id, slag=slag, fra=before, til=til, tekst=tekst)
        before = til


def _base(verda: Verda, sak: Sak, number: int, title: str, when: datetime, owner: Ansatt) -> dict[str, Any]:  # noqa: PLR0917 - one row's facts
    days = verda.rng.choice((14, 21, 30, 45, 60))
    return {
        "id": number,
        "tittel": title[: rules.TITTEL_MAX],
        "type": verda.rng.choices([kind.value for kind in rules.Type], (40, 15, 10, 35))[0],
        "ansvarleg_id": owner.id,
        "eining_id": sak.plan.eining.id,
        "prioritet": 1 if sak.plan.alvor >= 4 else verda.rng.choice((2, 2, 3)),
        "start": None,
        "frist": next_working_day(oslo_date(when) + timedelta(days=days)),
        "status": rules.Status.PLANLAGT.value,
        "ferdig_notat": "",
        "ferdig_tid": None,
        "utsett_tal": 0,
        "effekt_frist": None,
        "effekt_resultat": None,
        "effekt_notat": "",
        "effekt_tid": None,
        "laga_av_id": sak.handler.id,
        "laga": when,
        "skjerma": sak.shielded,
        "kjelde": rules.Kjelde.AVVIK.value,
    }


def _history(  # noqa: PLR0917 - the row and what happened to it
    verda: Verda, sak: Sak, row: dict[str, Any], state: rules.Status, done: datetime, owner: Ansatt
) -> list[tuple[datetime, Ansatt, str, str, str]]:
    """Set the columns that belong to the state, and give the steps that led there."""
    rng, handler, when = verda.rng, sak.handler, row["laga"]
    steps: list[tuple[datetime, Ansatt, str, str, str]] = [(when, handler, "laga", rules.Status.PLANLAGT.value, "")]
    row["status"] = state.value
    if state is rules.Status.PLANLAGT:
        return steps
    if state is rules.Status.AVLYST:
        return [*steps, (done, handler, "avlys", state.value, phrase(rng, "ingen_grunn", sak.sprak))]
    row["start"] = oslo_date(when)
    steps.append((when + (done - when) / 4, owner, "start", rules.Status.I_GANG.value, ""))
    if state is rules.Status.I_GANG:
        return steps
    if state is rules.Status.UTSETT:
        row["utsett_tal"], row["frist"] = 1, row["frist"] + timedelta(days=28)
        return [*steps, (done, owner, "utsett", state.value, phrase(rng, "utsett_grunn", sak.sprak))]
    note = phrase(rng, "ferdig_notat", sak.sprak)
    row["ferdig_notat"], row["ferdig_tid"] = note, done
    if owner is handler and state is not rules.Status.VENTAR_GODKJENNING:
        steps.append((done, owner, "fullfor", rules.Status.UTFORT.value, note))
    else:
        steps.append((done, owner, "ferdig", rules.Status.VENTAR_GODKJENNING.value, note))
    if state is rules.Status.VENTAR_GODKJENNING:
        return steps
    if owner is not handler:
        steps.append((done, handler, "godkjenn", rules.Status.UTFORT.value, ""))
    row["effekt_frist"] = rules.effect_due(oslo_date(done), verda.katalog.effekt_dagar)
    if state is rules.Status.VURDERT:
        judged = min(done + timedelta(days=verda.katalog.effekt_dagar + rng.randint(0, 9)), verda.now)
        text = phrase(rng, "effekt_notat", sak.sprak)
        row["effekt_resultat"] = rng.choices([one.value for one in rules.Effekt], (70, 25, 5))[0]
        row["effekt_notat"], row["effekt_tid"] = text, judged
        steps.append((judged, handler, "vurder", state.value, text))
    return steps
