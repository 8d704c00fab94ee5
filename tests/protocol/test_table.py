"""The codec "samples": rows in SI units with the table's own times."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from protocol.decoding import STEADY, blocks, decode, gaps, indices, malformed, times
from stridesense.model import Foot, Gap, GapCause, RawPacket
from stridesense.protocol.decoder import Decoder

Rows = NDArray[np.float64]


def table(t_s: NDArray[np.float64] | list[float]) -> Rows:
    numbers = np.arange(len(t_s))[:, None] % 1000 * np.array([1.0, 2.0, 3.0, 0.1, 0.2, 0.3])
    return np.column_stack([t_s, numbers])


def packets(rows: Rows, size: int = 19, foot: Foot = Foot.RIGHT) -> list[RawPacket]:
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [
        RawPacket(foot, "samples", "data", part.astype("<f8").tobytes(), k) for k, part in enumerate(parts)
    ]


def config(**ranges: float | None) -> RawPacket:
    return RawPacket(Foot.RIGHT, "samples", "config", json.dumps(ranges).encode(), 0)


def test_rows_come_out_as_they_are_from_second_zero() -> None:
    rows = table(1000 + np.arange(500) / 200)
    items = decode(packets(rows))
    assert len(items) == len(blocks(items))
    np.testing.assert_allclose(times(items), np.arange(500) / 200, atol=1e-9)
    np.testing.assert_array_equal(np.concatenate([block.acc_mps2 for block in blocks(items)]), rows[:, 1:4])
    np.testing.assert_array_equal(np.concatenate([block.gyr_radps for block in blocks(items)]), rows[:, 4:])
    assert {block.host_offset_s for block in blocks(items)} == {0.0}


@STEADY
@given(st.lists(st.integers(1, 80), min_size=1, max_size=30), st.integers(2, 300))
def test_grouping_of_the_rows_changes_nothing(sizes: list[int], count: int) -> None:
    t_s = np.cumsum(np.random.default_rng(count).choice([0.005, 0.004, 0.006, 0.05, -0.003], count))
    rows = table(t_s)
    cuts = np.minimum(np.cumsum(sizes), count).tolist()
    parts = [part for part in np.split(rows, cuts) if len(part)]
    grouped = decode([packet for part in parts for packet in packets(part, len(part))])
    whole = decode(packets(rows, count))
    assert [gap for gap in grouped if isinstance(gap, Gap)] == gaps(whole)
    if blocks(whole):
        assert times(grouped).tolist() == times(whole).tolist()
        assert indices(grouped).tolist() == indices(whole).tolist()
        assert {b.sampling_rate_hz for b in blocks(grouped)} == {b.sampling_rate_hz for b in blocks(whole)}


def test_rate_is_the_median_step_of_the_first_64_samples() -> None:
    steps_s = np.r_[np.tile([0.004, 0.005, 0.006], 21), np.full(200, 0.0025)]
    items = decode(packets(table(np.cumsum(steps_s))))
    assert {round(block.sampling_rate_hz, 6) for block in blocks(items)} == {200.0}


def test_stall_is_a_gap_and_counts_what_is_missing() -> None:
    t_s = np.r_[np.arange(100), np.arange(111, 200)] / 200
    decoder = Decoder()
    items = decode(packets(table(t_s)), decoder)
    (gap,) = gaps(items)
    assert gap.cause is GapCause.STALL
    assert (gap.start_s, gap.end_s) == pytest.approx((99 / 200, 111 / 200))
    assert gap.missing_samples == 11
    assert indices(items).tolist() == [*range(100), *range(111, 200)]
    assert decoder.counters[Foot.RIGHT].lost == {GapCause.STALL: 11}


def test_slow_table_needs_a_longer_step_for_a_gap() -> None:
    t_s = np.r_[np.arange(100), np.arange(103, 200)] / 50
    assert not gaps(decode(packets(table(t_s))))
    assert len(gaps(decode(packets(table(np.r_[np.arange(100), np.arange(104.5, 200)] / 50))))) == 1


def test_times_that_do_not_rise_are_dropped_and_counted() -> None:
    t_s = np.arange(200) / 200
    t_s[50], t_s[60] = t_s[49], t_s[40]
    decoder = Decoder()
    items = decode(packets(table(t_s)), decoder)
    counters = decoder.counters[Foot.RIGHT]
    assert (counters.duplicates, counters.late, counters.samples) == (1, 1, 198)
    assert np.all(np.diff(times(items)) > 0)
    assert not gaps(items)


def test_value_that_is_no_number_is_malformed_and_a_gap_if_it_makes_a_hole() -> None:
    rows = table(np.arange(300) / 200)
    rows[100, 3] = np.nan
    rows[150:160, 5] = np.inf
    decoder = Decoder()
    items = decode(packets(rows), decoder)
    assert len(malformed(items)) == decoder.counters[Foot.RIGHT].malformed == 11
    assert [gap.missing_samples for gap in gaps(items)] == [10]


def test_ranges_tell_what_is_clipped() -> None:
    rows = table(np.arange(100) / 200)
    rows[:, 1:] = 0.0
    rows[10, 2], rows[11, 2], rows[20, 6] = -156.0, 150.0, 35.0
    ranged = decode([config(acc_range_mps2=156.9, gyr_range_radps=34.9), *packets(rows)])
    assert np.flatnonzero(np.concatenate([block.clipped for block in blocks(ranged)])).tolist() == [10, 20]
    free = decode([config(acc_range_mps2=None), *packets(rows)])
    assert not any(block.clipped.any() for block in blocks(free))


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"[]", b'{"acc_range_mps2": -1}', b'{"gyr_range_radps": "x"}']
)
def test_config_that_cannot_be_meant_is_malformed(payload: bytes) -> None:
    (item,) = decode([RawPacket(Foot.LEFT, "samples", "config", payload, 5)])
    assert malformed([item])[0].reason.startswith("config cannot be read")


def test_part_of_a_row_is_malformed() -> None:
    (item,) = decode([RawPacket(Foot.LEFT, "samples", "data", bytes(57), 5)])
    assert malformed([item])[0].reason == "data has 57 bytes, a row has 56"


def test_few_rows_come_with_flush_and_one_alone_is_malformed() -> None:
    assert len(blocks(decode(packets(table([3.0, 3.01, 3.02]))))) == 1
    assert malformed(decode(packets(table([3.0]))))[0].reason == "one row alone has no sampling rate"


def test_two_feet_of_one_table_keep_their_common_time() -> None:
    left = packets(table(7 + np.arange(100) / 100), foot=Foot.LEFT)
    right = packets(table(7.5 + np.arange(100) / 100), foot=Foot.RIGHT)
    found = blocks(decode([*left, *right]))
    starts = {block.foot: block.t_s[0] for block in reversed(found)}
    assert starts == pytest.approx({Foot.LEFT: 0.0, Foot.RIGHT: 0.5})


def test_real_track_recording_keeps_its_stalls_as_gaps(shared_data: Path) -> None:
    csv = shared_data / "track_sprint" / "A_track_sprint_1.csv"
    t_s = np.genfromtxt(csv, delimiter=",", skip_header=1, usecols=[0]) / 1000
    decoder = Decoder()
    items = decode(packets(table(t_s)), decoder)
    counters = decoder.counters[Foot.RIGHT]
    assert counters.samples + counters.duplicates + counters.late == len(t_s)
    assert np.all(np.diff(times(items)) > 0)
    assert len(gaps(items)) > 10
    assert np.median([gap.end_s - gap.start_s for gap in gaps(items)]) == pytest.approx(0.053, abs=0.003)
