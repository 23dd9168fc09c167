"""Norwegian identity numbers in running text.

Source: the Population Register's documentation of control digits today and from 2032 (domene 3.10).
"""

import re

_W1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_W2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_GROUP = re.compile(r"[0-9]+")
_GAP = re.compile(r"[ \t\n.\-/_]{1,3}")
_WIDE_GAP = re.compile(r"[^0-9A-Za-zÆØÅæøå]{1,4}")
_LENGTH = 11
_WITH_FULL_YEAR = 13
_DATE = 6
_FULL_DATE = 8
_LOOSE = 7  # written in this many pieces or more, it must stand alone: a row of scores is no number
_CENTURIES = ("18", "19", "20")

Span = tuple[int, int]


def _real_date(digits: str) -> bool:
    """Day 1-31 (+40 in a D-number) of month 1-12 (+40 in an H-number, +80 in a synthetic one); the century is unknown."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 40 if day > 40 else 0
    month -= 80 if month > 80 else 40 if month > 40 else 0
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    return (day, month) != (29, 2) or year % 4 == 0


def is_identity_number(digits: str) -> bool:
    """Whether eleven ASCII digits are a fødselsnummer, D-, H- or synthetic number by today's rule or that of 2032."""
    if len(digits) != _LENGTH or not _real_date(digits):
        return False
    numbers = [int(digit) for digit in digits]
    first = sum(weight * number for weight, number in zip(_W1, numbers, strict=False)) + numbers[9]
    second = sum(weight * number for weight, number in zip(_W2, numbers, strict=False)) + numbers[10]
    return first % 11 <= 3 and second % 11 == 0


def _gap_holds(gap: str, before: int) -> bool:
    """Whether two groups may belong to one number: `before` digits stand before the gap."""
    return bool(_GAP.fullmatch(gap) or (before in {_DATE, _FULL_DATE} and _WIDE_GAP.fullmatch(gap)))


def _number(digits: str, cuts: set[int]) -> bool:
    """Whether the digits, cut at these places, are an identity number rather than a date and something else."""
    full_year = _FULL_DATE in cuts and _DATE not in cuts and digits[4:6] in _CENTURIES
    if len(digits) == _WITH_FULL_YEAR:
        return full_year and is_identity_number(digits[:4] + digits[6:])
    if full_year:  # 12.10.2026 140: a date with its full year, and a reading
        return False
    return is_identity_number(digits)


def _window(text: str, groups: list[Span], first: int) -> int | None:
    """The index of the last group of an identity number that begins with groups[first], or None."""
    digits = ""
    cuts: set[int] = set()
    for last in range(first, len(groups)):
        start, end = groups[last]
        if end - start > _WITH_FULL_YEAR - len(digits):
            return None
        if last > first:
            if not _gap_holds(text[groups[last - 1][1] : start][:5], len(digits)):
                return None
            cuts.add(len(digits))
        digits += text[start:end]
        if len(digits) in {_LENGTH, _WITH_FULL_YEAR} and _number(digits, cuts) and _alone(text, groups, first, last):
            return last
    return None


def _alone(text: str, groups: list[Span], first: int, last: int) -> bool:
    """A number in many small pieces counts only when no further digit follows or precedes in the same manner."""
    if last - first + 1 < _LOOSE:
        return True
    before = text[groups[first - 1][1] : groups[first][0]][:5] if first else ""
    after = text[groups[last][1] : groups[last + 1][0]][:5] if last + 1 < len(groups) else ""
    return not (_GAP.fullmatch(before) or _GAP.fullmatch(after))


def numbers(text: str) -> list[Span]:
    """Where identity numbers stand in a plain text (norm.plain), whole digit runs only."""
    groups = [match.span() for match in _GROUP.finditer(text)]
    found: list[Span] = []
    at = 0
    while at < len(groups):
        last = _window(text, groups, at)
        if last is not None:
            found.append((groups[at][0], groups[last][1]))
            at = last
        at += 1
    return found
