"""What was typed in the forms of risk analyses: rows, heads, levels and dates read, or a plain refusal."""

from collections.abc import Mapping

from flask import request

from kjerne import vakt
from kjerne.inndata import typed_day
from kjerne.text import bounded_int, clean
from kjerne.work import Work
from ros.actions.analyse import Hovud
from ros.actions.rader import SHORT, TEXTS, Radinnhald
from ros.models import RosAnalyse
from ros.queries.analyse import axes
from ros.rules import HENDING_MAX, LEVELS, TEKST_MAX, TITTEL_MAX, Akse

BEFORE, AFTER = "k_", "r_"


def typed(field: str, max_len: int = TEKST_MAX, *, multiline: bool = True) -> str:
    """What stands in a field, cleaned."""
    return clean(request.form.get(field, ""), max_len=max_len, multiline=multiline)


def typed_level(field: str) -> int | None:
    """A level from 1 to 5; empty is None."""
    raw = request.form.get(field, "").strip()
    return bounded_int(raw, min(LEVELS), max(LEVELS)) if raw else None


def typed_version() -> int | None:
    """The version the form was drawn from; nonsense counts as an old one, none as unknown."""
    raw = request.form.get("versjon", "")
    if not raw:
        return None
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def number(name: str) -> int | None:
    """A whole number of the address' parameters, else None."""
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def typed_rad(analyse: RosAnalyse) -> Radinnhald:
    """A row as it was typed, for the axes the analysis has chosen."""
    chosen = axes(analyse)
    texts = {name: typed(name) for name in TEXTS}
    return Radinnhald(
        hending=typed("hending", HENDING_MAX, multiline=False),
        omrade=typed("omrade", SHORT, multiline=False),
        kategori=typed("kategori", 60, multiline=False),
        uvisse=typed("uvisse", 10, multiline=False),
        sannsyn=typed_level("sannsyn"),
        rest_sannsyn=typed_level("rest_sannsyn"),
        verdi=_levels(chosen, BEFORE),
        rest=_levels(chosen, AFTER),
        **texts,
    )


def _levels(chosen: tuple[Akse, ...], prefix: str) -> Mapping[Akse, int]:
    return {akse: level for akse in chosen if (level := typed_level(prefix + akse.value)) is not None}


def _ids(field: str) -> frozenset[int]:
    return frozenset(int(raw) for raw in request.form.getlist(field) if raw.isascii() and raw.isdigit() and len(raw) < 10)


def typed_head(allowed: frozenset[int]) -> Hovud:
    """A head as it was typed; further units only among those she may write in."""
    return Hovud(
        tittel=typed("tittel", TITTEL_MAX, multiline=False),
        slag=typed("slag", 20, multiline=False),
        aksar=[akse for akse in Akse if akse.value in set(request.form.getlist("aksar"))],
        foremal=typed("foremal"),
        omfang=typed("omfang"),
        deltakarar=typed("deltakarar"),
        kriterium=typed("kriterium"),
        mote=typed_day("mote"),
        neste_revisjon=typed_day("neste_revisjon"),
        einingar=_ids("einingar") & allowed,
        personar=_ids("personar"),
    )


def demand(work: Work, texts: Mapping[str, str]) -> None:
    """The identity guard on free texts: raises `vakt.Guarded` unless they may be kept."""
    vakt.demand(work.db, texts, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")


def demand_head(work: Work, said: Hovud) -> None:
    """The guard on a head. Participants are named on purpose, but no identity number stands there either."""
    vakt.demand(work.db, {"deltakarar": said.deltakarar}, today=work.today, confirmed=True)
    demand(work, said.texts())
