"""Why there was no cue: stretches in which one was due and not given, each for one reason."""

from dataclasses import dataclass, field
from typing import Final

from stridesense.coaching.scheduler import Refusal
from stridesense.model import Foot, Theme, Withheld

ANY: Final = "any"
"""In place of a cue where none could be judged."""

STALE_S: Final = 3.0
"""What was not refused again for so long is not due any more, s (our own choice)."""


@dataclass(slots=True)
class _Stretch:
    theme: Theme | None
    refusal: Refusal
    first_s: float
    last_s: float
    times: int = 1


@dataclass(slots=True)
class Silences:
    """Joins what is refused stride after stride into stretches."""

    open: dict[tuple[str, Foot], _Stretch] = field(default_factory=dict)

    def refuse(
        self, cue_id: str, theme: Theme | None, foot: Foot, refusal: Refusal, now_s: float
    ) -> list[Withheld]:
        """Take one refusal; the stretch before it, if that had another reason."""
        key = (cue_id, foot)
        stretch = self.open.get(key)
        if stretch is not None and stretch.refusal.why is refusal.why:
            stretch.last_s = now_s
            stretch.times += 1
            return []
        ended = self.end(cue_id, foot)
        self.open[key] = _Stretch(theme, refusal, now_s, now_s)
        return ended

    def end(self, cue_id: str, foot: Foot) -> list[Withheld]:
        """It is not due any more, or was given."""
        stretch = self.open.pop((cue_id, foot), None)
        if stretch is None:
            return []
        return [
            Withheld(
                cue_id=cue_id,
                theme=stretch.theme,
                foot=foot,
                why=stretch.refusal.why,
                first_s=stretch.first_s,
                last_s=stretch.last_s,
                times=stretch.times,
                reason=stretch.refusal.reason,
            )
        ]

    def expire(self, now_s: float) -> list[Withheld]:
        """End what was not refused again for a while: it is not due any more."""
        stale = [key for key, stretch in self.open.items() if now_s - stretch.last_s > STALE_S]
        return [ended for key in stale for ended in self.end(*key)]

    def end_all(self) -> list[Withheld]:
        """The session is over."""
        return [ended for cue_id, foot in list(self.open) for ended in self.end(cue_id, foot)]
