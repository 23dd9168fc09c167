"""Kroner as people type them and as tables hold them. Pure."""

import re
from typing import Final

_TRIMMED: Final = re.compile(r"(?i)\b(?:kr|nok)\b\.?|,-+$|,–$")
_GROUPED: Final = re.compile(r"[ \u00a0\u2009\u202f']")


def parse_kroner(raw: str) -> int | None:
    """Whole kroner of a text such as "1 250 000", "1.250.000,00", "kr 500000,-" or "(70 000)"; None when empty.

    Øre are rounded to the nearest krone. A minus in front or brackets around make it negative. Raises ValueError for what is
    no amount, and beyond two thousand million.
    """
    text = _TRIMMED.sub("", raw.strip()).strip()
    if not text:
        return None
    negative = text.startswith(("-", "−", "(")) or text.endswith("-")
    digits = _GROUPED.sub("", text.strip("()-−+ "))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", digits):
        digits = digits.replace(".", "")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", digits):
        digits = digits.replace(",", "")
    digits = digits.replace(",", ".")
    if not re.fullmatch(r"\d{1,10}(?:\.\d{1,6})?", digits):
        raise ValueError(raw[:40])
    amount = int(float(digits) + 0.5)
    if amount > 2_000_000_000:
        raise ValueError(raw[:40])
    return -amount if negative else amount


__all__ = ["parse_kroner"]
