"""What risk analyses tell those above. A page asks what has happened to its rows this way: below nobody looks up."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hendt:
    """Something that happened, as the reader may see it: its number, address and severity."""

    nr: str
    href: str
    alvor: int


@dataclass(frozen=True)
class RaderVist:
    """Rows are about to be shown. Those above put into `hendt` what the reader may see of what happened: row id → events."""

    analyse_id: int
    hendt: dict[int, list[Hendt]] = field(default_factory=dict)


@dataclass(frozen=True)
class RosGodkjend:
    """An analysis was approved; `utgave` is the edition's number."""

    analyse_id: int
    utgave: int
