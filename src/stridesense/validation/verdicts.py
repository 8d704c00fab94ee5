"""A bar, what was measured against it, and whether it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite


class Status(StrEnum):
    """How a bar stands."""

    PASS = "pass"  # noqa: S105 - a word of the table
    POOLED = "pooled only"
    BEHIND = "behind"
    UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value and where: a pool of strides, or a single case."""

    where: str
    value: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the table of bars.

    Attributes:
        bar: what is asked.
        wanted: the limit in words.
        pooled: the worst pool (all strides of one strike type and runner, unless the bar says otherwise).
        worst: the worst single case.
        out: how many of how many cases are beyond the limit.
        status: PASS when every case is within, POOLED when every pool is, BEHIND when not even that.
    """

    bar: str
    wanted: str
    pooled: str
    worst: str
    out: str
    status: Status


def at_most(
    bar: str,
    limit: float,
    unit: str,
    pools: Iterable[Reading],
    cases: Iterable[Reading] = (),
    digits: int = 1,
) -> Verdict:
    """A bar that sizes must not exceed; signs are ignored."""
    return _verdict(bar, "<=", limit, unit, list(pools), list(cases), digits)


def at_least(
    bar: str,
    limit: float,
    unit: str,
    pools: Iterable[Reading],
    cases: Iterable[Reading] = (),
    digits: int = 1,
) -> Verdict:
    """A bar that values must reach."""
    return _verdict(bar, ">=", limit, unit, list(pools), list(cases), digits)


def _verdict(
    bar: str,
    relation: str,
    limit: float,
    unit: str,
    pools: Sequence[Reading],
    cases: Sequence[Reading],
    digits: int,
) -> Verdict:
    beyond = [case for case in cases if not _holds(case.value, relation, limit)]
    return Verdict(
        bar,
        f"{relation} {limit:g} {unit}".strip(),
        _worst(pools, relation, digits),
        _worst(cases, relation, digits),
        f"{len(beyond)} of {len(cases)}" if cases else "",
        _status(all(_holds(pool.value, relation, limit) for pool in pools), bool(pools), bool(beyond)),
    )


def _status(pools_hold: bool, measured: bool, some_case_out: bool) -> Status:  # noqa: FBT001 - three facts
    if not measured:
        return Status.UNMEASURED
    if not pools_hold:
        return Status.BEHIND
    return Status.POOLED if some_case_out else Status.PASS


def _holds(value: float, relation: str, limit: float) -> bool:
    return value >= limit if relation == ">=" else abs(value) <= limit


def _worst(readings: Sequence[Reading], relation: str, digits: int) -> str:
    """The reading furthest to the wrong side, with where it was."""
    if not readings:
        return "-"
    if relation == ">=":
        worst = min(readings, key=lambda reading: reading.value)
    else:
        worst = max(readings, key=lambda reading: abs(reading.value))
    value = f"{worst.value:.{digits}f}" if isfinite(worst.value) else "never"
    return f"{value} ({worst.where})" if worst.where else value
