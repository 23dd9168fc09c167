"""One row in full with its bow-tie, and the matrix before and after with the rows of a cell."""

from collections import Counter
from dataclasses import dataclass
from textwrap import wrap

from flask import request

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work
from ros.queries.access import get_analyse
from ros.queries.analyse import Lese, Rad, read_analyse
from ros.rules import LEVELS, Akse
from ros.views.analyse import form_context, words
from ros.views.area import area
from tiltak.rules import Farge, Type

LINE, GAP, PAD, MOST = 17, 12, 10, 6
#: Letters on a line, and the width of a box and of the room between two columns: five columns fit a tablet held upright.
TURN, BOX, BETWEEN = 18, 150, 30


@dataclass(frozen=True)
class Boks:
    """A box of the bow-tie: where it stands, how tall it is, and its lines. `planlagd`: a measure that is not done yet."""

    x: int
    y: int
    hogd: int
    linjer: list[str]
    planlagd: bool = False

    @property
    def midt(self) -> int:
        """Half way down."""
        return self.y + self.hogd // 2


@dataclass(frozen=True)
class Sloyfe:
    """The bow-tie: five columns of boxes and the drawing's height."""

    kolonner: list[list[Boks]]
    hogd: int
    breidd: int
    boks: int
    mellom: int
    lister: list[tuple[str, list[str]]]


def _lines(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def bowtie(lese: Lese, rad: Rad) -> Sloyfe:
    """Causes, what hinders, the event, what softens, consequences; measures stand among the barriers, marked as planned."""
    row = rad.row
    planned = [(line.tiltak.tittel, line.tiltak.type) for line in rad.tiltak if not line.tiltak.avslutta]
    hindering = [(text, False) for text in _lines(row.barrierar)]
    hindering += [(text, True) for text, kind in planned if kind != Type.KONSEKVENSREDUSERANDE]
    softening = [(text, False) for text in _lines(row.dempande)]
    softening += [(text, True) for text, kind in planned if kind == Type.KONSEKVENSREDUSERANDE]
    results = [(_result(lese, akse, rad.verdi[akse]), False) for akse in lese.aksar if akse in rad.verdi]
    columns = [
        [(text, False) for text in _lines(row.arsaker)] or [(_("Ingen årsak skriven"), False)],
        hindering or [(_("Ingen barriere"), False)],
        [(row.hending, False)],
        softening or [(_("Ingen barriere"), False)],
        results or [(_("Ikkje vurdert"), False)],
    ]
    step = BOX + BETWEEN
    placed = [_stack(column[:MOST], x * step) for x, column in enumerate(columns)]
    height = max(boxes[-1].y + boxes[-1].hogd for boxes in placed) + PAD
    centred = [_centre(boxes, height) for boxes in placed]
    names = [_("Årsaker"), _("Hindrar hendinga"), _("Hending"), _("Dempar følgjene"), _("Konsekvensar")]
    lists = [
        (name, [f"{text} ({_('planlagt tiltak')})" if planned else text for text, planned in column])
        for name, column in zip(names, columns, strict=True)
    ]
    return Sloyfe(centred, height, 4 * step + BOX, BOX, BETWEEN, lists)


def _result(lese: Lese, akse: Akse, level: int) -> str:
    row = lese.skala.niva[akse.value, level]
    return f"{lese.skala.namn(akse.value)}: {level} {row.definisjon or row.label}"


def _stack(column: list[tuple[str, bool]], x: int) -> list[Boks]:
    boxes: list[Boks] = []
    top = PAD
    for text, planned in column:
        lines = wrap(text, TURN)[:4] or [""]
        boxes.append(Boks(x, top, len(lines) * LINE + 14, lines, planned))
        top += boxes[-1].hogd + GAP
    return boxes


def _centre(boxes: list[Boks], height: int) -> list[Boks]:
    down = (height - (boxes[-1].y + boxes[-1].hogd) - PAD) // 2
    return [Boks(box.x, box.y + max(down, 0), box.hogd, box.linjer, box.planlagd) for box in boxes]


@area.page("/<id:analyse_id>/rad/<id:rad_id>", needs=Right.ROS_LES)
def rad(work: Work, analyse_id: int, rad_id: int) -> str:
    """One row: bow-tie, what it says, measures, what has happened."""
    analyse = get_analyse(work, analyse_id)
    lese = read_analyse(work, analyse)
    found = next((one for one in lese.rader if one.row.id == rad_id), None)
    if found is None:
        raise NotFound
    context = {**form_context(work, lese, found), "kan_skrive": False, "paa_radsida": True}
    return render(work, "ros/rad.html", a=analyse, sloyfe=bowtie(lese, found), **context)


def _level(name: str) -> int | None:
    raw = request.args.get(name, "")
    return int(raw) if raw in {str(level) for level in LEVELS} else None


@area.page("/<id:analyse_id>/matrise", needs=Right.ROS_LES)
def matrisa(work: Work, analyse_id: int) -> str:
    """Two heat maps with counts, before and after; a cell lists its rows."""
    analyse = get_analyse(work, analyse_id)
    lese = read_analyse(work, analyse)
    s, k = _level("s"), _level("k")
    after = request.args.get("kva") == "etter"
    place = (s, k) if s is not None and k is not None else None
    chosen = [one for one in lese.rader if (one.etter if after else one.foer) == place] if place else lese.rader
    return render(
        work,
        "ros/matrise.html",
        a=analyse,
        l=lese,
        foer=Counter(one.foer for one in lese.rader if one.foer),
        etter=Counter(one.etter for one in lese.rader if one.etter),
        vald=chosen,
        plass=place,
        kva="etter" if after else "foer",
        farge_foer=_by_colour([one.row.farge for one in lese.rader]),
        farge_etter=_by_colour([one.rest_no for one in lese.rader]),
        **words(),
    )


def _by_colour(colours: list[str | None]) -> list[tuple[str, int]]:
    counted = Counter(colours)
    return [(colour.value, counted.get(colour.value, 0)) for colour in Farge]
