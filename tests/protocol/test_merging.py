"""Two sensors that come apart: laid together by their times, missing in both where one is missing."""

from collections.abc import Iterator

import numpy as np
import pytest

from stridesense.model import Foot, Gap, GapCause, SampleBlock
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.line import Stretch
from stridesense.protocol.merging import LONGEST_WAIT_S, Merger

SWING_HZ = 3.0
PEAK_RADPS = 10.0


def turning(t_s: np.ndarray) -> np.ndarray:
    """What the gyroscope would measure at any time (n, 3): as fast as a foot swings."""
    return PEAK_RADPS * np.sin(2 * np.pi * SWING_HZ * t_s)[:, np.newaxis] * np.array([1.0, 0.5, -0.2])


def stretches(
    rate_hz: float,
    *,
    late_s: float = 0.0,
    run_s: float = 10.0,
    rows: int = 20,
    is_acc: bool,
    without: tuple[int, ...] = (),
) -> Iterator[tuple[float, Stretch | Gap, bool]]:
    """What a line gives, with the time at which it comes."""
    missing = 0
    for k in range(int(run_s * rate_hz / rows)):
        index = np.arange(k * rows, (k + 1) * rows)
        t_s = index / rate_hz + late_s
        if k in without:
            missing += rows
            continue
        if missing:
            begin_s = float(t_s[0]) - (missing + 1) / rate_hz
            yield float(t_s[-1]), Gap(Foot.LEFT, begin_s, float(t_s[0]), missing, GapCause.STALL), is_acc
            missing = 0
        values = np.column_stack([index, index, index]).astype(float) if is_acc else turning(t_s)
        yield float(t_s[-1]), Stretch(k * rows, rate_hz, t_s, values, np.zeros(rows, dtype=bool), 0.0), is_acc


def merged(
    *lines: Iterator[tuple[float, Stretch | Gap, bool]], merger: Merger | None = None
) -> list[SampleBlock | Gap]:
    merger = merger or Merger(Foot.LEFT, StreamCounters())
    coming = sorted((one for line in lines for one in line), key=lambda one: one[0])
    return [item for _, stretch, is_acc in coming for item in merger.take(stretch, is_acc=is_acc)]


def of_blocks(items: list[SampleBlock | Gap]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = [item for item in items if isinstance(item, SampleBlock)]
    columns = (
        [block.t_s for block in found],
        [block.acc_mps2[:, 0] for block in found],
        [block.gyr_radps for block in found],
    )
    return tuple(np.concatenate(column) for column in columns)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("acc_hz", "gyr_hz", "late_s", "within"),
    [
        (208.0, 208.0, 0.0, 1e-9),
        (208.0, 208.0, 0.5 / 208, 0.0011),  # out of step by half a period: (pi f / rate)^2 / 2 of the peak
        (208.0, 104.0, 0.0, 0.0042),
        (52.0, 104.0, 0.003, 0.0042),
        (104.0, 52.0, 0.001, 0.0166),
    ],
)
def test_interpolation_errs_by_no_more_than_a_chord(
    acc_hz: float, gyr_hz: float, late_s: float, within: float
) -> None:
    items = merged(stretches(acc_hz, is_acc=True), stretches(gyr_hz, late_s=late_s, is_acc=False))
    t_s, index, gyr_radps = of_blocks(items)
    assert not any(isinstance(item, Gap) for item in items)
    assert np.all(np.diff(index) == 1)
    assert len(index) > 9.5 * acc_hz
    assert np.abs(gyr_radps - turning(t_s)).max() <= within * PEAK_RADPS + 1e-12


@pytest.mark.parametrize("loser", ["acc", "gyr"])
def test_what_one_sensor_misses_is_missing_in_both(loser: str) -> None:
    lost = {"acc": (30, 31), "gyr": (30, 31)}[loser]
    counters = StreamCounters()
    lines = (
        stretches(208.0, is_acc=True, without=lost if loser == "acc" else ()),
        stretches(208.0, late_s=0.002, is_acc=False, without=lost if loser == "gyr" else ()),
    )
    items = merged(*lines, merger=Merger(Foot.LEFT, counters))
    (gap,) = (item for item in items if isinstance(item, Gap))
    assert gap.missing_samples == pytest.approx(40, abs=1)
    assert counters.lost == {GapCause.STALL: gap.missing_samples}
    t_s, index, gyr_radps = of_blocks(items)
    assert int(np.diff(index).max()) == gap.missing_samples + 1
    assert np.abs(gyr_radps - turning(t_s)).max() <= 0.0011 * PEAK_RADPS
    found = [item for item in items if isinstance(item, SampleBlock)]
    assert found[-1].first_index + len(found[-1]) == len(index) + gap.missing_samples


@pytest.mark.parametrize("survivor_is_acc", [True, False])
def test_nothing_grows_when_one_sensor_dies(survivor_is_acc: bool) -> None:  # noqa: FBT001  a parameter
    merger = Merger(Foot.LEFT, StreamCounters())
    merged(stretches(208.0, is_acc=True), stretches(208.0, is_acc=False), merger=merger)
    alone = stretches(208.0, run_s=60.0, late_s=10.0, is_acc=survivor_is_acc)
    for _, stretch, is_acc in alone:
        assert merger.take(stretch, is_acc=is_acc) == [] or not survivor_is_acc
        assert max(len(merger.acc.t_s), len(merger.gyr.t_s)) <= LONGEST_WAIT_S * 208 + 20
