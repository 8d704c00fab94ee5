"""`stridesense export`."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.coaching import recorded_or_first
from stridesense.cli.mqtt import ConfigOption
from stridesense.cli.remarks import remark
from stridesense.cli.shoe import ShoeOption, remark_on_feet, worn
from stridesense.cli.terminal import note, tracked, working
from stridesense.errors import InputError, UsageError
from stridesense.model import Order
from stridesense.model.samples import SampleBlock
from stridesense.protocol.decoder import Decoder
from stridesense.recording.export_session import SessionRecord
from stridesense.recording.export_table import csv_lines, moment
from stridesense.recording.reader import Recording
from stridesense.runtime.chosen_recording import recording_of
from stridesense.runtime.config import load_settings
from stridesense.runtime.files import check_place, whole_file, write_whole
from stridesense.runtime.gathering import gather
from stridesense.runtime.session import SessionReport
from stridesense.runtime.setup import Setup
from stridesense.sources.replay import duration_s, open_recorded
from stridesense.units import NS_PER_S

STDOUT: Final = Path("-")
CSV, FIT, PARQUET = ".csv", ".fit", ".parquet"
EXTRAS: Final = {FIT: ("fit_tool", "fit"), PARQUET: ("pyarrow", "parquet")}
"""By kind of file, the package that writes it and the extra that brings it."""


def command(
    session: Annotated[
        str,
        typer.Argument(
            metavar="SESSION",
            help="A recording, an id of `stridesense history`, or latest.",
            show_default=False,
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="NAME.fit, .csv or .parquet; - prints CSV.")
    ],
    samples: Annotated[
        bool, typer.Option("--samples", help="Also write each foot's samples, NAME.samples.parquet.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    shoe: ShoeOption = None,
    config: ConfigOption = None,
) -> int:
    """Write a session for other programs: a FIT activity, or its strides as CSV or Parquet.

    The strides are those of the session, whatever is known of the runner since. Ends with 3 when the
    recording is damaged.
    """
    kind = _kind(output, samples=samples)
    samples_output = output.with_suffix(f".samples{PARQUET}") if samples else None
    profile, settings = worn(shoe), load_settings(config)
    path = recording_of(session, settings)
    for file in filter(None, (None if output == STDOUT else output, samples_output)):
        check_place(file, force=force, source=path)
    recording = _opened(path)
    code = remark(recording)
    setup, _ = recorded_or_first(recording, path, settings, profile)
    record, report = _heard(recording, setup)
    _check_worth(path, record, report, kind)
    for line in report.remarks():
        note(line)
    remark_on_feet(setup.shoe, report)
    with working("writing"):
        _write(output, record, path, kind)
        if samples_output is not None:
            _write_samples(samples_output, record, recording)
    return code


def _kind(output: Path, *, samples: bool) -> str:
    """What kind of file is wanted.

    Raises:
        UsageError: nobody knows, or the extra that writes it is not installed.
    """
    kind = CSV if output == STDOUT else output.suffix.lower()
    if kind not in {CSV, FIT, PARQUET}:
        msg = f"{output} is neither a .fit nor a .csv nor a .parquet file: name it accordingly"
        raise UsageError(msg)
    if samples and kind != PARQUET:
        msg = f"--samples goes with a .parquet file, not with {output}"
        raise UsageError(msg)
    package, extra = EXTRAS.get(kind, ("", ""))
    if package and find_spec(package) is None:
        msg = f"a {kind} file needs an extra that is not installed: pip install 'stridesense[{extra}]'"
        raise UsageError(msg)
    return kind


def _opened(path: Path) -> Recording:
    recorded = open_recorded(path)
    if not isinstance(recorded, Recording):
        msg = f"{path} does not say when it was run: make a recording of it with `stridesense import`"
        raise UsageError(msg)
    return recorded


def _heard(recording: Recording, setup: Setup) -> tuple[SessionRecord, SessionReport]:
    """The session, heard once more."""
    packets = tracked(recording.flow(), "analyzing", duration_s(recording))
    gathered = gather(packets, setup.pipeline())
    meta, zero = recording.meta, gathered.zero
    record = SessionRecord(
        session_id=meta.session_id,
        software_version=meta.software_version,
        zero_unix_s=meta.anchor_unix_ns / NS_PER_S + (0.0 if zero is None else zero.host_s),
        end_s=gathered.end_s,
        strides=gathered.strides,
        readings=gathered.readings,
        marks_s=[order.t_s for order in gathered.orders if order.order is Order.MARK],
    )
    return record, gathered.report


def _check_worth(path: Path, record: SessionRecord, report: SessionReport, kind: str) -> None:
    """Refuse to write a file of nothing.

    Raises:
        InputError: there is nothing to write.
    """
    if record.strides or (record.readings and kind == FIT):
        return
    if record.readings:
        msg = f"{path} has no strides, only figures of the pod's own firmware: export it as .fit"
    else:
        msg = f"{path} cannot be exported: {', '.join(report.remarks())}"
    raise InputError(msg)


def _write(output: Path, record: SessionRecord, path: Path, kind: str) -> None:
    if output == STDOUT:
        sys.stdout.writelines(csv_lines(record))
        return
    if kind == CSV:
        write_whole(output, csv_lines(record))
    elif kind == FIT:
        _write_fit(output, record, path)
    else:
        from stridesense.recording.export_parquet import write_strides  # noqa: PLC0415 - an extra

        with whole_file(output) as file:
            write_strides(file, record)
    note(f"{output}: {len(record.strides)} strides, {record.end_s:.0f} s")


def _write_fit(output: Path, record: SessionRecord, path: Path) -> None:
    from stridesense.recording.export_fit import fit_bytes  # noqa: PLC0415 - an extra

    offset = moment(record, record.end_s).astimezone().utcoffset()
    try:
        made = fit_bytes(record, 0 if offset is None else round(offset.total_seconds()))
    except ValueError as error:
        msg = f"{path} cannot be a FIT activity: it {error}; was the clock of the computer set?"
        raise InputError(msg) from error
    with whole_file(output) as file:
        file.write(made)


def _write_samples(output: Path, record: SessionRecord, recording: Recording) -> None:
    from stridesense.recording.export_parquet import write_samples  # noqa: PLC0415 - an extra

    with whole_file(output) as file:
        rows = write_samples(file, record, _blocks(recording))
    note(f"{output}: {rows} samples")


def _blocks(recording: Recording) -> Iterator[SampleBlock]:
    """The samples as the pipeline had them."""
    decoder = Decoder()
    for packet in recording.packets():
        yield from (item for item in decoder.process(packet) if isinstance(item, SampleBlock))
    yield from (item for item in decoder.flush() if isinstance(item, SampleBlock))
