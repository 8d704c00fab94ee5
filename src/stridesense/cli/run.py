"""`stridesense run`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stridesense.cli.bluetooth import (
    LeftOption,
    RecordingOption,
    RightOption,
    SwapOption,
    chosen_pods,
    remark_on_drops,
)
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.output import remark_on_loss
from stridesense.cli.playing import announce, sum_up
from stridesense.cli.running import ending_gently, run
from stridesense.cli.shoe import ShoeOption, pipeline_for, remark_on_feet, worn
from stridesense.cli.terminal import note
from stridesense.errors import UsageError
from stridesense.pipeline import Pipeline
from stridesense.recording.format import SessionMeta
from stridesense.runtime.config import MqttSection
from stridesense.runtime.live import new_recording, run_live
from stridesense.runtime.playback import Played
from stridesense.sinks.console import console_sink
from stridesense.sinks.recorder import Recorder
from stridesense.sources.ble import BleSource
from stridesense.sources.bluetooth import BluetoothRadio
from stridesense.sources.radio import Radio

NoRecordOption = Annotated[bool, typer.Option("--no-record", help="Do not record the run.")]


def command(
    *,
    left: LeftOption = None,
    right: RightOption = None,
    swap: SwapOption = False,
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordingOption = None,
    no_record: NoRecordOption = False,
    shoe: ShoeOption = None,
) -> int:
    """Run with one or two pods: strides and cues as they come, over MQTT where wanted, recorded.

    Without --left and --right the pods of the last run are taken; the first time, those in sight. A pod that
    is lost is searched for until Ctrl-C, which ends the run in good order. Ends with 3 when data was lost.
    """
    section = mqtt_section(mqtt, config)
    profile = worn(shoe)
    recorder = _recorder(record, no_record=no_record)
    played, source = run(
        _run(BluetoothRadio(), left, right, section, recorder, pipeline_for(profile), swap=swap)
    )
    sum_up(played)
    remark_on_feet(profile, played.report)
    code = remark_on_drops(source)
    if recorder is None:
        return code
    note(f"recorded in {', '.join(str(path) for path in recorder.segments)}")
    return remark_on_loss(recorder.lost_messages, recorder.problem) or code


async def _run(
    radio: Radio,
    left: str | None,
    right: str | None,
    mqtt: MqttSection,
    recorder: Recorder | None,
    pipeline: Pipeline,
    *,
    swap: bool,
) -> tuple[Played, BleSource]:
    source = BleSource(radio, await chosen_pods(radio, left, right, swap=swap))
    sinks = [console_sink(Console(highlight=False)), *([recorder] if recorder else [])]
    with ending_gently(source.end):
        return await run_live(source, pipeline, mqtt, sinks, announce), source


def _recorder(record: Path | None, *, no_record: bool) -> Recorder | None:
    if record is not None and no_record:
        msg = "--record and --no-record contradict each other: give one of them"
        raise UsageError(msg)
    if no_record:
        return None
    return Recorder(record or new_recording(datetime.now().astimezone()), SessionMeta.new("run"))
