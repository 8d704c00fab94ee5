"""The tables of real recordings, and the sentences above them."""

from collections.abc import Iterable
from typing import Final

from stridesense.validation.markdown import plain, signed, table, told_gaits
from stridesense.validation.real import Counted, RealData
from stridesense.validation.statistics import spread

REAL: Final = """\
A walk with sensors on both shoes and annotated contacts (gaitmap's example, MIT); jogs in tight circles
beside motion capture of the shoe (PyShoe, MIT), walks and crawling of the same source; sprints without a
reference (MIT), from a logger that stalls twice a second. The reference of the jogs cuts strides at the
slowest moment of stance."""


def real(found: RealData | None) -> tuple[str, ...]:
    """What the real recordings say."""
    if found is None:
        return ("Not run: no folder of recordings was given.",)
    return (REAL, _walk(found), _jogs(found), _counted((*found.walks, *found.crawls, *found.sprints)))


def _walk(found: RealData) -> str:
    rows = []
    for name, errors in (
        ("initial contact", found.walk.initial_contact_ms),
        ("toe-off", found.walk.toe_off_ms),
    ):
        told = spread(errors)
        if told is not None:
            figures = (signed(told.median), plain(told.sd), signed(told.bias))
            rows.append((name, str(found.walk.annotated), str(len(errors)), *figures))
    return table(("event of the walk", "annotated", "found", "median, ms", "SD, ms", "bias, ms"), rows)


def _jogs(found: RealData) -> str:
    rows = []
    for jog in found.jogs:
        relative, absolute = spread(jog.length_errors_percent), spread(jog.length_errors_m)
        rows.append(
            (
                jog.name,
                str(jog.reference),
                str(jog.found),
                signed(jog.stride_time_ms, 0),
                signed(None if relative is None else relative.median),
                plain(None if absolute is None else 100.0 * absolute.sd),
            )
        )
    head = ("jog", "strides", "found", "median stride time, ms", "stride length, median %", "SD, cm")
    return table(head, rows)


def _counted(found: Iterable[Counted]) -> str:
    rows = [(c.name, told_gaits(c.gaits), plain(c.median_stride_time_s, 2), str(c.spanning)) for c in found]
    return table(("recording", "strides called", "median stride time, s", "over a hole"), rows)
