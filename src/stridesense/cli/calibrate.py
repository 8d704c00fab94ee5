"""`stridesense calibrate`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stridesense.cli.findings import doubts, findings_table, speed_sentence
from stridesense.cli.remarks import remark
from stridesense.cli.terminal import note, tracked, working
from stridesense.errors import UsageError
from stridesense.gait.calibration import learned_speed
from stridesense.gait.speed import SpeedCalibration
from stridesense.recording.reader import Recording
from stridesense.runtime.calibration import Calibrated, calibrate, profile_of
from stridesense.runtime.profile import load_profile, path_of, save_profile
from stridesense.simulator import load, simulate
from stridesense.sources.replay import duration_s, open_recorded
from stridesense.units import NS_PER_S

Found = tuple[int, Calibrated, datetime | None]
"""Exit code so far, what the run told, and when it was recorded, where that is known."""


def command(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A recording, or a CSV with the plain header.")
    ] = None,
    *,
    shoe: Annotated[str, typer.Option("--shoe", metavar="NAME", help="What you call the shoe.")],
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="Let the virtual runner do it: a name or a TOML file.")
    ] = None,
    speed_mps: Annotated[
        float | None, typer.Option("--speed", metavar="MPS", help="The speed run, m/s, where it is known.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was known of the shoe.")] = False,
) -> int:
    """Learn how the pods sit on a shoe and how its runner runs, say what was found, and keep it.

    Stand still for 3 s, both feet flat, then run at least 20 strides with each foot. With --speed, as on a
    treadmill, measured speed is corrected from then on; runs at several speeds make that better. What is kept
    is used by --shoe of analyze, replay and demo. Ends with 3 when the recording is damaged.
    """
    before = None if fresh or not path_of(shoe).exists() else load_profile(shoe)
    code, found, recorded = _virtual(scenario) if file is None else _recorded(file, scenario)
    speed = SpeedCalibration() if before is None else before.speed
    lesson = None if speed_mps is None else learned_speed(found.strides, speed_mps, speed)
    profile = profile_of(shoe, found, lesson.calibration if lesson else speed, recorded, before)
    path = save_profile(profile)
    console = Console(highlight=False, markup=False)
    console.print(findings_table(list(found.feet.values()), profile))
    if lesson is not None:
        console.print(speed_sentence(lesson), soft_wrap=True)
    for doubt in (doubt for one in found.feet.values() for doubt in doubts(one)):
        note(doubt)
    note(f"kept in {path}; from now on: --shoe {shoe}")
    return code


def _virtual(scenario: str | None) -> Found:
    if scenario is None:
        msg = "name a recording, or a virtual run, as in `calibrate --scenario easy_run --shoe mine`"
        raise UsageError(msg)
    chosen = load(scenario)
    with working("the virtual runner is out"):
        run = simulate(chosen)
    return 0, calibrate(tracked(run.packets(), "calibrating", chosen.duration_s)), None


def _recorded(file: Path, scenario: str | None) -> Found:
    if scenario is not None:
        msg = f"give either the file {file} or the scenario {scenario}, not both"
        raise UsageError(msg)
    recorded = open_recorded(file)
    code = remark(recorded)
    found = calibrate(tracked(recorded.packets(), "calibrating", duration_s(recorded)))
    if not isinstance(recorded, Recording):
        return code, found, None
    return code, found, datetime.fromtimestamp(recorded.meta.anchor_unix_ns // NS_PER_S, UTC)
