"""`stridesense demo`."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Never

import typer

from stridesense.cli.browsers import NoBrowserOption
from stridesense.cli.coaching import AloudOption, MuteOption, remark_on_voice, voice_of
from stridesense.cli.dashboard import beside
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.playing import RecordOption, announce, play_here, sum_up, told_here
from stridesense.cli.running import run
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.cli.terminal import note
from stridesense.errors import UsageError
from stridesense.runtime.broker import open_broker
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.config import MqttSection, Settings, load_settings
from stridesense.runtime.demo import LASTS_S, demo_setup, demo_source
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.playback import Companion, alone, play_at
from stridesense.runtime.setup import Setup


def command(
    *,
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordOption = None,
    shoe: ShoeOption = None,
    aloud: AloudOption = False,
    mute: MuteOption = False,
    no_browser: NoBrowserOption = False,
    repeat: Annotated[
        bool, typer.Option("--repeat", help="Again and again until Ctrl-C; the dashboard stays.")
    ] = False,
) -> int:
    """Watch a virtual runner who holds the heels up for a while, and the cue that follows.

    It takes half a minute and ends by itself. Published on a private broker where the settings name none, and
    shown on a dashboard in the browser.
    """
    _forbid_endless(record, repeat=repeat)
    section = mqtt_section(mqtt, config, default="embedded")
    settings = load_settings(config)
    setup = demo_setup(settings, worn(shoe))
    shown = beside(opens_browser=not no_browser)
    is_heard = aloud and not mute
    if repeat:
        run(again_and_again(section, settings, setup, shown, is_heard=is_heard))
    source = demo_source(MonotonicClock())
    voices = voice_of(settings, setup, aloud=is_heard, speed=source.speed)
    note(f"A virtual runner on two pods, in {LASTS_S:.0f} s; Ctrl-C ends it sooner.")
    code, _ = play_here(source, section, record, "demo", setup, SessionDesk(), voices, beside=shown)
    return code


def _forbid_endless(record: Path | None, *, repeat: bool) -> None:
    if repeat and record is not None:
        msg = "--record takes one demo, which ends: leave --repeat out"
        raise UsageError(msg)


async def again_and_again(
    section: MqttSection, settings: Settings, setup: Setup, shown: Companion = alone, *, is_heard: bool
) -> Never:
    """One demo after the other, each a session of its own, on one broker, until cancelled."""
    note(f"A virtual runner on two pods, in {LASTS_S:.0f} s, again and again; Ctrl-C ends it.")
    async with open_broker(section) as broker, AsyncExitStack() as stack:
        if broker is not None:
            announce(broker)
            await stack.enter_async_context(shown(broker))
        while True:
            source = demo_source(MonotonicClock())
            voices = voice_of(settings, setup, aloud=is_heard, speed=source.speed)
            desk = SessionDesk()
            told = told_here(setup, voices, desk)
            sum_up(await play_at(broker, source, setup.pipeline(), told, desk), setup)
            remark_on_voice(voices)
