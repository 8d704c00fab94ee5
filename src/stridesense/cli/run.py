"""`stridesense run`."""

from collections.abc import Sequence
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
from stridesense.cli.coaching import (
    DrillOption,
    MuteOption,
    ThemeOption,
    hop_tones_of,
    on_theme,
    remark_on_voice,
    voice_of,
)
from stridesense.cli.history_words import place
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.outlook import outlook_after
from stridesense.cli.output import remark_on_loss
from stridesense.cli.playing import OpeningWords, announce, sum_up
from stridesense.cli.running import ending_gently, run
from stridesense.cli.shoe import ShoeOption, remark_on_feet, worn
from stridesense.cli.terminal import note
from stridesense.errors import InputError, UsageError
from stridesense.recording.format import SessionMeta
from stridesense.runtime.config import MqttSection, Settings, load_settings
from stridesense.runtime.live import new_recording, run_live
from stridesense.runtime.past import session_start
from stridesense.runtime.playback import Played
from stridesense.runtime.profile import ShoeProfile
from stridesense.runtime.setup import Setup, next_setup
from stridesense.sinks.base import Sink
from stridesense.sinks.console import console_sink
from stridesense.sinks.history import HistorySink
from stridesense.sinks.recorder import Recorder
from stridesense.sources.ble import BleSource
from stridesense.sources.bluetooth import BluetoothRadio
from stridesense.sources.radio import Radio
from stridesense.units import NS_PER_S

NoHistoryOption = Annotated[
    bool,
    typer.Option(
        "--no-history", help="Neither look at earlier runs nor keep this one; check-ins count all the same."
    ),
]
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
    mute: MuteOption = False,
    drill: DrillOption = False,
    theme: ThemeOption = None,
    no_history: NoHistoryOption = False,
) -> int:
    """Run with one or two pods: strides and cues as they come, over MQTT where wanted, recorded.

    Without --left and --right the pods of the last run are taken; the first time, those in sight. A pod that
    is lost is searched for until Ctrl-C, which ends the run in good order. The coach goes on from the earlier
    runs, see `stridesense history`. Ends with 3 when data was lost.
    """
    section, settings, profile = mqtt_section(mqtt, config), load_settings(config), worn(shoe)
    settings = on_theme(settings, theme)
    meta = SessionMeta.new("run")
    path, keep = place(None, settings), settings.history.keep and not no_history
    setup = _setup(settings, profile, path, meta, from_sessions=keep)
    recorder = _recorder(record, meta, setup, no_record=no_record)
    recording = None if recorder is None else recorder.path
    history = HistorySink(path, session_start(meta, setup, recording)) if keep else None
    voices = voice_of(settings, setup, aloud=not mute)
    console = console_sink(Console(highlight=False), drill=drill)
    hops = hop_tones_of(settings, aloud=not mute, drill=drill)
    sinks = [OpeningWords(setup), console, *voices, *hops, *(sink for sink in (recorder, history) if sink)]
    played, source = run(_run(BluetoothRadio(), left, right, section, sinks, setup, meta, swap=swap))
    sum_up(played, setup)
    remark_on_feet(profile, played.report)
    remark_on_voice(voices)
    if history is not None and history.problem is not None:
        note(f"not all of this run is in the history: {history.problem}")
    for line in outlook_after(path, meta.session_id, settings) if keep else ():
        note(line)
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
    sinks: Sequence[Sink],
    setup: Setup,
    meta: SessionMeta,
    *,
    swap: bool,
) -> tuple[Played, BleSource]:
    source = BleSource(radio, await chosen_pods(radio, left, right, swap=swap))
    with ending_gently(source.end):
        played = await run_live(source, setup.pipeline(), mqtt, sinks, announce, meta.session_id)
    return played, source


def _setup(
    settings: Settings, profile: ShoeProfile | None, path: Path, meta: SessionMeta, *, from_sessions: bool
) -> Setup:
    """A history that cannot be read costs the earlier runs, not this one, nor what was said of the legs."""
    started_unix_s = meta.anchor_unix_ns / NS_PER_S
    try:
        return next_setup(settings, profile, path, started_unix_s, from_sessions=from_sessions)
    except InputError as error:
        why = error
    try:
        setup = next_setup(settings, profile, path, started_unix_s, from_sessions=False)
    except InputError:
        note(f"the coach is silent, as it cannot know how your legs feel: {why}")
        silent = settings.coach.model_copy(update={"muted": True})
        return Setup.first(settings.model_copy(update={"coach": silent}), profile, started_unix_s)
    note(f"the coach begins anew: {why}")
    return setup


def _recorder(record: Path | None, meta: SessionMeta, setup: Setup, *, no_record: bool) -> Recorder | None:
    if record is not None and no_record:
        msg = "--record and --no-record contradict each other: give one of them"
        raise UsageError(msg)
    if no_record:
        return None
    return Recorder(record or new_recording(datetime.now().astimezone()), meta, setup=setup.to_record())
