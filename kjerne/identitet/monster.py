"""What may point at a person without being an identity number: phone, e-mail, birth date. Only ever a warning."""

import re
from datetime import date, timedelta

Span = tuple[int, int]

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@(?:[^\W_](?:[\w\-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}")
_PHONE = re.compile(
    r"(?<![0-9])(?<![0-9][.,/:\-_])(?:"
    r"(?:\+|00)[1-9](?:[ .\-]?[0-9]){8,13}"
    r"|(?:47[ .\-]?)?[2-9][0-9]{7}"
    r"|(?<![0-9]{2}[ .\-])(?:47[ .\-])?(?:[2-9][0-9]([ .\-])[0-9]{2}\1[0-9]{2}\1[0-9]{2}"
    r"|[2-9][0-9]{2}([ .\-])[0-9]{2}\2[0-9]{3}|[2-9][0-9]{3} [0-9]{4})(?![ .\-][0-9]{2})"
    r")(?![0-9])(?![.,/:\-_][0-9])",
)
_MONTHS = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
_NUMERIC = re.compile(
    r"(?<![0-9])(?<![0-9][.,/:\-_])(?:"
    r"([0-9]{1,2})([.\-/]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})"  # 1-4: 3.2.45, 03-02-1945
    r"|([0-9]{1,2})/([0-9]{1,2})-([0-9]{4}|[0-9]{2})"  # 5-7: 3/2-45
    r"|((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})"  # 8-10: 1945-02-03
    r"|([0-9]{2}) ([0-9]{2}) ((?:19|20)[0-9]{2})"  # 11-13: 03 02 1945
    r"|([0-9]{8}|[0-9]{6})"  # 14: 03021945, 19450203, 030245
    r")(?![0-9])(?![.,/:\-_][0-9])",
)
_NAMED = re.compile(
    r"(?<![0-9])([0-9]{1,2})\.? ?(januar|jan|februar|feb|mars|mar|april|apr|mai|juni|jun|juli|jul|august|aug"
    r"|september|sept|sep|oktober|okt|november|nov|desember|des)\.? ?([0-9]{4}|[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_BORN_YEAR = re.compile(r"(?:fødd|født|fødselsår)(?: i)?[:.]? ?((?:19|20)[0-9]{2})(?![0-9.\-/])", re.IGNORECASE)
_BORN = re.compile(r"(?:fødd|født|fødselsdato|(?:^|[^a-zæøå])f)[.:]{0,2} ?(?:den )?\Z", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|[^a-zæøå])(?:ordre|bestilling|sak|lot|batch|parti|serie|vare|artikkel|faktura|utstyr|dokument|arkiv|punkt|pkt"
    r"|kap|kapittel|avsnitt|versjon|org|id|ref|§)[a-zæøå]{0,8}[.:]? ?(?:nr|nummer)?[.:]? ?#?\Z",
    re.IGNORECASE,
)
_UNIT = re.compile(r" ?(?:kr|kroner|nok|mg|mcg|μg|g|kg|ml|dl|l|ie|mmol|stk|ganger|gonger|%)(?![a-zæøå])", re.IGNORECASE)
_LOOK_BACK = 32
_OLDEST = 1900
_RECENT = timedelta(days=730)
_YEARS_AHEAD = 2


def emails(text: str) -> list[Span]:
    """Where e-mail addresses stand."""
    if "@" not in text:
        return []
    return [match.span() for match in _EMAIL.finditer(text)]


def _is_measure(text: str, start: int, end: int) -> bool:
    """Whether a number is named as an order, a lot, a clause … before it, or as money or a dose after it."""
    return bool(_LABEL.search(text[max(0, start - _LOOK_BACK) : start]) or _UNIT.match(text[end : end + 10]))


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _eight_digit_date(digits: str) -> date | None:
    """The date that ddmmyyyy or yyyymmdd writes, if it is one of 1900-2099."""
    for year, month, day in ((digits[4:], digits[2:4], digits[:2]), (digits[:4], digits[4:6], digits[6:])):
        if year[:2] in {"19", "20"} and (found := _real(int(year), int(month), int(day))):
            return found
    return None


def _is_pair_of_times(digits: str) -> bool:
    """Two four-digit groups that are years or clock times: 2024 2025, 2200 0630."""
    halves = (digits[:4], digits[4:])
    years = all(half[:2] in {"19", "20"} for half in halves)
    return years or all(int(half[:2]) < 24 and int(half[2:]) < 60 for half in halves)


def phones(text: str) -> list[Span]:
    """Where phone numbers stand: eight Norwegian digits in the usual groupings, or any number with + or 00."""
    found = []
    for match in _PHONE.finditer(text):
        written = match.group()
        digits = "".join(char for char in written if char.isdigit())
        if len(digits) == 8 and not written.startswith("+"):
            if _eight_digit_date(digits) and written.isdigit():
                continue
            if written[4:5] == " " and written[:4].isdigit() and _is_pair_of_times(digits):
                continue
        if not _is_measure(text, *match.span()):
            found.append(match.span())
    return found


def _may_be_birth(written_year: str, month: int, day: int, today: date) -> bool:
    """Whether a date can be somebody's birth: it exists, is not of the last two years, this year or a near deadline.

    A year in two digits means 20yy when that is recent or at most two years ahead, else a year in the past.
    """
    year = int(written_year)
    if len(written_year) == 2:
        year += 2000
        if year > today.year + _YEARS_AHEAD:
            year -= 100
    born = _real(year, month, day)
    return born is not None and year >= _OLDEST and year < today.year and born < today - _RECENT


def _parts(match: re.Match[str]) -> tuple[str, str, str] | None:
    """Year, month, day as written, whichever form the date has."""
    group = match.groups()
    if group[0]:
        return group[3], group[2], group[0]
    if group[4]:
        return group[6], group[5], group[4]
    if group[7]:
        return group[7], group[8], group[9]
    if group[10]:
        return group[12], group[11], group[10]
    run: str = group[13]
    if len(run) == 6:
        return run[4:], run[2:4], run[:2]
    found = _eight_digit_date(run)
    return (f"{found.year}", f"{found.month}", f"{found.day}") if found else None


def _warned(text: str, span: Span, written: tuple[str, str, str], today: date) -> bool:
    year, month, day = written
    if _BORN.search(text[max(0, span[0] - _LOOK_BACK) : span[0]]):
        full = int(year) if len(year) == 4 else 2000 + int(year)
        return _real(full, int(month), int(day)) is not None
    return _may_be_birth(year, int(month), int(day), today) and not _is_measure(text, *span)


def birth_dates(text: str, today: date) -> list[Span]:
    """Where dates stand that may be a birth date; `today` (Oslo) tells which dates are too recent to be one."""
    found = []
    for match in _NUMERIC.finditer(text):
        written = _parts(match)
        if written and _warned(text, match.span(), written, today):
            found.append(match.span())
    for match in _NAMED.finditer(text):
        day, name, year = match.groups()
        if _warned(text, match.span(), (year, str(_MONTHS.index(name[:3].lower()) + 1), day), today):
            found.append(match.span())
    found.extend(match.span() for match in _BORN_YEAR.finditer(text))
    return found
