"""What `demo` and `replay` have in common: a session on the screen, on a broker, and in a recording."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stridesense.cli.coach_lines import closing_lines, opening_lines
from stridesense.cli.coaching import remark_on_voice
from stridesense.cli.output import remark_on_loss
from stridesense.cli.running import run
from stridesense.cli.shoe import remark_on_feet
from stridesense.cli.terminal import note
from stridesense.contract.commands import RefusalReason
from stridesense.model import RawPacket
from stridesense.recording.format import SessionMeta
from stridesense.runtime.broker import mosquitto_sub
from stridesense.runtime.config import MqttSection
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.playback import Companion, Played, alone, play
from stridesense.runtime.session import SessionReport
from stridesense.runtime.setup import Setup
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.console import console_sink
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.recorder import Recorder
from stridesense.sinks.voice import Voice
from stridesense.sources.base import Source

RecordOption = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Record it, with its strides and cues.")
]


def play_here(
    source: Source,
    mqtt: MqttSection,
    record: Path | None,
    described: str,
    setup: Setup,
    desk: SessionDesk,
    voices: Sequence[Voice] = (),
    *,
    drill: bool = False,
    beside: Companion = alone,
) -> tuple[int, SessionReport]:
    """Play `source` until it ends or Ctrl-C, say what it was; return the exit code and what it brought.

    Args:
        source: what to play, paced already.
        mqtt: which broker, if any.
        record: the recording to make, if any.
        described: the source, for the recording.
        setup: what the session starts from.
        desk: who obeys commands and keys.
        voices: what makes the cues heard, if anything.
        drill: whether every hop is shown.
        beside: what lives as long as the session, where it is published.
    """
    recorder = (
        None if record is None else Recorder(record, SessionMeta.new(described), setup=setup.to_record())
    )
    sinks = [*told_here(setup, voices, desk, drill=drill), *([recorder] if recorder else [])]
    played = run(play(source, setup.pipeline(), mqtt, sinks, announce, desk, beside))
    sum_up(played, setup)
    remark_on_feet(setup.shoe, played.report)
    remark_on_voice(voices)
    code = 0 if recorder is None else remark_on_loss(recorder.lost_messages, recorder.problem)
    return code, played.report


def told_here(setup: Setup, voices: Sequence[Sink], desk: SessionDesk, *, drill: bool = False) -> list[Sink]:
    """What lets the person at the screen know, who tells the desk by keys."""
    briefing = setup.briefing
    console = console_sink(
        Console(highlight=False), drill=drill, desk=desk, muted=briefing.muted, theme=briefing.theme
    )
    return [OpeningWords(setup), *map(desk.facing, [console, *voices])]


def announce(broker: MqttSettings) -> None:
    """Say where the session is published, and how to look."""
    viewer = broker.for_viewers.username
    user = f" for the user {viewer}" if viewer else ""
    note(f"published at {broker.url}{user}; in another terminal:\n  {mosquitto_sub(broker)}")


class OpeningWords(Sink):
    """Says what the runner should know of the coach, once the first packet shows that the session begins."""

    def __init__(self, setup: Setup) -> None:
        self._lines = [*opening_lines(setup.briefing)]

    async def handle(self, item: Item) -> None:
        """Say it, once."""
        if not isinstance(item, RawPacket):
            return
        for line in self._lines:
            note(line)
        self._lines = []


def sum_up(played: Played, setup: Setup) -> None:
    """Say what a session brought."""
    report = played.report
    feet = ", ".join(f"{count} {foot}" for foot, count in report.strides.items())
    note(f"{report.strides.total()} strides ({feet or 'none'}), {len(report.cues)} cues")
    for cue in report.cues:
        note(f"  at {cue.t_s:.1f} s: {cue.text} ({cue.reason})")
    for line in closing_lines(report, setup.briefing):
        note(line)
    for remark in report.remarks():
        note(remark)
    if played.sent is not None:
        note(f"MQTT: {played.sent.delivered} of {played.sent.produced} messages delivered")
    remark_on_refusals(played.refused)


def remark_on_refusals(refused: Mapping[RefusalReason, int]) -> None:
    """Say which commands were not obeyed, if any."""
    if refused:
        reasons = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in refused.items())
        note(f"commands that were not obeyed: {reasons}")
