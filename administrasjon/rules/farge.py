"""The municipality's own colour: whether it can be read, and the few tones the pages need of it. Pure.

Contrast as WCAG 2.2 counts it (success criterion 1.4.3: 4.5 to 1 for text). Heimel: forskrift om universell utforming av IKT.
"""

import re

TEXT_RATIO = 4.5
GROUND, SUNK, WHITE = "#f4f2ec", "#eae7de", "#ffffff"
DARK_SHEET = "#1c3438"
_HEX = re.compile(r"#[0-9a-f]{6}")
_STEPS = 20


def is_colour(text: str) -> bool:
    """Whether it is a colour such as #0f4a53."""
    return _HEX.fullmatch(text) is not None


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast between two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it."""
    parts = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine * (1 - share) + theirs * share):02x}" for mine, theirs in parts)


def tint(colour: str) -> str:
    """The faint ground of the colour, behind what is chosen."""
    return mixed(colour, WHITE, 0.9)


def weakest(colour: str) -> float:
    """The least contrast the colour gets where it is used: under white text, and as a link on our grounds."""
    return min(contrast(colour, ground) for ground in (WHITE, GROUND, SUNK, tint(colour)))


def is_readable(colour: str) -> bool:
    """Whether white text on it and links in it can be read (WCAG AA)."""
    return weakest(colour) >= TEXT_RATIO


def darker(colour: str) -> str:
    """The nearest darker tone that can be read: a suggestion for one that cannot."""
    for step in range(_STEPS + 1):
        tone = mixed(colour, "#000000", step / _STEPS)
        if is_readable(tone):
            return tone
    return "#000000"


def _lighter(colour: str) -> str:
    """The nearest lighter tone that can be read on the dark pages' lightest ground."""
    for step in range(_STEPS + 1):
        tone = mixed(colour, WHITE, step / _STEPS)
        if contrast(tone, DARK_SHEET) >= TEXT_RATIO + 1:
            return tone
    return WHITE


def stylesheet(colour: str) -> str:
    """The tokens of tokens.css that follow the municipality's colour, in light and dark."""
    deep = mixed(colour, "#000000", 0.25)
    light = (
        f"--brand:{colour};--brand-2:{deep};--brand-text:{colour};--rail:{deep};--on-rail-on:{deep};--hero:{colour};"
        f"--on-hero-2:#ffffff;--tint:{tint(colour)};--tint-2:{mixed(colour, WHITE, 0.8)}"
    )
    tone = _lighter(colour)
    dark = (
        f"--brand:{tone};--brand-2:{mixed(tone, WHITE, 0.3)};--brand-text:{tone};--on-brand:#000000;"
        f"--hero:{deep};--on-hero-2:#ffffff"
    )
    return (
        f":root{{{light}}}\n"
        f".rail__logo .logo rect{{fill:{colour}}}\n"
        f'@media screen and (prefers-color-scheme:dark){{:root:not([data-color-scheme="light"]){{{dark}}}}}\n'
        f'@media screen{{:root[data-color-scheme="dark"]{{{dark}}}}}\n'
    )
