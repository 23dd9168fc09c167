"""Exact elimination: whether a sum can be had from other sums by adding and subtracting. Modulo a large prime."""

from collections.abc import Hashable, Iterable

PRIME = 2_147_483_647


class Span:
    """All that can be had from the sums put in. A sum is the set of the unknowns it adds up."""

    def __init__(self, sums: Iterable[Iterable[Hashable]] = ()) -> None:
        self.rows: dict[Hashable, dict[Hashable, int]] = {}
        for one in sums:
            self.add(one)

    def add(self, one: Iterable[Hashable]) -> None:
        """Learn one more sum."""
        left = self._reduce(dict.fromkeys(one, 1))
        if left:
            lead = next(iter(left))
            inverse = pow(left[lead], -1, PRIME)
            self.rows[lead] = {key: value * inverse % PRIME for key, value in left.items()}

    def gives(self, one: Iterable[Hashable]) -> bool:
        """Whether the sum follows from those put in."""
        return not self._reduce(dict.fromkeys(one, 1))

    def _reduce(self, vector: dict[Hashable, int]) -> dict[Hashable, int]:
        found = dict(vector)
        while lead := next((key for key in found if key in self.rows), None):
            factor = found[lead]
            for key, value in self.rows[lead].items():
                found[key] = (found.get(key, 0) - factor * value) % PRIME
            found = {key: value for key, value in found.items() if value}
        return found
