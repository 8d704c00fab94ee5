"""Which found stride is which true one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

WITHIN_S: Final = 0.15
"""Two contacts further apart than this are not the same; a stride lasts at least three times as long."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Indices into the true and the found contacts."""

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    invented: tuple[int, ...]


def match(true_s: Sequence[float], found_s: Sequence[float], within_s: float = WITHIN_S) -> Matching:
    """Pair each true contact with at most one found contact, the nearest first.

    Args:
        true_s: (n,) times of the true contacts, s.
        found_s: (m,) times of the found contacts, s.
        within_s: contacts further apart than this are no pair, s.
    """
    distance_s = _distances(true_s, found_s)
    true, found = np.nonzero(distance_s < within_s)
    free_true, free_found = set(range(len(true_s))), set(range(len(found_s)))
    pairs: list[tuple[int, int]] = []
    for nearest in np.argsort(distance_s[true, found], kind="stable"):
        pair = int(true[nearest]), int(found[nearest])
        if pair[0] in free_true and pair[1] in free_found:
            pairs.append(pair)
            free_true.remove(pair[0])
            free_found.remove(pair[1])
    return Matching(tuple(sorted(pairs)), tuple(sorted(free_true)), tuple(sorted(free_found)))


def _distances(true_s: ArrayLike, found_s: ArrayLike) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    true, found = np.asarray(true_s, dtype=np.float64), np.asarray(found_s, dtype=np.float64)
    return np.abs(true[:, np.newaxis] - found[np.newaxis, :])
