"""Tables that are odd from their first rows on."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stage_checks import run
from stridesense.model import Foot, Gap, Stride
from stridesense.pipeline import Outcome, Pipeline
from stridesense.recording.importer import plain_csv
from stridesense.simulator import load, simulate

HEADER = "t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"


def held_heel_rows() -> NDArray[np.float64]:
    samples = simulate(load("held_heel").shortened(20.0)).feet[Foot.LEFT].samples
    return np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps])


def analyzed(rows: NDArray[np.float64], folder: Path) -> list[Outcome]:
    path = folder / "table.csv"
    np.savetxt(path, rows, delimiter=",", header=HEADER, comments="")
    return run(Pipeline(), plain_csv(path).packets())


def strides(rows: NDArray[np.float64], folder: Path) -> list[Stride]:
    return [out for out in analyzed(rows, folder) if isinstance(out, Stride)]


@pytest.mark.parametrize("step_s", [0.05, 0.0001])
def test_odd_first_rows_do_not_decide_the_rate(step_s: float, tmp_path: Path) -> None:
    rows = held_heel_rows()
    start = np.repeat(rows[:1], 64, axis=0)
    start[:, 0] = rows[0, 0] - step_s * np.arange(64, 0, -1)
    hole = (rows[:, 0] < 9.0) | (rows[:, 0] > 9.175)
    out = analyzed(np.concatenate([start, rows[hole]]), tmp_path)
    gaps = [item for item in out if isinstance(item, Gap) and item.end_s - item.start_s > 0.1]
    found = [item for item in out if isinstance(item, Stride)]
    assert len(found) >= 14
    assert gaps
    for stride in found:
        end_s = stride.initial_contact_s + (stride.stride_time_s or 0.0)
        assert not any(gap.start_s < end_s and gap.end_s > stride.initial_contact_s for gap in gaps)


def test_a_slow_table_says_so(tmp_path: Path) -> None:
    found = strides(held_heel_rows()[::4], tmp_path)
    assert found
    assert all("low_rate" in stride.flags and stride.quality < 0.5 for stride in found)


def test_a_dead_accelerometer_gives_no_strides(tmp_path: Path) -> None:
    rows = held_heel_rows()
    rows[:, 1:4] = 0.0
    assert strides(rows, tmp_path) == []


def test_values_beyond_all_sense_give_no_strides(tmp_path: Path) -> None:
    rows = held_heel_rows()
    rows[:, 1:] *= 1e9
    assert strides(rows, tmp_path) == []
