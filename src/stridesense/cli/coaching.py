"""The options and remarks of the coach that several commands share."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from stridesense.cli.terminal import note
from stridesense.coaching.words import language_pack
from stridesense.errors import UsageError
from stridesense.model import Cue, Theme
from stridesense.model.cues import FORM_THEMES
from stridesense.recording.format import CUE_TOPIC
from stridesense.recording.reader import Recording
from stridesense.runtime.config import Settings
from stridesense.runtime.profile import ShoeProfile
from stridesense.runtime.setup import Setup, recorded_setup
from stridesense.sinks.hop_tones import HopTones
from stridesense.sinks.voice import Voice
from stridesense.sources.replay import Recorded
from stridesense.units import NS_PER_S

MuteOption = Annotated[bool, typer.Option("--mute", help="Say and play nothing aloud; cues are still shown.")]
AloudOption = Annotated[bool, typer.Option("--aloud", help="Say the cues aloud, as in a run.")]
DrillOption = Annotated[
    bool, typer.Option("--drill", help="Tell every hop of a drill: a line each, and aloud a tick.")
]
ThemeOption = Annotated[
    str | None,
    typer.Option("--theme", metavar="NAME", help="What this run is about, whatever the settings say."),
]


def on_theme(settings: Settings, name: str | None) -> Settings:
    """The settings for a run on the theme named; as they are where none is.

    Raises:
        UsageError: there is no such theme.
    """
    if name is None:
        return settings
    if name != "auto" and Theme.of_form(name) is None:
        msg = f"--theme takes one of {', '.join(FORM_THEMES)} or auto, not {name!r}"
        raise UsageError(msg)
    coach = settings.coach.model_copy(update={"theme": name if name == "auto" else Theme(name)})
    return settings.model_copy(update={"coach": coach})


def recorded_or_first(
    recorded: Recorded, file: Path, settings: Settings, shoe: ShoeProfile | None
) -> tuple[Setup, bool]:
    """What the session started from, and whether that was recorded with it.

    A shoe that is named, and a session that says nothing of its start, begin from the settings, as if there
    had been no earlier session.

    Raises:
        InputError: it was recorded by a later version.
        UsageError: there are no words in the language of the settings.
    """
    setup = recorded_setup(recorded, file) if shoe is None else None
    if setup is not None:
        return setup, True
    started_unix_s = recorded.meta.anchor_unix_ns / NS_PER_S if isinstance(recorded, Recording) else 0.0
    return Setup.first(settings, shoe, started_unix_s), False


def voice_of(settings: Settings, setup: Setup, *, aloud: bool, speed: float = 1.0) -> list[Voice]:
    """The voice, if it is to be heard.

    Args:
        settings: its settings.
        setup: the session's, whose language it speaks.
        aloud: whether it is to be heard.
        speed: how many times faster than real time the session goes.
    """
    if not aloud or settings.voice.mode == "off":
        return []
    speaker = language_pack(setup.briefing.coach.language).voice
    return [Voice(settings.voice, speaker, lambda: speed * time.monotonic())]


def hop_tones_of(settings: Settings, *, aloud: bool, drill: bool) -> list[HopTones]:
    """The ticks of a drill, if they are to be heard."""
    return [HopTones(settings.voice)] if aloud and drill and settings.voice.mode != "off" else []


def remark_on_voice(voices: Sequence[Voice]) -> None:
    """Say what was not heard."""
    for voice in voices:
        if voice.report.problem is not None:
            note(f"{voice.report.unheard} cues were not heard")


def remark_on_cues(recorded: Recorded, cues: Sequence[Cue]) -> None:
    """Say whether these are the cues that were given when the session was recorded."""
    if not isinstance(recorded, Recording):
        return
    given = list(recorded.records(CUE_TOPIC))
    if [cue.to_record() for cue in cues] == given:
        note(f"the cues are those that were given when it was recorded ({len(cues)})")
        return
    note(f"not the {len(given)} cues of the recording: it was made with another version, shoe or start")
