"""Every real recording is read by its preset, and what the report counts is what the files hold."""

from pathlib import Path

import numpy as np
import pytest

from stridesense.model import Foot
from stridesense.recording.importer import import_csv
from stridesense.recording.mapping_syntax import parse_mapping
from stridesense.recording.presets import PRESETS
from stridesense.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2


@pytest.mark.parametrize("trial", ["01", "04", "12", "24", "29", "33", "43", "46", "47", "53"])
def test_pyshoe_keeps_every_row(shared_data: Path, trial: str) -> None:
    path = shared_data / "vicon_jog" / f"vicon_{trial}.csv"
    report = import_csv(path, PRESETS["pyshoe"]).report
    (foot,) = report.feet
    assert foot.foot is Foot.RIGHT
    assert foot.samples == report.rows == len(path.read_text().splitlines()) - 1
    assert foot.sampling_rate_hz == pytest.approx(200.0, abs=0.1)
    assert foot.missing_samples <= 1
    assert foot.stalls == foot.repeated_rows == 0


@pytest.mark.parametrize(
    ("name", "rows", "samples", "repeated_rows", "repeated_times", "stalls"),
    [
        ("A_track_sprint_1", 10568, 9476, 1085, 7, 41),
        ("B_track_sprint_1", 14305, 12811, 1485, 9, 55),
        ("B_track_sprint_2", 13457, 12048, 1402, 7, 52),
        ("C_treadmill_walk_4kmh_1", 18578, 16661, 1902, 15, 72),
        ("C_treadmill_walk_6kmh", 17815, 15997, 1808, 10, 69),
    ],
)
def test_mpu6050_leaves_out_what_was_read_twice_after_each_stall(
    shared_data: Path,
    name: str,
    rows: int,
    samples: int,
    repeated_rows: int,
    repeated_times: int,
    stalls: int,
) -> None:
    mapping = parse_mapping(preset="mpu6050", foot="right")
    imported = import_csv(shared_data / "track_sprint" / f"{name}.csv", mapping)
    (foot,) = imported.report.feet
    assert (imported.report.rows, foot.samples) == (rows, samples)
    assert (foot.repeated_rows, foot.repeated_times, foot.stalls) == (repeated_rows, repeated_times, stalls)
    assert foot.sampling_rate_hz == pytest.approx(500.0)
    ((worn_on, kept),) = imported.samples
    assert worn_on is Foot.RIGHT
    assert (np.diff(kept[:, 0]) > 0).all()
    assert np.abs(kept[:, 1:4]).max() <= 8.001 * STANDARD_GRAVITY_MPS2
    assert np.abs(kept[:, 4:]).max() * DEG_PER_RAD <= 1000


def test_gaitmap_reads_both_feet(shared_data: Path) -> None:
    imported = import_csv(shared_data / "walk_mocap_events" / "imu_sample.csv", PRESETS["gaitmap"])
    assert [(f.foot, f.samples, f.sampling_rate_hz) for f in imported.report.feet] == [
        ("left", 7928, pytest.approx(204.8)),
        ("right", 7928, pytest.approx(204.8)),
    ]
    for _, rows in imported.samples:
        assert np.linalg.norm(np.median(rows[:200, 1:4], axis=0)) == pytest.approx(
            STANDARD_GRAVITY_MPS2, abs=0.3
        )


def test_xio_leaves_out_rows_written_twice(shared_data: Path) -> None:
    imported = import_csv(shared_data / "walk_400hz" / "short_walk.csv", PRESETS["xio"])
    (foot,) = imported.report.feet
    assert (foot.samples, foot.repeated_rows, foot.stalls) == (16334, 205, 0)
    assert foot.sampling_rate_hz == pytest.approx(398.3, abs=0.1)
    ((_, rows),) = imported.samples
    assert np.linalg.norm(np.median(rows[:400, 1:4], axis=0)) == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.3)
