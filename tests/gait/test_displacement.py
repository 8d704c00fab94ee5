"""The way of a foot over one stride, on virtual runners whose way is known and on real ones."""

import json
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import NamedTuple

import numpy as np
import pytest

from gait.travelling import USUAL, columns, quiet_moment, running, session, travelled
from stridesense.dsp.conditioner import Conditioner
from stridesense.dsp.kernels import Packed, Switch
from stridesense.gait.displacement import (
    QUIET_FROM,
    QUIET_UNTIL,
    StrideTravel,
    TravelParams,
    closed_bias_dps,
    quiet,
    travel,
)
from stridesense.model import Foot, Gap, Malformed, RawPacket, SignalBlock, Stride
from stridesense.model.samples import FloatArray
from stridesense.model.signals import PITCH_RATE_DPS, T_S
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.recording.importer import import_csv
from stridesense.recording.mapping_syntax import parse_mapping

MODELS = ("rigid_sole", "soft_shoe")
STRIKES = ("forefoot", "midfoot", "rearfoot")
JOGS = ("24", "29", "33", "43", "46")


@pytest.mark.parametrize("speed_mps", [2.5, 4.0, 5.5])
@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("model", MODELS)
def test_stride_length_is_right_to_a_few_per_cent(model: str, strike: str, speed_mps: float) -> None:
    for foot in (Foot.LEFT, Foot.RIGHT):
        strides = travelled(session(model, running(speed_mps, strike)), foot)[2:]
        errors = [stride.seen.length_m / stride.length_m - 1.0 for stride in strides]
        assert len(errors) >= 10
        assert abs(fmean(errors)) < 0.03
        assert pstdev(errors) < 0.015


@pytest.mark.parametrize("rate_hz", [104, 833])
@pytest.mark.parametrize("model", MODELS)
def test_stride_length_does_not_hang_on_the_sampling_rate(model: str, rate_hz: int) -> None:
    strides = travelled(session(model, running(3.5, "midfoot"), rate_hz), Foot.RIGHT)[2:]
    errors = [stride.seen.length_m / stride.length_m - 1.0 for stride in strides]
    assert abs(fmean(errors)) < 0.03
    assert pstdev(errors) < 0.015


def test_three_centimetres_of_lever_change_stride_length_by_one_per_cent() -> None:
    run = session("rigid_sole", running(3.5, "forefoot"))
    other = USUAL._replace(lever_back_m=USUAL.lever_back_m + 0.03, lever_up_m=USUAL.lever_up_m - 0.03)
    pairs = zip(travelled(run, Foot.LEFT), travelled(run, Foot.LEFT, other), strict=True)
    changes = [moved.seen.length_m / usual.seen.length_m - 1.0 for usual, moved in pairs]
    assert 0.0 < max(abs(change) for change in changes) < 0.015


@pytest.mark.parametrize("model", MODELS)
def test_length_holds_in_a_tight_circle(model: str) -> None:
    circle = running(2.5, "midfoot", seconds=12.0, activity="turn", turn_deg=720.0)
    strides = travelled(session(model, circle), Foot.LEFT)[3:-1]
    assert fmean(s.seen.length_m / s.length_m - 1.0 for s in strides) == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("model", MODELS)
def test_the_tilt_of_the_foot_keeps_one_constant_error(model: str) -> None:
    blocks = running(2.5, "midfoot") + running(4.5, "midfoot")
    strides = travelled(session(model, blocks, seed=2), Foot.RIGHT)[2:]
    errors = np.array([stride.seen.end_pitch_deg - stride.pitch_deg for stride in strides])
    assert errors.std() < 0.5
    assert abs(errors.mean()) < 4.0
    for stride, after in pairwise(strides):
        assert stride.seen.end_pitch_deg == pytest.approx(after.seen.start_pitch_deg, abs=1.0)


@pytest.mark.parametrize("bias_dps", [-1.5, 1.5])
def test_neighbouring_strides_tell_the_bias_of_the_gyroscope(bias_dps: float) -> None:
    run = session("soft_shoe", running(3.5, "forefoot", 20.0))
    table, packed = columns(run, Foot.LEFT), Packed.of(USUAL)
    table[PITCH_RATE_DPS] += bias_dps
    moments = [quiet_moment(table, stride) for stride in run.truth if stride.foot is Foot.LEFT]
    found_dps, last = 0.0, None
    for begin, end in pairwise(moments):
        way = StrideTravel(*travel(packed, table, begin, end + 1, 0.0, 0.0, found_dps))
        found_dps = found_dps if last is None else closed_bias_dps(found_dps, last, way, 0.2)
        last = way
    assert found_dps == pytest.approx(bias_dps, abs=0.3)


@pytest.mark.parametrize("strike", ["forefoot", "rearfoot"])
@pytest.mark.parametrize("model", MODELS)
def test_a_hill_does_not_tilt_the_foot_against_the_ground(model: str, strike: str) -> None:
    """1.2 deg is a heel 4 mm higher."""
    means = []
    for grade in (0.0, 8.0, -8.0):
        blocks = running(3.0, strike, 4.0) + running(3.0, strike, grade_percent=grade)
        strides = [s for s in travelled(session(model, blocks), Foot.LEFT) if s.true.initial_contact_s > 9.0]
        means.append(fmean(stride.seen.ground_pitch_deg - stride.pitch_deg for stride in strides))
        slope = fmean(stride.seen.slope_rad for stride in strides)
        assert slope == pytest.approx(np.arctan(grade / 100.0), abs=0.05)
    assert max(means) - min(means) < 1.2


def test_a_held_heel_tilts_the_foot_by_as_much_as_it_does() -> None:
    blocks = running(3.0, "forefoot") + running(3.0, "forefoot", heel="held", held_mm=20.0)
    strides = travelled(session("rigid_sole", blocks), Foot.LEFT)
    kissed = [stride for stride in strides if 6.0 < stride.true.initial_contact_s < 14.0]
    held = [stride for stride in strides if stride.true.initial_contact_s > 17.0]
    dropped_deg = fmean(s.pitch_deg for s in held) - fmean(s.pitch_deg for s in kissed)
    assert dropped_deg < -5.0
    seen_deg = fmean(s.seen.ground_pitch_deg for s in held) - fmean(s.seen.ground_pitch_deg for s in kissed)
    assert seen_deg == pytest.approx(dropped_deg, abs=1.0)


@pytest.mark.parametrize(("model", "strike"), [("rigid_sole", "midfoot"), ("soft_shoe", "rearfoot")])
def test_the_landing_is_found_with_its_forward_speed(model: str, strike: str) -> None:
    strides = travelled(session(model, running(3.5, strike, 20.0)), Foot.RIGHT)[2:]
    late_s = [stride.seen.landing_s - stride.following.initial_contact_s for stride in strides]
    assert 0.0 < fmean(late_s) < 0.012
    assert pstdev(late_s) < 0.0015
    seen = [stride.seen.landing_forward_mps for stride in strides]
    true = [stride.following.forward_speed_mps for stride in strides]
    assert np.corrcoef(seen, true)[0, 1] > 0.9
    assert fmean(seen) == pytest.approx(fmean(true), abs=0.2)


@pytest.mark.parametrize("rate_hz", [104, 416])
def test_compiled_and_plain_looks_give_the_same_bits(rate_hz: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    run = session("rigid_sole", running(4.0, "rearfoot"), rate_hz)
    table, packed = columns(run, Foot.LEFT), Packed.of(USUAL)
    moments = [quiet_moment(table, stride) for stride in run.truth if stride.foot is Foot.LEFT]
    answers = []
    for compiled in (True, False):
        monkeypatch.setattr(Switch, "use_compiled", compiled)
        ways = [travel(packed, table, a, b + 1, 6.0, 3.0, 0.5) for a, b in pairwise(moments)]
        answers.append((ways, [quiet(packed, table, a, b) for a, b in pairwise(moments)]))
    assert answers[0] == answers[1]


class Real(NamedTuple):
    """A stride of a recording: when it passed its toe-off, and its way."""

    toe_off_s: float
    way: StrideTravel


def real_strides(path: Path, preset: str) -> dict[Foot, list[Real]]:
    """Run the stages up to the strides over a recording, and measure each stride's way."""
    packets = list(import_csv(path, parse_mapping(preset=preset)).packets())
    pipeline = Pipeline()
    found = [out for packet in packets for out in pipeline.process(packet)] + pipeline.flush()
    tables = signals(packets)
    return {
        foot: _ways(table, [out for out in found if isinstance(out, Stride) and out.foot is foot])
        for foot, table in tables.items()
    }


def signals(packets: list[RawPacket]) -> dict[Foot, FloatArray]:
    """The columns of each foot, (15, n)."""
    decoder = Decoder()
    items = [item for packet in packets for item in decoder.process(packet)] + decoder.flush()
    conditioners: dict[Foot, Conditioner] = {}
    columns_of: dict[Foot, list[FloatArray]] = {}
    for item in items:
        stage = conditioners.setdefault(item.foot, Conditioner())
        columns_of.setdefault(item.foot, []).extend(_columns(stage.process(item)))
    for foot, stage in conditioners.items():
        columns_of[foot] += _columns(stage.flush())
    return {foot: np.ascontiguousarray(np.concatenate(some, axis=1)) for foot, some in columns_of.items()}


def _columns(out: list[SignalBlock | Gap | Malformed]) -> list[FloatArray]:
    return [block.columns for block in out if isinstance(block, SignalBlock)]


def _ways(table: FloatArray, strides: list[Stride]) -> list[Real]:
    packed, out = Packed.of(TravelParams()), []
    for before, after in pairwise(strides):
        if abs(before.initial_contact_s + (before.stride_time_s or 0.0) - after.initial_contact_s) > 0.02:
            continue
        moments = []
        for stride in (before, after):
            shares = (QUIET_FROM, QUIET_UNTIL)
            at_s = [stride.initial_contact_s + share * stride.contact_time_s for share in shares]
            start, stop = (int(index) for index in np.searchsorted(table[T_S], at_s))
            moments.append(start + int(quiet(packed, table, start, stop)[0]))
        way = travel(packed, table, moments[0], moments[1] + 1, after.initial_contact_s, 0.0, 0.0)
        out.append(Real(before.terminal_contact_s, StrideTravel(*way)))
    return [stride for stride in out if stride.way.plausible]


def test_what_begins_in_the_air_is_no_stride() -> None:
    run = session("rigid_sole", running(3.5, "midfoot"))
    table, packed = columns(run, Foot.LEFT), Packed.of(USUAL)
    mine = [stride for stride in run.truth if stride.foot is Foot.LEFT]
    planted = [quiet_moment(table, stride) for stride in mine]
    flying = [int(np.searchsorted(table[T_S], stride.terminal_contact_s + 0.1)) for stride in mine]
    ways = [
        [
            StrideTravel(*travel(packed, table, begin, end + 1, 0.0, 0.0, 0.0))
            for begin, end in pairwise(moments)
        ]
        for moments in (planted, flying)
    ]
    assert all(way.plausible for way in ways[0])
    assert not any(way.plausible for way in ways[1])


def test_jogs_in_tight_circles_have_the_stride_length_of_motion_capture(shared_data: Path) -> None:
    errors_m, shares = [], []
    for number in JOGS:
        path = shared_data / "vicon_jog" / f"vicon_{number}.csv"
        reference = json.loads(path.with_suffix(".ref.json").read_text())["strides"]
        (strides,) = real_strides(path, "pyshoe").values()
        of_trial = [
            (stride.way.length_m - true["length_m"], true["length_m"])
            for stride in strides
            for true in reference
            if true["valid"] and true["t0"] < stride.toe_off_s < true["t1"]
        ]
        errors_m += [error_m for error_m, _ in of_trial]
        shares.append(median(error_m / length_m for error_m, length_m in of_trial))
    assert len(errors_m) >= 90
    assert all(abs(share) < 0.05 for share in shares)
    assert pstdev(errors_m) < 0.10


def test_a_walk_has_the_stride_length_of_motion_capture(shared_data: Path) -> None:
    feet = real_strides(shared_data / "walk_mocap_events" / "imu_sample.csv", "gaitmap")
    for strides in feet.values():
        lengths_m = [stride.way.length_m for stride in strides]
        assert len(lengths_m) >= 24
        assert median(lengths_m) == pytest.approx(1.40, abs=0.05)
