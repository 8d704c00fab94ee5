"""The strides of a session, and its samples, as Parquet: columns with types, units and their origin."""

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stridesense import __version__
from stridesense.model.samples import SampleBlock
from stridesense.model.strides import RECORD_FIELDS
from stridesense.recording.export_session import SessionRecord
from stridesense.recording.export_table import COLUMNS, MOMENT, moment, unit_of

ROWS_AT_ONCE: Final = 1 << 16
"""Samples that are held before they are written; our own choice."""

COMPRESSION: Final = "zstd"

_KINDS: Final[dict[str, Any]] = {
    MOMENT: pa.timestamp("us", "UTC"),
    "index": pa.int64(),
    "flags": pa.list_(pa.string()),
    **dict.fromkeys(("foot", "gait", "strike_type", "heel_state"), pa.string()),
}
"""Types of columns; all others are float64."""

AXES: Final = {
    **{f"acc_{axis}_mps2": "m/s^2" for axis in "xyz"},
    **{f"gyr_{axis}_radps": "rad/s" for axis in "xyz"},
}
"""Columns of the samples in the axes of the sensor, and their units."""


def write_strides(file: IO[bytes], session: SessionRecord) -> None:
    """A row for each stride; what was not measured is null.

    Args:
        file: open for writing.
        session: the strides.

    Raises:
        OSError: the disk does not take it.
    """
    fields = [
        pa.field(name, _KINDS.get(name, pa.float64()), metadata=_unit(unit_of(name))) for name in COLUMNS
    ]
    schema = pa.schema(fields, metadata=_origin(session))
    columns = {name: [getattr(stride, name) for stride in session.strides] for name in RECORD_FIELDS}
    columns[MOMENT] = [moment(session, stride.initial_contact_s) for stride in session.strides]
    pq.write_table(pa.table(columns, schema=schema), file, compression=COMPRESSION)


def write_samples(file: IO[bytes], session: SessionRecord, blocks: Iterable[SampleBlock]) -> int:
    """A row for each sample of each foot, block after block; return how many.

    Times are session seconds by the foot's own pod; with `host_offset_s` added, both feet are on one clock.

    Raises:
        OSError: the disk does not take it.
    """
    units = {"foot": "", "t_s": "s", "host_offset_s": "s", **AXES, "clipped": ""}
    kinds = {"foot": pa.string(), "clipped": pa.bool_()}
    fields = [
        pa.field(name, kinds.get(name, pa.float64()), metadata=_unit(unit)) for name, unit in units.items()
    ]
    schema = pa.schema(fields, metadata=_origin(session))
    rows = 0
    with pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
        for together in _gathered(blocks):
            table = pa.table(_columns(together), schema=schema)
            writer.write_table(table)
            rows += len(table)
    return rows


def _gathered(blocks: Iterable[SampleBlock]) -> Iterator[list[SampleBlock]]:
    """Blocks together, so that a row group is worth its name."""
    held, rows = list[SampleBlock](), 0
    for block in blocks:
        held.append(block)
        rows += len(block)
        if rows >= ROWS_AT_ONCE:
            yield held
            held, rows = [], 0
    if held:
        yield held


def _columns(blocks: list[SampleBlock]) -> dict[str, Any]:
    lengths = [len(block) for block in blocks]
    acc, gyr = (
        np.concatenate([getattr(block, name) for block in blocks]) for name in ("acc_mps2", "gyr_radps")
    )
    axes = [signal[:, axis] for signal in (acc, gyr) for axis in range(3)]
    return {
        "foot": np.repeat([str(block.foot) for block in blocks], lengths),
        "t_s": np.concatenate([block.t_s for block in blocks]),
        "host_offset_s": np.repeat([block.host_offset_s for block in blocks], lengths),
        **dict(zip(AXES, axes, strict=True)),
        "clipped": np.concatenate([block.clipped for block in blocks]),
    }


def _unit(unit: str) -> dict[str, str] | None:
    return {"unit": unit} if unit else None


def _origin(session: SessionRecord) -> dict[str, str]:
    """What the table is of, for whoever finds it alone."""
    return {
        "session_id": session.session_id,
        "session_zero_utc": moment(session, 0.0).isoformat(),
        "recorded_with": f"stridesense {session.software_version}",
        "exported_with": f"stridesense {__version__}",
    }
