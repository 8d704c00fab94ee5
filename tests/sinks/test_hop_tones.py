"""Ticks of a drill, through a player that notes what it is given."""

from pathlib import Path

import pytest

from stridesense.model import Foot, Hop
from stridesense.sinks.hop_tones import TICKS, HopTones
from stridesense.sinks.tones import wav_of
from stridesense.sinks.voice_settings import VoiceSettings


def hop(number: int, *, touched: bool | None) -> Hop:
    return Hop(foot=Foot.LEFT, t_s=float(number), number=number, contact_time_s=0.2, heel_touched=touched)


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an `aplay` that keeps each file it plays."""
    script = tmp_path / "aplay"
    script.write_text(f'#!/bin/sh\ncp "$2" {tmp_path}/heard.$$\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def heard(player: Path) -> list[bytes]:
    return [file.read_bytes() for file in player.glob("heard.*")]


async def played(sink: HopTones, one: Hop) -> None:
    await sink.handle(one)
    if sink._tick is not None:
        await sink._tick


@pytest.mark.parametrize("touched", [True, False])
async def test_a_heel_is_heard(player: Path, touched: bool) -> None:  # noqa: FBT001
    async with HopTones(VoiceSettings()) as sink:
        await played(sink, hop(1, touched=touched))
    assert heard(player) == [wav_of(TICKS[touched])]
    assert wav_of(TICKS[True]) != wav_of(TICKS[False])


async def test_a_heel_that_was_not_seen_makes_no_sound(player: Path) -> None:
    async with HopTones(VoiceSettings()) as sink:
        await sink.handle(hop(1, touched=None))
        assert sink._tick is None
    assert heard(player) == []


async def test_hops_that_come_faster_than_ticks_are_left_out(player: Path) -> None:
    async with HopTones(VoiceSettings()) as sink:
        for number in range(5):
            await sink.handle(hop(number, touched=True))
        await played(sink, hop(9, touched=None))
    assert len(heard(player)) == 1


async def test_without_a_player_the_drill_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with HopTones(VoiceSettings()) as sink:
        for number in range(3):
            await played(sink, hop(number, touched=True))
    assert len(caplog.records) == 1
