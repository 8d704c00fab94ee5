"""`stridesense replay`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.playing import RecordOption, play_here
from stridesense.cli.remarks import remark
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.errors import UsageError
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.pacing import Paced
from stridesense.sources.base import Source
from stridesense.sources.replay import ReplaySource, open_recorded

AS_FAST_AS_IT_GOES: Final = "max"


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A recording, or a CSV with the plain header.")
    ],
    *,
    speed: Annotated[
        str, typer.Option("--speed", metavar="N|max", help="How many times faster than it happened.")
    ] = "1",
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordOption = None,
    shoe: ShoeOption = None,
) -> int:
    """Play a recording again as if it happened now: strides and cues on the screen, over MQTT where wanted.

    The strides are those of `stridesense analyze`, whatever the speed. Ends with 3 when the recording is
    damaged.
    """
    section = mqtt_section(mqtt, config)
    profile = worn(shoe)
    recorded = open_recorded(file)
    damage = remark(recorded)
    source = _at_speed(ReplaySource(recorded), speed)
    return play_here(source, section, record, f"replay of {file.name}", profile) or damage


def _at_speed(source: Source, speed: str) -> Source:
    if speed == AS_FAST_AS_IT_GOES:
        return source
    try:
        return Paced(source, speed=float(speed), clock=MonotonicClock())
    except ValueError:
        msg = f"--speed takes a number or max, not {speed!r}"
        raise UsageError(msg) from None
