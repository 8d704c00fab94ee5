"""What the coach knows when a session begins: with the strides it decides every cue, so it is recorded."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.model import Foot, Theme


def _of_form(theme: Theme) -> Theme:
    if Theme.of_form(theme) is None:
        msg = f"{theme} is no theme of form"
        raise ValueError(msg)
    return theme


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LegBriefing(_Known):
    """One leg before the session.

    Attributes:
        largest_load: calf load of its largest session of the last 30 days; None without any.
        soreness: 0 to 10 by the latest check-in, while that still speaks for the leg.
    """

    largest_load: Annotated[float, Field(ge=0.0)] | None = None
    soreness: Annotated[int, Field(ge=0, le=10)] | None = None


class CueRecord(_Known):
    """What is known of a cue's effect on this runner, in the runner's own spreads (see `ledger`)."""

    given: Annotated[int, Field(ge=0)]
    gain_sd: float
    low_sd: float | None = None
    high_sd: float | None = None


class Briefing(_Known):
    """Settings and history in what a session needs of them; plain JSON both ways.

    Attributes:
        started_unix_s: when the session began; 0 where nobody knows.
        coach: the settings of the coach,
        budget: of the calf budget,
        forecast: and of the forecast.
        sessions: sessions before this one.
        last_theme: the theme to go on with.
        theme_sessions: earlier sessions on each theme.
        legs: what is known of each leg.
        adaptation_week: 1, 2 or 3 while the runner gets used to it, else None.
        red_flags: answers of a check-in that end coaching.
        baseline: sufficient statistics of the last sessions in this shoe, by foot and metric.
        cues: what each cue did so far.
    """

    started_unix_s: float = 0.0
    coach: CoachSettings = CoachSettings()
    budget: BudgetSettings = BudgetSettings()
    forecast: ForecastSettings = ForecastSettings()
    sessions: Annotated[int, Field(ge=0)] = 0
    last_theme: Annotated[Theme, AfterValidator(_of_form)] | None = None
    theme_sessions: Mapping[Theme, Annotated[int, Field(ge=0)]] = {}
    legs: Mapping[Foot, LegBriefing] = {}
    adaptation_week: Annotated[int, Field(ge=1, le=3)] | None = None
    red_flags: tuple[str, ...] = ()
    baseline: Mapping[Foot, Mapping[str, tuple[float, ...]]] = {}
    cues: Mapping[str, CueRecord] = {}

    @property
    def muted(self) -> bool:
        """Whether the coach begins in silence."""
        return self.coach.muted

    @property
    def theme(self) -> Theme | None:
        """What the session is about when it begins; None where the first correction decides."""
        return self.last_theme if self.coach.theme == "auto" else self.coach.theme
