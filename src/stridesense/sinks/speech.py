"""Spoken cues: `espeak-ng` as a child process."""

from pathlib import Path
from typing import Final

from stridesense.model import Cue
from stridesense.sinks.sound import appearing, run_program, wav_file
from stridesense.sinks.voice_settings import VoiceSettings

INSTALL: Final = 'apt install espeak-ng, or set mode = "tones" of [voice]'


class Speech:
    """Speaks the text of a cue.

    Args:
        settings: how loud, how fast, by which program, and whether into files.
        speaker: espeak-ng's name of a voice for the language of the cues, as the language pack has it.
    """

    def __init__(self, settings: VoiceSettings, speaker: str) -> None:
        self._settings = settings
        self._speaker = settings.speaker or speaker

    async def say(self, cue: Cue) -> None:
        """Speak until the sentence ends.

        Raises:
            UnheardError: espeak-ng is missing, fails or hangs, or the file cannot be written.
        """
        if self._settings.folder is None:
            await self._speak(cue.text)
        else:
            with appearing(wav_file(self._settings.folder, cue)) as part:
                await self._speak(cue.text, part)

    async def _speak(self, text: str, file: Path | None = None) -> None:
        await run_program(self.command(text, file), self._settings.timeout_s, INSTALL)

    def command(self, text: str, file: Path | None = None) -> list[str]:
        """The program and its arguments; whatever stands in `text` is spoken as text."""
        settings = self._settings
        options = ["-v", self._speaker, "-s", str(settings.words_per_minute), "-a", str(settings.volume)]
        into = ["-w", str(file)] if file else []
        return [settings.program, *options, "-b", "1", "-z", *into, "--", sayable(text)]


def sayable(text: str) -> str:
    """The text without signs that cannot be printed, and without `[[`, which begins phonemes."""
    return "".join(sign if sign.isprintable() else " " for sign in text).replace("[[", "[ [")
