"""Cues for the ear, with the real espeak-ng and with programs that misbehave."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sinks.voices import Clock, Program, cue, heard, is_alive, is_gone
from stridesense.model import Cue, CueKind
from stridesense.sinks.speech import Speech, sayable
from stridesense.sinks.voice import Voice
from stridesense.sinks.voice_settings import VoiceSettings

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the programs of these tests are shell scripts"
)


@pytest.fixture
def espeak(require_program: Callable[[str], str]) -> str:
    return require_program("espeak-ng")


@pytest.fixture
def program(tmp_path: Path, espeak: str) -> Iterator[Program]:
    """The real espeak-ng behind a gate."""
    program = Program(tmp_path, f'{espeak} "$@"')
    yield program
    program.close()


def settings(folder: Path, **changes: object) -> VoiceSettings:
    return VoiceSettings.model_validate({"folder": folder / "cues", **changes})


async def test_a_cue_becomes_a_file_that_can_be_heard(tmp_path: Path, espeak: str) -> None:
    async with Voice(settings(tmp_path, program=espeak), "en", Clock()) as voice:
        await voice.handle(cue())
    assert [file.name for file in (tmp_path / "cues").iterdir()] == ["00012.500_heel_down_left.wav"]
    length_s, peak = heard(tmp_path / "cues" / "00012.500_heel_down_left.wav")
    assert 0.7 < length_s < 2.5  # five words at 165 a minute take 1.8 s
    assert peak > 3000
    assert (voice.report.said, voice.report.problem) == (1, None)


async def said(folder: Path, cue: Cue, speaker: str = "en", **changes: object) -> bytes:
    async with Voice(settings(folder, **changes), speaker, Clock()) as voice:
        await voice.handle(cue)
    assert voice.report.said == 1, voice.report.problem
    (file,) = (folder / "cues").iterdir()
    sound = file.read_bytes()
    file.unlink()
    return sound


@pytest.mark.usefixtures("espeak")
async def test_rate_volume_and_speaker_change_the_sound(tmp_path: Path) -> None:
    usual = await said(tmp_path, cue("land"))
    assert await said(tmp_path, cue("land")) == usual
    assert await said(tmp_path, cue("land"), "de") != usual
    assert await said(tmp_path, cue("land"), "en-us") != usual
    assert await said(tmp_path, cue("land"), speaker="en+f3") != usual
    assert len(await said(tmp_path, cue("land"), words_per_minute=300)) < len(usual)
    assert len(set(await said(tmp_path, cue("land"), volume=0))) < 40  # a header and silence


@pytest.mark.usefixtures("espeak")
@pytest.mark.parametrize(
    "text",
    ['"; rm -rf "$HOME" #', "-f /etc/passwd", "--stdin", "$(touch gone)", "-w x.wav", "[[h@l'oU]]", ""],
)
async def test_whatever_stands_in_a_text_is_text(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await said(tmp_path / "own", cue(text))
    assert not (tmp_path / "x.wav").exists()
    assert not (tmp_path / "gone").exists()
    assert Speech(VoiceSettings(), "en").command(text)[-2:] == ["--", sayable(text)]


def test_signs_that_no_program_takes_are_left_out() -> None:
    assert sayable("heel\x00\udc80down\n[[h@]]") == "heel  down [ [h@]]"


async def test_one_is_heard_at_a_time_and_the_newest_waits(tmp_path: Path, program: Program) -> None:
    async with Voice(settings(tmp_path, program=str(program.path)), "en", Clock()) as voice:
        for text in ("first", "second", "third"):
            await voice.handle(cue(text, cue_id=text))
        await program.begun()
        await voice.handle(cue("fourth", cue_id="fourth"))
        program.let_through(2)
    assert program.spoken() == ["first", "fourth"]
    assert [line[0] for line in program.lines()] == ["begin", "end", "begin", "end"]
    times = [int(line[2]) for line in program.lines()]
    assert times == sorted(times)
    assert (voice.report.said, voice.report.replaced) == (2, 2)
    assert len(list((tmp_path / "cues").iterdir())) == 2


FORM, LOAD, HEALTH = CueKind.CORRECTION, CueKind.LOAD, CueKind.HEALTH


@pytest.mark.parametrize(
    ("waiting", "newer", "stays"),
    [
        (LOAD, FORM, True),
        (HEALTH, FORM, True),
        (HEALTH, LOAD, True),
        (LOAD, LOAD, False),
        (FORM, LOAD, False),
    ],
)
async def test_form_does_not_push_load_and_health_aside(
    tmp_path: Path, program: Program, waiting: CueKind, newer: CueKind, *, stays: bool
) -> None:
    program.let_through(2)
    async with Voice(settings(tmp_path, program=str(program.path)), "en", Clock()) as voice:
        await voice.handle(cue("first"))
        await voice.handle(cue("waiting", kind=waiting))
        await voice.handle(cue("newer", kind=newer))
    assert program.spoken() == ["first", "waiting" if stays else "newer"]


async def test_what_waited_too_long_is_dropped_and_counted(tmp_path: Path, program: Program) -> None:
    clock = Clock()
    async with Voice(settings(tmp_path, program=str(program.path)), "en", clock) as voice:
        await voice.handle(cue("first"))
        await voice.handle(cue("enough for today", kind=LOAD, valid_for_s=4.0))
        clock.now_s = 4.5
        await voice.handle(cue("kiss", valid_for_s=4.0))
        clock.now_s = 9.0
        program.let_through(1)
    assert program.spoken() == ["first"]
    assert (voice.report.said, voice.report.stale, voice.report.replaced) == (1, 2, 0)


async def test_what_is_just_in_time_is_said(tmp_path: Path, program: Program) -> None:
    clock = Clock()
    program.let_through(1)
    async with Voice(settings(tmp_path, program=str(program.path)), "en", clock) as voice:
        await voice.handle(cue("first", valid_for_s=4.0))
        clock.now_s = 4.0
    assert program.spoken() == ["first"]


async def test_handling_a_cue_never_waits(tmp_path: Path) -> None:
    program = Program(tmp_path, "sleep 60")
    async with Voice(settings(tmp_path, program=str(program.path), timeout_s=0.5), "en", Clock()) as voice:
        await voice.handle(cue())
        await program.begun()
        for _ in range(3):
            with pytest.raises(StopIteration):  # it ended without once handing the loop on
                voice.handle(cue()).send(None)
    program.close()


async def test_a_program_that_hangs_is_killed_with_what_it_started(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program(tmp_path, f"sh -c 'echo $$ > {tmp_path}/child; read -r _ < {tmp_path}/gate'")
    program.let_through(1)
    async with Voice(settings(tmp_path, program=str(program.path), timeout_s=1.5), "en", Clock()) as voice:
        await voice.handle(cue())
    assert voice.report.unheard == 1
    assert "speaker did not end within 1.5 s and was stopped" in caplog.text
    assert not is_alive(int(program.lines()[0][1]))
    assert await is_gone(int((tmp_path / "child").read_text()))
    assert list((tmp_path / "cues").iterdir()) == []
    program.close()


async def test_after_one_that_hung_the_next_is_tried(tmp_path: Path, espeak: str) -> None:
    script = tmp_path / "speaker"
    script.write_text(
        f"#!/bin/sh\nif [ ! -e {tmp_path}/hung ]; then touch {tmp_path}/hung; exec sleep 60; fi\n"
        f'exec {espeak} "$@"\n'
    )
    script.chmod(0o700)
    async with Voice(settings(tmp_path, program=str(script), timeout_s=1.5), "en", Clock()) as voice:
        await voice.handle(cue("first"))
        await voice.handle(cue("second"))
        async with asyncio.timeout(5.0):
            while voice.report.said == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert (voice.report.said, voice.report.unheard) == (1, 1)


async def test_a_session_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    program = Program(tmp_path, "sleep 60")

    async def session() -> None:
        async with Voice(settings(tmp_path, program=str(program.path)), "en", Clock()) as voice:
            await voice.handle(cue())
            await asyncio.Event().wait()

    running = asyncio.create_task(session())
    pid = await program.begun()
    assert is_alive(pid)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(pid)
    assert [task for task in asyncio.all_tasks() if task.get_name() == "voice"] == []
    program.close()


async def test_cancelling_while_the_last_word_is_said_leaves_no_process(tmp_path: Path) -> None:
    program = Program(tmp_path, "sleep 60")

    async def session() -> None:
        async with Voice(settings(tmp_path, program=str(program.path)), "en", Clock()) as voice:
            await voice.handle(cue())

    running = asyncio.create_task(session())
    pid = await program.begun()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(pid)
    program.close()


FAULTS = {
    "exit 1": r"speaker made no sound \(status 1\): connect a loudspeaker",
    "echo 'ALSA lib x' >&2; echo 'error: No such file' >&2": r"\(error: No such file\)",
    "echo 'the voice does not exist' >&2; exit 3": r"\(the voice does not exist\)",
}


@pytest.mark.parametrize("script", FAULTS)
async def test_a_fault_is_said_once_and_counted_each_time(
    tmp_path: Path, script: str, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "speaker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    with caplog.at_level(logging.WARNING):
        async with Voice(VoiceSettings(program=str(program)), "en", Clock()) as voice:
            await voice.handle(cue("first"))
            await voice.handle(cue("second"))
    assert voice.report.unheard == 2
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert record.getMessage().startswith("cues are not heard: speaker")
    assert voice.report.problem is not None
    with pytest.raises(AssertionError, match=FAULTS[script]):
        raise AssertionError(voice.report.problem)


async def test_a_warning_of_the_sound_system_is_no_fault(tmp_path: Path) -> None:
    program = tmp_path / "speaker"
    program.write_text("#!/bin/sh\necho 'ALSA lib pcm.c: Unknown PCM cards.pcm.rear' >&2\n")
    program.chmod(0o700)
    async with Voice(VoiceSettings(program=str(program)), "en", Clock()) as voice:
        await voice.handle(cue())
    assert (voice.report.said, voice.report.unheard) == (1, 0)


async def test_a_missing_program_says_how_to_get_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Voice(VoiceSettings(program=str(tmp_path / "espeak-ng")), "en", Clock()) as voice:
        await voice.handle(cue())
    assert "espeak-ng is not installed: apt install espeak-ng, or set mode" in caplog.text
    assert voice.report.unheard == 1


@pytest.mark.usefixtures("espeak")
@pytest.mark.parametrize("mode", ["speech", "tones"])
async def test_a_folder_that_cannot_be_is_said(tmp_path: Path, mode: str) -> None:
    (tmp_path / "file").write_text("")
    broken = VoiceSettings.model_validate({"mode": mode, "folder": tmp_path / "file" / "cues"})
    async with Voice(broken, "en", Clock()) as voice:
        await voice.handle(cue())
    assert "cannot be written (Not a directory): set another folder of [voice]" in (
        voice.report.problem or ""
    )


async def test_off_says_nothing(tmp_path: Path) -> None:
    async with Voice(settings(tmp_path, mode="off"), "en", Clock()) as voice:
        await voice.handle(cue())
    assert voice.report.said == 0
    assert not (tmp_path / "cues").exists()
