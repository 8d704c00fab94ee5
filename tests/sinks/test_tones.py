"""Tunes: what their samples hold, and that a player gets them."""

import io
import itertools
import math
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from sinks.voices import Clock, cue
from stridesense.model import CueKind
from stridesense.sinks.tones import PLAYERS, SAMPLING_RATE_HZ, wav
from stridesense.sinks.voice import Voice
from stridesense.sinks.voice_settings import VoiceSettings

SILENCE_S = 0.02


def samples(kind: CueKind, volume: int = 100) -> list[int]:
    with wave.open(io.BytesIO(wav(kind, volume))) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, 22_050)
        return list(array("h", reader.readframes(reader.getnframes())))


def notes(kind: CueKind) -> list[tuple[float, float]]:
    """Length (s) and pitch (Hz) of each note, from the samples alone: a note ends with 20 ms of silence."""
    sound = samples(kind)
    loud = [index for index, value in enumerate(sound) if abs(value) > 100]
    gap = SILENCE_S * SAMPLING_RATE_HZ
    cuts = [0, *(n + 1 for n, (one, other) in enumerate(pairwise(loud)) if other - one > gap), len(loud)]
    found = []
    for begin, end in pairwise(cuts):
        part = sound[loud[begin] : loud[end - 1] + 1]
        length_s = len(part) / SAMPLING_RATE_HZ
        rises = sum(1 for one, other in pairwise(part) if one < 0 <= other)
        found.append((length_s, rises / length_s))
    return found


def pitches(kind: CueKind) -> list[float]:
    return [pitch_hz for _, pitch_hz in notes(kind)]


@pytest.mark.parametrize("kind", [CueKind.CORRECTION, CueKind.SUCCESS])
def test_what_encourages_rises(kind: CueKind) -> None:
    assert all(other > 1.1 * one for one, other in pairwise(pitches(kind)))


@pytest.mark.parametrize("kind", [CueKind.LOAD, CueKind.HEALTH])
def test_what_holds_back_falls(kind: CueKind) -> None:
    assert all(other < 0.9 * one for one, other in pairwise(pitches(kind)))


def test_each_kind_has_a_rhythm_of_its_own() -> None:
    rhythms = {kind: [length_s for length_s, _ in notes(kind)] for kind in CueKind}
    for one, other in itertools.combinations(rhythms.values(), 2):
        longest_ratio = max((max(a / b, b / a) for a, b in zip(one, other, strict=False)), default=1.0)
        assert len(one) != len(other) or longest_ratio > 1.5


@pytest.mark.parametrize("kind", CueKind)
def test_nothing_clicks(kind: CueKind) -> None:
    sound = samples(kind)
    assert sound[0] == sound[-1] == 0
    steepest = max(abs(other - one) for one, other in pairwise(sound))
    assert (
        steepest <= 1.02 * max(sound) * math.tau * 900.0 / SAMPLING_RATE_HZ
    )  # the highest pitch is below 900 Hz
    assert 0.3 < len(sound) / SAMPLING_RATE_HZ < 2.0


def test_the_volume_is_heard_and_never_clips() -> None:
    quiet, usual, loud = (max(samples(CueKind.LOAD, volume)) for volume in (50, 100, 200))
    assert quiet == pytest.approx(usual / 2, rel=0.01)
    assert usual < loud <= 32_767
    assert not any(samples(CueKind.LOAD, 0))


async def test_a_tone_becomes_a_file(tmp_path: Path) -> None:
    folder = VoiceSettings(mode="tones", folder=tmp_path / "cues")
    async with Voice(folder, "en", Clock()) as voice:
        await voice.handle(cue(kind=CueKind.LOAD))
    assert (tmp_path / "cues" / "00012.500_heel_down_left.wav").read_bytes() == wav(CueKind.LOAD)
    assert voice.report.said == 1


@pytest.mark.parametrize("player", PLAYERS, ids=lambda player: player[0])
async def test_the_player_that_is_there_gets_the_sound(
    tmp_path: Path, player: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / player[0]
    program.write_text(
        f'#!/bin/sh\nfor file; do :; done\n/bin/cp "$file" {tmp_path}/heard.wav\n'
        f'echo $# "$1" > {tmp_path}/args\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Voice(VoiceSettings(mode="tones"), "en", Clock()) as voice:
        await voice.handle(cue(kind=CueKind.SUCCESS))
    assert voice.report.problem is None
    assert (tmp_path / "heard.wav").read_bytes() == wav(CueKind.SUCCESS)
    assert (
        (tmp_path / "args").read_text().startswith(f"{len(player)} {player[1] if len(player) > 1 else '/'}")
    )


async def test_without_a_player_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Voice(VoiceSettings(mode="tones"), "en", Clock()) as voice:
        await voice.handle(cue())
    assert "no player of sounds (aplay, paplay, pw-play, afplay) is installed" in (voice.report.problem or "")
