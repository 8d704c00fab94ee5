"""What the runner can set of the coach: the sections `[coach]`, `[budget]` and `[forecast]`."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stridesense.model import Theme

Seconds = Annotated[float, Field(ge=0.0, le=3600.0)]
Gap = Annotated[float, Field(ge=15.0, le=600.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
FormTheme = Literal[
    Theme.HEEL,
    Theme.PUSH_OFF,
    Theme.PULL,
    Theme.LANDING,
    Theme.CONTACT,
    Theme.CADENCE,
    Theme.ASYMMETRY,
    Theme.DRIFT,
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CoachSettings(_Section):
    """`[coach]`: what is said, and how rarely.

    Attributes:
        muted: measure, but give no cue until told otherwise.
        language: of the cues, the name of a language pack.
        theme: the one theme of the run; "auto" goes on with the last one, or takes the first that is due.
        second_theme: whether a second theme may join.
        wording: about the body, about its effect, or by the number of sessions on the theme.
        warm_up_s: no correction before so much of the run, s.
        same_cue_gap_s: least silence between two cues of one kind, s.
        any_cue_gap_s: least silence between any two cues, s.
        success_gap_s: least silence between two words of praise, s.
        cues_per_hour: at most so many cues in any hour; two of them are kept for load and pods.
        probe_s: so long at the end of every `probe_every_s` no cue is given, to see what was learned, s.
        probe_every_s: see there, s.
        fading: share of the run in which a cue may come, by number of earlier sessions on the theme; the last
            one stays.
        recall: whether the theme is recalled in one sentence when the run begins.
        retire_after: so many cues in a row without effect retire the cue,
        retire_for_s: for so long, s.
    """

    muted: bool = False
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z]{2,4})?$")] = "en"
    theme: FormTheme | Literal["auto"] = "auto"
    second_theme: bool = False
    wording: Literal["auto", "internal", "external"] = "auto"
    warm_up_s: Seconds = 300.0
    same_cue_gap_s: Gap = 90.0
    any_cue_gap_s: Gap = 45.0
    success_gap_s: Gap = 180.0
    cues_per_hour: Annotated[int, Field(ge=3, le=60)] = 8
    probe_s: Seconds = 120.0
    probe_every_s: Annotated[float, Field(ge=60.0, le=7200.0)] = 600.0
    fading: Annotated[tuple[Share, ...], Field(min_length=1)] = (1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.1)
    recall: bool = True
    retire_after: Annotated[int, Field(ge=1, le=20)] = 3
    retire_for_s: Seconds = 600.0

    @model_validator(mode="after")
    def _gaps_fit(self) -> Self:
        if self.same_cue_gap_s < self.any_cue_gap_s:
            msg = "same_cue_gap_s must not be shorter than any_cue_gap_s"
            raise ValueError(msg)
        if self.probe_s >= self.probe_every_s:
            msg = "probe_s must be shorter than probe_every_s"
            raise ValueError(msg)
        return self


class BudgetSettings(_Section):
    """`[budget]`: what a calf may take in one session.

    Attributes:
        amber: ratio to the largest session of the last 30 days above which the leg is amber,
        red: and above which it is red (Frandsen et al. 2025, 10 % above the longest run; on load an analogy).
        guard_from: from this ratio on no cue may load the ankle more.
        largest_of_days: the largest session of so many days counts.
        high_load: a stride that costs so many usual ones is counted apart.
        symptom_limit: soreness of 0 to 10 from which no cue may load the ankle more,
        symptom_stop: and from which form is not coached at all.
        symptoms_last_h: so long a check-in speaks for the legs, h.
        adapting_since: first day of getting used to landing on the ball of the foot; none when used to it.
        adaptation_weeks: so many weeks that takes.
        first_load: what the first session of a beginner may cost a leg, usual strides.
        weekly_growth: how much more the largest session of each further week may cost.
    """

    amber: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    red: Annotated[float, Field(gt=0.0, le=5.0)] = 1.1
    guard_from: Annotated[float, Field(gt=0.0, le=5.0)] = 0.8
    largest_of_days: Annotated[int, Field(ge=7, le=180)] = 30
    high_load: Annotated[float, Field(gt=0.0, le=10.0)] = 1.3
    symptom_limit: Annotated[int, Field(ge=1, le=10)] = 3
    symptom_stop: Annotated[int, Field(ge=1, le=10)] = 4
    symptoms_last_h: Annotated[float, Field(gt=0.0, le=336.0)] = 72.0
    adapting_since: date | None = None
    adaptation_weeks: Annotated[int, Field(ge=2, le=3)] = 3
    first_load: Annotated[float, Field(gt=0.0, le=20_000.0)] = 1700.0
    weekly_growth: Annotated[float, Field(ge=1.0, le=2.0)] = 1.3

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.guard_from <= self.amber <= self.red:
            msg = "guard_from, amber and red must rise in this order"
            raise ValueError(msg)
        if self.symptom_stop < self.symptom_limit:
            msg = "symptom_stop must not lie below symptom_limit"
            raise ValueError(msg)
        return self


class ForecastSettings(_Section):
    """`[forecast]`: when soreness is expected, and from when a number is given.

    Attributes:
        from_h: the window begins so long after a run, h,
        to_h: and ends so long after it, h (12 to 48; the literature's peak is at 24 to 72 h, Cleary 2002).
        sore_from: what counts as sore, 0 to 10.
        check_ins: no number before so many check-ins.
    """

    from_h: Annotated[float, Field(ge=0.0, le=72.0)] = 12.0
    to_h: Annotated[float, Field(gt=0.0, le=168.0)] = 48.0
    sore_from: Annotated[int, Field(ge=1, le=10)] = 3
    check_ins: Annotated[int, Field(ge=8, le=100)] = 8

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_h >= self.to_h:
            msg = "from_h must lie before to_h"
            raise ValueError(msg)
        return self
