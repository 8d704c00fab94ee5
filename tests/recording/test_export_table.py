"""Strides as a table: CSV that no spreadsheet runs, Parquet with types, units and samples."""

import csv
import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recording.exporting import PLANS, TEXTS, ZERO_UNIX_S, as_record, made, session
from strides import stride
from stridesense.model import Foot, Stride
from stridesense.model.samples import SampleBlock
from stridesense.recording.export_parquet import ROWS_AT_ONCE, write_samples, write_strides
from stridesense.recording.export_table import COLUMNS, MOMENT, csv_lines, unit_of

RUN = made(PLANS["two feet"])
UNITLESS = {
    "index",
    "quality",
    "duty_factor",
    "push_off_index",
    "push_pull_index",
    "braking_index",
    "calf_load",
}


def block(foot: Foot, first: int, rows: int) -> SampleBlock:
    """Samples that can be told apart."""
    t_s = (first + np.arange(rows)) / 200.0
    acc, gyr = (np.outer(t_s + shift, [1.0, 2.0, 3.0]) for shift in (0.0, 0.5))
    return SampleBlock(foot, first, 200.0, t_s, acc, gyr, t_s > 1.0, host_offset_s=0.125)


def parquet_of(strides: list[Stride]) -> pa.Table:
    """The strides, written and read."""
    file = io.BytesIO()
    write_strides(file, session(strides=strides))
    return pq.read_table(io.BytesIO(file.getvalue()))


def test_csv_says_every_stride_as_its_record_does() -> None:
    rows = list(csv.DictReader(csv_lines(RUN)))
    assert [as_record(row) for row in rows] == [one.to_record() for one in RUN.strides]


def test_csv_tells_the_wall_clock_in_utc() -> None:
    (row,) = csv.DictReader(csv_lines(session(strides=[stride(10)])))
    assert row[MOMENT] == "2026-09-21T14:13:27.250000Z"
    assert float(row["initial_contact_s"]) == 7.0


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(evil: str) -> None:
    (row,) = csv.DictReader(csv_lines(session(strides=[stride(1, flags=(evil,), strike_angle_deg=-9.5)])))
    assert row["flags"] == f"'{evil.strip()}"
    assert float(row["strike_angle_deg"]) == -9.5


def test_parquet_says_every_stride_as_its_record_does() -> None:
    rows = parquet_of(list(RUN.strides)).to_pylist()
    records = [
        {"type": "stride", **{name: one for name, one in row.items() if one is not None and name != MOMENT}}
        for row in rows
    ]
    assert records == [one.to_record() for one in RUN.strides]
    zero = datetime.fromtimestamp(ZERO_UNIX_S, UTC)
    first_s = RUN.strides[0].initial_contact_s
    assert abs(rows[0][MOMENT] - zero - timedelta(seconds=first_s)) < timedelta(microseconds=2)


def test_parquet_has_types_units_and_an_origin_even_where_nothing_was_measured() -> None:
    table = parquet_of([stride(1)])
    assert table.column_names == list(COLUMNS)
    assert table.schema.field(MOMENT).type == pa.timestamp("us", "UTC")
    assert table.schema.field("pull_rate_dps").type == pa.float64()
    assert table.schema.field("pull_rate_dps").metadata == {b"unit": b"deg/s"}
    assert table.schema.metadata[b"session_id"] == b"5e55"
    assert table.schema.metadata[b"recorded_with"] == b"stridesense 1.2.3"


def test_every_column_of_numbers_has_a_unit_or_is_known_to_have_none() -> None:
    assert {name for name in COLUMNS if not unit_of(name)} == UNITLESS | TEXTS


def test_samples_are_written_as_they_are() -> None:
    blocks = [
        block(foot, first, 1000) for first in range(0, ROWS_AT_ONCE, 1000) for foot in (Foot.LEFT, Foot.RIGHT)
    ]
    file = io.BytesIO()
    rows = write_samples(file, session(), iter(blocks))
    table = pq.read_table(io.BytesIO(file.getvalue()))
    assert len(table) == rows == sum(map(len, blocks))
    left = table.filter(pa.compute.equal(table["foot"], "left"))
    whole = [one for one in blocks if one.foot is Foot.LEFT]
    assert np.array_equal(left["t_s"], np.concatenate([one.t_s for one in whole]))
    assert np.array_equal(left["acc_y_mps2"], np.concatenate([one.acc_mps2[:, 1] for one in whole]))
    assert np.array_equal(left["gyr_z_radps"], np.concatenate([one.gyr_radps[:, 2] for one in whole]))
    assert np.array_equal(left["clipped"], np.concatenate([one.clipped for one in whole]))
    assert set(left["host_offset_s"].to_pylist()) == {0.125}
    assert table.schema.field("acc_x_mps2").metadata == {b"unit": b"m/s^2"}


def test_a_session_without_samples_is_an_empty_table() -> None:
    file = io.BytesIO()
    assert write_samples(file, session(), []) == 0
    assert len(pq.read_table(io.BytesIO(file.getvalue()))) == 0
