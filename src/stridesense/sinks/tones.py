"""Cues as short tones: for a runner who wants no voice in the ear, or has no speech program."""

import io
import shutil
import sys
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from tempfile import NamedTemporaryFile
from typing import Final

import numpy as np

from stridesense.model import Cue, CueKind
from stridesense.model.samples import FloatArray
from stridesense.sinks.sound import UnheardError, appearing, run_program, wav_file
from stridesense.sinks.voice_settings import USUAL_VOLUME, VoiceSettings

SAMPLING_RATE_HZ: Final = 22_050
FADE_S: Final = 0.015
"""Each note swells and dies away over this time, so that it does not click. Our own choice."""

USUAL_AMPLITUDE: Final = 0.5
"""Of full scale, at the usual volume; the loudest volume is full scale."""

PLAYERS: Final = (("aplay", "-q"), ("paplay",), ("pw-play",), ("afplay",))
"""Programs that play a WAV file: the first that is there. `aplay` is of alsa-utils, `afplay` of macOS."""


@dataclass(frozen=True, slots=True)
class Note:
    """A tone of `pitch_hz` for `length_s`, with silence of `rest_s` after it."""

    pitch_hz: float
    length_s: float
    rest_s: float = 0.06


TUNES: Final[Mapping[CueKind, tuple[Note, ...]]] = {
    CueKind.CORRECTION: (Note(660.0, 0.14), Note(880.0, 0.14)),
    CueKind.SUCCESS: (Note(523.0, 0.09), Note(659.0, 0.09), Note(784.0, 0.22)),
    CueKind.RECALL: (Note(587.0, 0.45),),
    CueKind.LOAD: (Note(587.0, 0.32), Note(392.0, 0.32)),
    CueKind.HEALTH: (Note(587.0, 0.32), Note(494.0, 0.32), Note(392.0, 0.6)),
    CueKind.POD: (Note(440.0, 0.08), Note(440.0, 0.08), Note(440.0, 0.08), Note(440.0, 0.08)),
}
"""Each kind of cue by its melody and, for ears that tell no pitch, by its rhythm alone. Our own choice."""


class Tones:
    """Plays the tune of a cue's kind.

    Args:
        settings: how loud, and whether into files.
    """

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings

    async def say(self, cue: Cue) -> None:
        """Play until the tune ends.

        Raises:
            UnheardError: no player is there, it fails or hangs, or the file cannot be written.
        """
        sound = wav(cue.kind, self._settings.volume)
        if self._settings.folder is not None:
            with appearing(wav_file(self._settings.folder, cue)) as part:
                part.write_bytes(sound)
            return
        await play(sound, self._settings.timeout_s)


async def play(sound: bytes, timeout_s: float) -> None:
    """Play a WAV file until it ends.

    Raises:
        UnheardError: no player is there, or it fails or hangs.
    """
    player = _player()
    try:
        with NamedTemporaryFile(prefix="stridesense-", suffix=".wav") as file:
            file.write(sound)
            file.flush()
            await run_program([*player, file.name], timeout_s)
    except OSError as error:
        msg = f"a tone cannot be written ({error}): free some space for temporary files"
        raise UnheardError(msg) from None


def wav(kind: CueKind, volume: int = USUAL_VOLUME) -> bytes:
    """The tune of a kind of cue as a WAV file, see `wav_of`."""
    return wav_of(TUNES[kind], volume)


@cache
def wav_of(notes: tuple[Note, ...], volume: int = USUAL_VOLUME) -> bytes:
    """Notes as a WAV file: 16 bit, mono, 22 050 Hz.

    Args:
        notes: one after the other.
        volume: 0 to 200, 100 is the usual.
    """
    amplitude = 32_767 * min(1.0, USUAL_AMPLITUDE * volume / USUAL_VOLUME)
    samples = np.rint(amplitude * np.concatenate([_wave(note) for note in notes])).astype(np.int16)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(samples.itemsize)
        writer.setframerate(SAMPLING_RATE_HZ)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def _wave(note: Note) -> FloatArray:
    """The note and the rest after it, -1 to 1."""
    last = round(note.length_s * SAMPLING_RATE_HZ)
    index = np.arange(last + 1)
    to_edge = np.minimum(index, last - index) / (FADE_S * SAMPLING_RATE_HZ)
    swell = np.sin(0.5 * np.pi * np.minimum(1.0, to_edge)) ** 2
    tone = swell * np.sin(2.0 * np.pi * note.pitch_hz / SAMPLING_RATE_HZ * index)
    return np.append(tone, np.zeros(round(note.rest_s * SAMPLING_RATE_HZ)))


def _player() -> tuple[str, ...]:
    for program, *options in PLAYERS:
        if found := shutil.which(program):
            return (found, *options)
    remedy = "" if sys.platform == "darwin" else ": apt install alsa-utils"
    msg = f"no player of sounds ({', '.join(player[0] for player in PLAYERS)}) is installed{remedy}"
    raise UnheardError(msg)
