"""What `demo` and `replay` have in common: a session on the screen, on a broker, and in a recording."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stridesense.cli.output import remark_on_loss
from stridesense.cli.running import run
from stridesense.cli.shoe import pipeline_for, remark_on_feet
from stridesense.cli.terminal import note
from stridesense.recording.format import SessionMeta
from stridesense.runtime.broker import mosquitto_sub
from stridesense.runtime.config import MqttSection
from stridesense.runtime.playback import Played, play
from stridesense.runtime.profile import ShoeProfile
from stridesense.sinks.console import console_sink
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.recorder import Recorder
from stridesense.sources.base import Source

RecordOption = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Record it, with its strides and cues.")
]


def play_here(
    source: Source, mqtt: MqttSection, record: Path | None, described: str, profile: ShoeProfile | None
) -> int:
    """Play `source` until it ends or Ctrl-C, say what it was, and return the exit code.

    Args:
        source: what to play, paced already.
        mqtt: which broker, if any.
        record: the recording to make, if any.
        described: the source, for the recording.
        profile: of the shoe that is worn, if it has one.
    """
    recorder = None if record is None else Recorder(record, SessionMeta.new(described))
    sinks = [console_sink(Console(highlight=False)), *([recorder] if recorder else [])]
    played = run(play(source, pipeline_for(profile), mqtt, sinks, announce=announce))
    sum_up(played)
    remark_on_feet(profile, played.report)
    return 0 if recorder is None else remark_on_loss(recorder.lost_messages, recorder.problem)


def announce(broker: MqttSettings) -> None:
    """Say where the session is published, and how to look."""
    user = f" for the user {broker.username}" if broker.username else ""
    note(f"published at {broker.url}{user}; in another terminal:\n  {mosquitto_sub(broker)}")


def sum_up(played: Played) -> None:
    """Say what a session brought."""
    report = played.report
    feet = ", ".join(f"{count} {foot}" for foot, count in report.strides.items())
    note(f"{report.strides.total()} strides ({feet or 'none'}), {len(report.cues)} cues")
    for cue in report.cues:
        note(f"  at {cue.t_s:.1f} s: {cue.text} ({cue.reason})")
    for remark in report.remarks():
        note(remark)
    if played.sent is not None:
        note(f"MQTT: {played.sent.delivered} of {played.sent.produced} messages delivered")
