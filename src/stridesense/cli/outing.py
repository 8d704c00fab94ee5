"""One run with live pods: what it is made of, and what is said of it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from stridesense.cli.bluetooth import chosen_pods, remark_on_drops
from stridesense.cli.coaching import hop_tones_of, remark_on_voice, voice_of
from stridesense.cli.outlook import outlook_after
from stridesense.cli.output import remark_on_loss
from stridesense.cli.playing import announce, sum_up, told_here
from stridesense.cli.running import ending_gently
from stridesense.cli.shoe import remark_on_feet
from stridesense.cli.terminal import note
from stridesense.coaching.words import language_pack
from stridesense.errors import InputError, UsageError
from stridesense.recording.format import SessionMeta
from stridesense.recording.writer import check_name
from stridesense.runtime.config import MqttSection, Settings
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.live import live_sink, new_recording, run_live
from stridesense.runtime.past import session_start
from stridesense.runtime.playback import Played
from stridesense.runtime.profile import ShoeProfile
from stridesense.runtime.session import run_session
from stridesense.runtime.setup import Setup, next_setup
from stridesense.sinks.base import Sink
from stridesense.sinks.history import HistorySink
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.recorder import Recorder
from stridesense.sources.ble import BleSource
from stridesense.sources.radio import Radio
from stridesense.units import NS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person at the keyboard wants of a run.

    `history` is where runs and check-ins are kept; `keep` whether earlier runs are looked at and this one is
    kept.
    """

    left: str | None
    right: str | None
    swap: bool
    settings: Settings
    shoe: ShoeProfile | None
    record: Path | None
    no_record: bool
    aloud: bool
    drill: bool
    history: Path
    keep: bool

    @property
    def check_ins(self) -> Path | None:
        """Where check-ins are kept; None where no history is wanted at all."""
        return self.history if self.settings.history.keep else None

    def check(self) -> None:
        """Refuse before the pods are searched for what would be refused after it.

        Raises:
            UsageError: it contradicts itself, the recording exists, or nobody has words in the language.
        """
        language_pack(self.settings.coach.language)
        if self.record is None:
            return
        if self.no_record:
            msg = "--record and --no-record contradict each other: give one of them"
            raise UsageError(msg)
        check_name(self.record)


class Outing:
    """One run with pods that are found: its parts, until all is said.

    Args:
        wanted: what the person wants.
        source: the pods, not open yet.

    Raises:
        UsageError, InputError: what is wanted cannot be.
    """

    def __init__(self, wanted: Wanted, source: BleSource) -> None:
        self._wanted = wanted
        self._source = source
        self._meta = SessionMeta.new("run")
        self._setup = _setup(wanted, self._meta)
        self._recorder = _recorder(wanted, self._meta, self._setup)
        recording = None if self._recorder is None else self._recorder.path
        start = session_start(self._meta, self._setup, recording)
        self._history = HistorySink(wanted.history, start) if wanted.keep else None
        self._voices = voice_of(wanted.settings, self._setup, aloud=wanted.aloud)
        self.desk = SessionDesk(wanted.check_ins, source.end)

    @classmethod
    async def with_pods(cls, wanted: Wanted, radio: Radio) -> Self:
        """Find the pods, and make ready for a run with them.

        Raises:
            UsageError, InputError: what is wanted cannot be.
            StrideSenseError: there are no pods, or they cannot be used.
        """
        wanted.check()
        pods = await chosen_pods(radio, wanted.left, wanted.right, swap=wanted.swap)
        return cls(wanted, BleSource(radio, pods))

    async def run_alone(self, mqtt: MqttSection) -> Played:
        """Run until Ctrl-C or a command ends it, published where `mqtt` says.

        Raises:
            StrideSenseError: the pods, the broker or a sink failed.
        """
        with ending_gently(self.desk.stop):
            return await run_live(
                self._source,
                self._setup.pipeline(),
                mqtt,
                self._sinks(),
                announce,
                self._meta.session_id,
                self.desk,
            )

    async def hold(self, courier: Courier) -> int:
        """Run until a command ends it, published over a link that stays open; say what it was, as below.

        Raises:
            StrideSenseError: the pods or a sink failed.
        """
        pipeline = self._setup.pipeline()
        sink = live_sink(courier.settings, pipeline, self._meta.session_id, None, courier)
        report = await run_session(self._source, pipeline, [*self._sinks(), sink], self.desk)
        return self.say_what_it_was(Played(report))

    def say_what_it_was(self, played: Played) -> int:
        """Sum it up on the screen; the exit code that follows from it."""
        wanted, recorder = self._wanted, self._recorder
        sum_up(played, self._setup)
        remark_on_feet(wanted.shoe, played.report)
        remark_on_voice(self._voices)
        if self._history is not None and self._history.problem is not None:
            note(f"not all of this run is in the history: {self._history.problem}")
        session_id = self._meta.session_id
        for line in outlook_after(wanted.history, session_id, wanted.settings) if wanted.keep else ():
            note(line)
        code = remark_on_drops(self._source)
        if recorder is None:
            return code
        note(f"recorded in {', '.join(str(path) for path in recorder.segments)}")
        return remark_on_loss(recorder.lost_messages, recorder.problem) or code

    def _sinks(self) -> list[Sink]:
        wanted = self._wanted
        hops = hop_tones_of(wanted.settings, aloud=wanted.aloud, drill=wanted.drill)
        told = told_here(self._setup, [*self._voices, *hops], self.desk, drill=wanted.drill)
        return [*told, *(sink for sink in (self._recorder, self._history) if sink)]


def _setup(wanted: Wanted, meta: SessionMeta) -> Setup:
    """A history that cannot be read costs the earlier runs, not this one, nor what was said of the legs."""
    settings, shoe, path = wanted.settings, wanted.shoe, wanted.history
    started_unix_s = meta.anchor_unix_ns / NS_PER_S
    try:
        return next_setup(settings, shoe, path, started_unix_s, from_sessions=wanted.keep)
    except InputError as error:
        why = error
    try:
        setup = next_setup(settings, shoe, path, started_unix_s, from_sessions=False)
    except InputError:
        note(f"the coach is silent, as it cannot know how your legs feel: {why}")
        silent = settings.coach.model_copy(update={"muted": True})
        return Setup.first(settings.model_copy(update={"coach": silent}), shoe, started_unix_s)
    note(f"the coach begins anew: {why}")
    return setup


def _recorder(wanted: Wanted, meta: SessionMeta, setup: Setup) -> Recorder | None:
    if wanted.no_record:
        return None
    path = wanted.record or new_recording(datetime.now().astimezone())
    return Recorder(path, meta, setup=setup.to_record())
