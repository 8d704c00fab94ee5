"""`stridesense protocols`: the pods that are described, and what their bytes mean."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.terminal import note
from stridesense.errors import DeviceError, InputError, UsageError
from stridesense.protocol import registry, spec
from stridesense.protocol.frame import Memory, PodFrame
from stridesense.protocol.frames import PodCodec
from stridesense.protocol.spec import ProtocolSpec
from stridesense.protocol.streams import ACC, GYR

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

COLUMNS: Final = {"imu": ACC + GYR, "acc": ACC, "gyr": GYR}
UNITS: Final = {"acc": "m/s^2", "gyr": "rad/s"}


@app.callback(invoke_without_command=True)
def protocols(context: typer.Context) -> None:
    """Say which pods are described, check a description, or take a packet apart."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_() -> int:
    """Name every protocol that is described; yours too."""
    own = registry.user_folder()
    for name in registry.names():
        described = registry.find(name)
        remark = f"; cannot be used: {described.unusable}" if described.unusable else ""
        whose = " (your own)" if own in Path(str(registry.files()[name])).parents else ""
        typer.echo(f"{name}: {described.title}{whose}{remark}")
    for fault in registry.broken().values():
        note(f"cannot be followed: {fault}")
    note(f"your own descriptions go into {own}")
    return 0


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A protocol.toml, wherever it lies.")],
) -> int:
    """Say what a description describes, or what is wrong with it.

    Ends with 1 and the first fault, by file and key, if it cannot.
    """
    described = _read(file)
    typer.echo(f"{described.name}: {described.title}")
    for line in _summary(described):
        typer.echo(f"  {line}")
    if described.note:
        typer.echo(f"  note: {described.note}")
    if described.unusable:
        note(f"no run can be made with it: {described.unusable}")
    return 0


@app.command()
def decode(
    pod: Annotated[str, typer.Argument(metavar="POD", help="A protocol's name, or a protocol.toml.")],
    code: Annotated[list[str], typer.Argument(metavar="HEX", help="The bytes, as in 07 00 A1.")],
    *,
    characteristic: Annotated[
        str | None, typer.Option("--characteristic", metavar="ROLE", help="Where they came from.")
    ] = None,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", metavar="ROLE=HEX", help="What the pod said before; may be given again."),
    ] = None,
) -> int:
    """Take a packet apart: its fields, its samples in SI.

    A pod that states its own scales needs what it stated: --after config=HEX.
    """
    codec = PodCodec(_described(pod))
    role = characteristic or ("data" if codec.spec.samples else _first_role(codec.spec))
    memory = codec.memory()
    for packet in after or ():
        _feed(codec, memory, packet)
    payload = _bytes("".join(code))
    for line in _decoded(codec, memory, role, payload):
        typer.echo(line)
    return 0


def _decoded(codec: PodCodec, memory: Memory, role: str, payload: bytes) -> Iterator[str]:
    """Lines about the fields of a packet, then about its samples."""
    framed = codec.spec.codec is not None or codec.spec.frames.come == "stream"
    if not (role == "data" and framed):
        for name, value in codec.values(role, payload).items():
            yield f"{name}: {value.hex(' ') if isinstance(value, bytes) else f'{value:.10g}'}"
    if role != "data" or not codec.spec.samples:
        return
    if _states_scales(codec.spec) and not memory.configs:
        note("the pod states its scales itself: give them with --after config=HEX; the numbers are as sent")
        for kind, numbers in codec.rows(role, payload):
            yield f"{len(numbers)} samples: {', '.join(codec.spec.samples[kind].sensors)}"
            yield from (", ".join(f"{number:g}" for number in row) for row in numbers)
        return
    found = list(_frames(codec, memory, payload))
    if not found:
        yield "no samples"
    for frame in found:
        yield from _samples(frame)


def _frames(codec: PodCodec, memory: Memory, payload: bytes) -> Iterator[PodFrame]:
    for frame in codec.frames(memory, "data", payload, 0):
        if isinstance(frame, str):
            raise DeviceError(frame)
        yield frame


def _states_scales(described: ProtocolSpec) -> bool:
    sensors = [sensor for samples in described.samples for sensor in (samples.acc, samples.gyr) if sensor]
    return any(isinstance(value, str) for sensor in sensors for value in (sensor.scale, sensor.range))


def _samples(frame: PodFrame) -> Iterator[str]:
    if frame.ticks >= 0:
        yield f"time stamp: {frame.ticks} ticks, of sample {frame.marked}"
    columns = COLUMNS[frame.stream]
    units = ", ".join(f"{name} in {unit}" for name, unit in UNITS.items() if f"{name}_x" in columns)
    yield f"{len(frame)} samples, {units}: {', '.join(columns)}"
    values, clipped = frame.to_si()
    for row, is_clipped in zip(values, clipped, strict=True):
        yield ", ".join(f"{value:.6g}" for value in row) + (" (clipped)" if is_clipped else "")


def _feed(codec: PodCodec, memory: Memory, packet: str) -> None:
    role, equals, code = packet.partition("=")
    if not equals:
        msg = f"--after takes ROLE=HEX, not {packet!r}"
        raise UsageError(msg)
    if role == "config" and codec.spec.codec is None:
        codec.learn(memory, _bytes(code))
    else:
        list(codec.frames(memory, role, _bytes(code), 0))


def _described(pod: str) -> ProtocolSpec:
    return _read(Path(pod)) if pod.endswith(".toml") else registry.find(pod)


def _read(file: Path) -> ProtocolSpec:
    try:
        return spec.parse(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InputError(msg) from None


def _bytes(code: str) -> bytes:
    try:
        return bytes.fromhex(code)
    except ValueError:
        msg = f"{code[:40]!r} is not bytes in hexadecimal; write them as in 07 00 A1"
        raise UsageError(msg) from None


def _first_role(described: ProtocolSpec) -> str:
    roles = described.characteristics
    sent = (role for role, one in roles.items() if not {"notify", "indicate"}.isdisjoint(one.access))
    return next(chain(sent, roles), "data")


def _summary(described: ProtocolSpec) -> Iterator[str]:
    for mark in described.recognise:
        told = {"service": mark.service, "name": mark.name and f"{mark.name}...", "company": mark.company}
        yield "known by " + " and ".join(f"{key} {value}" for key, value in told.items() if value is not None)
    for samples in described.samples:
        sensors = " and ".join(
            f"{name} to {sensor.range} {unit}"
            for name, sensor, unit in (("acc", samples.acc, "g"), ("gyr", samples.gyr, "deg/s"))
            if sensor is not None
        )
        yield f"samples: {sensors}, {samples.type}, {samples.layout}"
    if described.time is not None:
        clock = f"its own clock, {described.time.tick_hz:g} ticks/s" if described.time.tick_hz else "arrivals"
        yield f"timed by {clock}; {described.time.nominal_rate_hz} samples/s stated"
    if described.metrics is not None:
        figures = [name for name, value in described.metrics if isinstance(value, str)]
        yield f"figures of its own: {', '.join(figures)}"
    counted = [name for name in ("sequence", "sample_index") if getattr(described.loss, name)]
    yield f"loss told by {' and '.join(counted) or ('time stamps' if _is_stamped(described) else 'nothing')}"


def _is_stamped(described: ProtocolSpec) -> bool:
    return described.time is not None and described.time.stamp is not None
