"""`stridesense replay`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.coaching import (
    AloudOption,
    DrillOption,
    MuteOption,
    recorded_or_first,
    remark_on_cues,
    voice_of,
)
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.playing import RecordOption, play_here
from stridesense.cli.remarks import remark
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.errors import UsageError
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.config import load_settings
from stridesense.runtime.pacing import Paced
from stridesense.runtime.replay_desk import ReplayDesk
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
    aloud: AloudOption = False,
    mute: MuteOption = False,
    drill: DrillOption = False,
) -> int:
    """Play a recording again as if it happened now: strides and cues on the screen, over MQTT where wanted.

    The strides are those of `stridesense analyze`, whatever the speed, and the cues those that were given
    when it was recorded. Ends with 3 when the recording is damaged.
    """
    section = mqtt_section(mqtt, config)
    settings = load_settings(config)
    profile = worn(shoe)
    recorded = open_recorded(file)
    damage = remark(recorded)
    setup, is_recorded = recorded_or_first(recorded, file, settings, profile)
    times = _times(speed)
    packets = ReplaySource(recorded)
    source = packets if times is None else Paced(packets, speed=times, clock=MonotonicClock())
    voices = voice_of(settings, setup, aloud=aloud and not mute, speed=times or 1.0)
    described = f"replay of {file.name}"
    desk = ReplayDesk(muted=setup.briefing.muted)
    code, report = play_here(source, section, record, described, setup, desk, voices, drill=drill)
    if is_recorded:
        remark_on_cues(recorded, report.cues)
    return code or damage


def _times(speed: str) -> float | None:
    """How many times faster than it happened; None for as fast as it goes."""
    try:
        return None if speed == AS_FAST_AS_IT_GOES else float(speed)
    except ValueError:
        msg = f"--speed takes a number or max, not {speed!r}"
        raise UsageError(msg) from None
