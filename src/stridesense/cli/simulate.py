"""`stridesense simulate`."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Final
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import typer

from stridesense.cli.output import remark_on_loss
from stridesense.cli.terminal import note, tracked, working
from stridesense.errors import InputError, UsageError
from stridesense.model import Foot
from stridesense.recording.format import TRUTH_TOPIC, SessionMeta
from stridesense.recording.writer import RecordingWriter, check_free, whole_recording
from stridesense.simulator import Scenario, SimulatedRun, load, names, simulate
from stridesense.units import NS_PER_S

_MOTION_STEP: Final = 10
"""Every tenth millisecond of the exact motion goes into the JSON."""

EPOCH_NS: Final = 1_767_225_600 * NS_PER_S
"""When every virtual session begins: 2026-01-01, midnight UTC."""


def command(
    scenario: Annotated[
        str, typer.Argument(help="A name of the list, or a TOML file.", show_default=False)
    ] = "",
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The recording to make, NAME.mcap.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Write the true strides as JSON too.")
    ] = None,
    at_most_s: Annotated[
        float | None, typer.Option("--seconds", help="Shorten the run to this length.", min=1.0)
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the built-in scenarios.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> int:
    """Let a virtual runner run, and write what the pods would have sent.

    The recording holds the truth of every stride on the topic /truth.
    """
    if show_list:
        _list_scenarios()
        return 0
    if not scenario or output is None:
        msg = (
            "name a scenario and a recording, as in `simulate demo -o demo.mcap`; --list shows the scenarios"
        )
        raise UsageError(msg)
    if truth is not None:
        _check_truth(truth, output, force=force)
    chosen = load(scenario)
    if at_most_s is not None:
        chosen = chosen.shortened(at_most_s)
    with whole_recording(output, _meta(chosen), overwrite=force) as recording:
        with working("the virtual runner is out"):
            run = simulate(chosen)
        _record(run, recording)
    if truth is not None:
        _write_truth(run, truth)
    note(f"{output}: {run.scenario.duration_s:.0f} s, {len(run.truth)} strides")
    return remark_on_loss(recording.lost_messages, recording.problem)


def _check_truth(truth: Path, output: Path, *, force: bool) -> None:
    if truth.resolve() == output.resolve():
        msg = f"{truth} cannot be the recording and its truth at once: name two files"
        raise UsageError(msg)
    check_free(truth, force=force)


def _list_scenarios() -> None:
    scenarios: list[Scenario] = [load(name) for name in names()]
    width = max(len(scenario.name) for scenario in scenarios)
    for scenario in scenarios:
        typer.echo(f"{scenario.name:<{width}}  {scenario.duration_s:4.0f} s  {scenario.about}")


def _meta(scenario: Scenario) -> SessionMeta:
    """A virtual session has no wall clock, and its id is its scenario: the same run is the same file."""
    return SessionMeta(
        session_id=uuid5(NAMESPACE_OID, scenario.model_dump_json()).hex,
        anchor_unix_ns=EPOCH_NS,
        source="simulator",
        details={"scenario": scenario.name, "seed": str(scenario.seed)},
    )


def _record(run: SimulatedRun, recording: RecordingWriter) -> None:
    for packet in tracked(run.packets(), "writing", run.scenario.duration_s):
        recording.packet(packet)
    for stride in run.truth:
        recording.json(TRUTH_TOPIC, round(stride.initial_contact_s * NS_PER_S), stride.to_record())


def _write_truth(run: SimulatedRun, path: Path) -> None:
    strides = [stride.to_record() for stride in run.truth]
    motion = {str(foot): _motion(run, foot) for foot in run.feet}
    try:
        path.write_text(
            json.dumps({**run.sidecar(), "truth": strides, "motion": motion}) + "\n", encoding="utf-8"
        )
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error


def _motion(run: SimulatedRun, foot: Foot) -> dict[str, list[object]]:
    """The exact way of a foot at 100 Hz, names as in `ContinuousTruth`."""
    truth = run.continuous(foot)
    columns = {field.name: getattr(truth, field.name) for field in fields(truth)}
    return {name: np.round(values[::_MOTION_STEP], 5).tolist() for name, values in columns.items()}
