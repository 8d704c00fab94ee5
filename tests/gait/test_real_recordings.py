"""What the core makes of real feet: shoes, wrists of tape, and a logger that stalls."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median, pstdev
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stridesense.model import Foot, Gait, Gap, Stride
from stridesense.pipeline import Outcome, Pipeline
from stridesense.recording.importer import import_csv
from stridesense.recording.mapping_syntax import parse_mapping

JOGS = ("24", "29", "33", "43", "46")
WALKS = ("01", "04", "12")
SPRINTS = ("A_track_sprint_1", "B_track_sprint_1", "B_track_sprint_2")


def outcomes(path: Path, preset: str) -> list[Outcome]:
    """Import a file by its preset and run the whole river over it."""
    pipeline = Pipeline()
    imported = import_csv(path, parse_mapping(preset=preset))
    out = [outcome for packet in imported.packets() for outcome in pipeline.process(packet)]
    return out + pipeline.flush()


def strides(path: Path, preset: str) -> list[Stride]:
    """The strides of a file."""
    return [outcome for outcome in outcomes(path, preset) if isinstance(outcome, Stride)]


def trial(shared_data: Path, number: str) -> tuple[list[Stride], list[dict[str, Any]]]:
    """Our strides of a motion-captured trial, and the valid strides of its reference."""
    folder = shared_data / "vicon_jog"
    reference = json.loads((folder / f"vicon_{number}.ref.json").read_text())
    valid = [stride for stride in reference["strides"] if stride["valid"]]
    return strides(folder / f"vicon_{number}.csv", "pyshoe"), valid


def single_toe_offs(ours: list[Stride], reference: list[dict[str, Any]]) -> int:
    """In how many reference strides, lowest speed to lowest speed, exactly one toe-off lies."""
    toe_offs = [stride.terminal_contact_s for stride in ours]
    return sum(sum(ref["t0"] < t < ref["t1"] for t in toe_offs) == 1 for ref in reference)


def test_jogs_have_one_toe_off_in_each_reference_stride(shared_data: Path) -> None:
    trials = [trial(shared_data, number) for number in JOGS]
    found = sum(single_toe_offs(*each) for each in trials)
    assert found >= 0.95 * sum(len(reference) for _, reference in trials)


def matched(ours: list[Stride], reference: list[dict[str, Any]]) -> list[tuple[Stride, dict[str, Any]]]:
    """Each of our strides with the reference stride that its toe-off lies in."""
    pairs = [[s for s in ours if ref["t0"] < s.terminal_contact_s < ref["t1"]] for ref in reference]
    return [(found[0], ref) for found, ref in zip(pairs, reference, strict=True) if len(found) == 1]


@pytest.mark.parametrize("number", JOGS)
def test_a_jog_has_the_stride_time_of_motion_capture(shared_data: Path, number: str) -> None:
    """Paired, as both leave out strides in the turns, though not the same ones."""
    apart_s = [
        stride.stride_time_s - ref["duration_s"]
        for stride, ref in matched(*trial(shared_data, number))
        if stride.stride_time_s is not None
    ]
    assert len(apart_s) >= 12
    assert abs(median(apart_s)) < 0.020


@pytest.mark.parametrize("number", JOGS)
def test_a_jog_has_the_stride_length_of_motion_capture(shared_data: Path, number: str) -> None:
    """A stride's way ends in its mid-stance, and so does a reference stride, where the foot is slowest."""
    ours, reference = trial(shared_data, number)
    errors_m = [
        stride.stride_length_m - ref["length_m"]
        for stride in ours
        for ref in reference
        if stride.initial_contact_s < ref["t1"] < stride.terminal_contact_s and stride.stride_length_m
    ]
    assert len(errors_m) >= 0.7 * len(reference)
    assert abs(median(errors_m)) < 0.05 * median(ref["length_m"] for ref in reference)
    assert pstdev(errors_m) < 0.10


@pytest.mark.parametrize("number", [*JOGS, *WALKS])
def test_a_tight_circle_is_turned_as_motion_capture_sees_it(shared_data: Path, number: str) -> None:
    """Our turns against those of the chords between mid-stances; which way round the room is, is not told."""
    path = shared_data / "vicon_jog" / f"vicon_{number}.csv"
    known = [one for one in strides(path, "pyshoe") if one.turn_deg is not None]
    room = np.genfromtxt(path, delimiter=",", names=True)
    moments_s = [one.initial_contact_s + 0.4 * one.contact_time_s for one in known]
    x_m, y_m = (np.interp(moments_s, room["t_s"], room[axis]) for axis in ("px", "py"))
    heading = np.unwrap(np.arctan2(np.diff(y_m), np.diff(x_m)))
    turned_deg = abs(np.degrees(heading[-1] - heading[0]))
    assert turned_deg > 500.0
    assert abs(sum(one.turn_deg or 0.0 for one in known[1:-1])) == pytest.approx(turned_deg, rel=0.1)


def test_a_jog_is_called_running(shared_data: Path) -> None:
    gaits = Counter(stride.gait for number in JOGS for stride in trial(shared_data, number)[0])
    assert gaits[Gait.RUN] >= 0.95 * gaits.total()


@pytest.mark.parametrize("number", WALKS)
def test_a_walk_is_called_walking(shared_data: Path, number: str) -> None:
    ours, reference = trial(shared_data, number)
    assert {stride.gait for stride in ours} == {Gait.WALK}
    assert single_toe_offs(ours, reference) >= 0.95 * len(reference)


def test_hardly_a_stride_is_invented_while_crawling(shared_data: Path) -> None:
    assert len(trial(shared_data, "47")[0]) <= 2
    assert {stride.gait for stride in trial(shared_data, "53")[0]} <= {Gait.WALK}


def push_offs_s(path: Path) -> NDArray[np.float64]:
    """Push-offs of a sprint straight from the counts: the fastest rotation about the principal axis."""
    from scipy.signal import find_peaks

    columns = np.genfromtxt(path, delimiter=",", skip_header=1)
    t_s, gyr_dps = columns[:, 0] * 1e-3, columns[:, 4:7] / 32.8
    spins = gyr_dps[np.abs(gyr_dps).max(axis=1) > 100.0]
    turn = gyr_dps @ np.linalg.svd(spins, full_matrices=False)[2][0]
    toes_down = turn if turn.max() > -turn.min() else -turn
    return t_s[find_peaks(toes_down, height=250.0, distance=150)[0]]


def test_a_sprint_has_strides_of_half_a_second(shared_data: Path) -> None:
    path = shared_data / "track_sprint" / "A_track_sprint_1.csv"
    ours, pushes = strides(path, "mpu6050"), push_offs_s(path)
    assert median(b - a for a, b in pairwise(pushes) if b - a < 0.6) == pytest.approx(0.50, abs=0.05)
    assert len(ours) >= 4
    assert {stride.gait for stride in ours} == {Gait.RUN}
    for stride in ours:
        assert np.abs(pushes - stride.terminal_contact_s).min() < 0.06
    complete = [stride.stride_time_s for stride in ours if stride.stride_time_s is not None]
    assert complete
    assert all(0.42 < time < 0.56 for time in complete)


@pytest.mark.parametrize("name", [*SPRINTS, "C_treadmill_walk_4kmh_1", "C_treadmill_walk_6kmh"])
def test_no_stride_and_no_contact_lies_over_a_stall(shared_data: Path, name: str) -> None:
    out = outcomes(shared_data / "track_sprint" / f"{name}.csv", "mpu6050")
    gaps = [item for item in out if isinstance(item, Gap)]
    assert len(gaps) >= 40
    for stride in (item for item in out if isinstance(item, Stride)):
        start_s = stride.initial_contact_s
        end_s = max(stride.terminal_contact_s, start_s + (stride.stride_time_s or 0.0))
        assert not any(gap.start_s < end_s and gap.end_s > start_s for gap in gaps)


def test_a_walk_of_both_shoes_is_found_foot_by_foot(shared_data: Path) -> None:
    ours = strides(shared_data / "walk_mocap_events" / "imu_sample.csv", "gaitmap")
    assert Counter(stride.foot for stride in ours) == {Foot.LEFT: 29, Foot.RIGHT: 30}
    assert {stride.gait for stride in ours} == {Gait.WALK}


def test_the_walk_of_both_shoes_agrees_with_motion_capture(shared_data: Path) -> None:
    folder = shared_data / "walk_mocap_events"
    ours = strides(folder / "imu_sample.csv", "gaitmap")
    rows = [line.split(",") for line in (folder / "stride_events_sample.csv").read_text().splitlines()[1:]]
    for column, limit_s, event in ((5, 0.015, "terminal_contact_s"), (7, 0.025, "initial_contact_s")):
        errors = []
        for row in rows:
            true_s = float(row[column]) / 204.8
            near = [getattr(stride, event) - true_s for stride in ours if stride.foot == row[1]]
            errors.append(min(near, key=abs))
        assert abs(median(errors)) < limit_s
        assert sum(abs(error) < 0.08 for error in errors) >= 0.9 * len(rows)


def test_a_walk_at_400_hz_is_found(shared_data: Path) -> None:
    ours = strides(shared_data / "walk_400hz" / "short_walk.csv", "xio")
    assert len(ours) == 15
    assert {stride.gait for stride in ours} == {Gait.WALK}
