"""`stridesense import`."""

from pathlib import Path
from typing import Annotated

import typer

from stridesense.cli.output import remark_on_loss
from stridesense.cli.remarks import remark_on_rows
from stridesense.cli.terminal import note, tracked
from stridesense.recording.format import SessionMeta
from stridesense.recording.importer import ImportedCsv, import_csv
from stridesense.recording.mapping_syntax import parse_mapping
from stridesense.recording.presets import PRESETS
from stridesense.recording.writer import whole_recording
from stridesense.sources.replay import duration_s


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The recording, NAME.mcap.")],
    *,
    preset: Annotated[str | None, typer.Option(help=f"A known kind of file: {', '.join(PRESETS)}.")] = None,
    time: Annotated[str | None, typer.Option(metavar="NAME:UNIT", help="As in t_ms:ms.")] = None,
    rate_hz: Annotated[float | None, typer.Option("--rate", help="Hz, without a time column.")] = None,
    acc: Annotated[list[str] | None, typer.Option(metavar="X,Y,Z:UNIT", help="As in ax,ay,az:g.")] = None,
    gyr: Annotated[list[str] | None, typer.Option(metavar="X,Y,Z:UNIT", help="As in gx,gy,gz:dps.")] = None,
    foot: Annotated[str | None, typer.Option(help="left, right or unknown.")] = None,
    foot_column: Annotated[str | None, typer.Option(help="What tells the foot.")] = None,
    acc_range: Annotated[str | None, typer.Option(help="Where the sensor clips, as in 16g.")] = None,
    gyr_range: Annotated[str | None, typer.Option(help="Where the sensor clips, as in 2000dps.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="One character, or tab.")] = None,
    header_rows: Annotated[int | None, typer.Option(help="Rows of names; two are named upper/lower.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the recording if it exists.")] = False,
) -> int:
    """Turn a CSV file of any sensor into a recording.

    Without --preset, --acc and --gyr the plain header is expected: t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z
    in s, m/s^2 and rad/s, and foot where there are two. Two pods side by side: --acc left=lx,ly,lz:g --acc
    right=rx,ry,rz:g. Counts: --acc ax,ay,az:4096lsb/g. Every unit is in docs/recordings.md.
    """
    mapping = parse_mapping(
        preset=preset if preset or acc or gyr else "stridesense",
        time=time,
        rate_hz=rate_hz,
        acc=acc or (),
        gyr=gyr or (),
        foot=foot,
        foot_column=foot_column,
        acc_range=acc_range,
        gyr_range=gyr_range,
        delimiter=delimiter,
        header_rows=header_rows,
    )
    imported = import_csv(file, mapping)
    code = _write(imported, output, SessionMeta.new("csv", file=file.name), overwrite=force)
    remark_on_rows(imported.report)
    return code


def _write(imported: ImportedCsv, output: Path, meta: SessionMeta, *, overwrite: bool) -> int:
    lasts_s = duration_s(imported)
    with whole_recording(output, meta, overwrite=overwrite) as recording:
        for packet in tracked(imported.packets(), "writing", lasts_s):
            recording.packet(packet)
    note(f"{output}: {lasts_s:.1f} s, {imported.report.rows} rows read")
    return remark_on_loss(recording.lost_messages, recording.problem)
