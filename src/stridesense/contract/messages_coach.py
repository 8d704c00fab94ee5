"""Messages of the coach: means, cues and what came of them, drills, marks, the budget of each calf."""

from typing import ClassVar, Literal

from pydantic import Field

from stridesense.contract.messages_base import (
    Count,
    CueKindName,
    DrillName,
    Enveloped,
    GaitName,
    Share,
    ThemeName,
)
from stridesense.model import Band, Foot


class SummaryMessage(Enveloped):
    """Means over the strides of both feet in the last 10 s; a field is absent when no stride had it."""

    about: ClassVar = "each second in which a stride began"

    type: Literal["summary"] = Field(description="kind of message")
    gait: GaitName = Field(description="how the runner moves now")
    strides: Count = Field(description="strides that the means are over")
    cadence_spm: float | None = Field(None, description="steps of both feet [1/min]")
    contact_time_s: float | None = Field(None, description="on the ground [s]")
    duty_factor: float | None = Field(None, description="contact time over stride time [ratio]")
    flight_time_s: float | None = Field(None, description="neither foot on the ground, per step [s]")
    ball_time_s: float | None = Field(None, description="the ball of the foot carries alone [s]")
    heel_drop_deg: float | None = Field(None, description="how far the heel sinks after landing [deg]")
    heel_height_mm: float | None = Field(None, description="heel above standing, at its lowest [mm]")
    heel_held_ratio: Share | None = Field(None, description="strides with the heel held up [share]")
    strike_angle_deg: float | None = Field(None, description="pitch at contact, toes up positive [deg]")
    push_off_rate_dps: float | None = Field(None, description="fastest toes-down turn before toe-off [deg/s]")
    pull_rate_dps: float | None = Field(None, description="fastest toes-down turn after toe-off [deg/s]")
    impact_g: float | None = Field(None, description="hardest jolt of the landing [g]")
    braking_index: float | None = Field(
        None, description="foot's speed at contact over running speed [ratio]"
    )
    speed_mps: float | None = Field(None, description="running speed [m/s]")
    quality: Share | None = Field(None, description="how clear the strides were [share]")


class CueMessage(Enveloped):
    """Something to say to the runner, with the figures that led to it; never after `valid_until`."""

    about: ClassVar = "when a cue is due"

    type: Literal["cue"] = Field(description="kind of message")
    cue_id: str = Field(description="name of the cue, the same each time it is given")
    theme: ThemeName = Field(description="what it is about")
    kind: CueKindName = Field(description="what it is for")
    foot: Foot = Field(description="which foot; `unknown` for both or neither")
    t_s: float = Field(description="when it became due [s, session clock]")
    text: str = Field(description="the words")
    reason: str = Field(description="one sentence with the figures")
    metric: str = Field(description="field of the stride that led to it")
    value: float = Field(description="the metric lately [unit of the metric]")
    baseline: float | None = Field(
        None, description="the metric as usual for this runner [unit of the metric]"
    )
    window_strides: Count = Field(description="strides that `value` is over")
    valid_for_s: float = Field(description="time to live from when it became due [s]")
    drill: str | None = Field(None, description="a drill that teaches it")
    valid_until: float = Field(description="say nothing after that [s, Unix time of the wall clock]")


class EffectMessage(Enveloped):
    """What 25 strides after a cue differed from the 25 before it, in the runner's own spreads."""

    about: ClassVar = "25 strides after a cue was given"

    type: Literal["effect"] = Field(description="kind of message")
    cue_id: str = Field(description="name of the cue")
    foot: Foot = Field(description="which foot")
    t_s: float = Field(description="when the cue was due [s, session clock]")
    given: bool = Field(description="whether the runner heard it")
    before_sd: float = Field(description="beyond the baseline before it [spreads]")
    after_sd: float = Field(description="beyond the baseline after it [spreads]")
    gain_sd: float = Field(description="improvement, before less after [spreads]")


class ChangeMessage(Enveloped):
    """A metric is, at the same speed and cadence, no longer what it was."""

    about: ClassVar = "when a metric has drifted"

    type: Literal["change"] = Field(description="kind of message")
    metric: str = Field(description="field of the stride")
    foot: Foot = Field(description="which foot")
    t_s: float = Field(description="when it was noticed [s, session clock]")
    since_s: float = Field(description="since when it holds [s, session clock]")
    before: float = Field(description="the metric before [unit of the metric]")
    after: float = Field(description="the metric since [unit of the metric]")
    size_sd: float = Field(description="the difference, positive for a rise [spreads]")


class DrillMessage(Enveloped):
    """Hops in a row, when they are over; what is told by leg is absent for a leg that did none."""

    about: ClassVar = "at the end of hops in a row"

    type: Literal["drill"] = Field(description="kind of message")
    drill: DrillName = Field(description="what was done")
    start_s: float = Field(description="first contact [s, session clock]")
    end_s: float = Field(description="end of the last contact [s, session clock]")
    hops_left: Count | None = Field(None, description="hops of the left foot")
    hops_right: Count | None = Field(None, description="hops of the right foot")
    hops_unknown: Count | None = Field(None, description="hops of a foot that has no side")
    load_left: float | None = Field(None, description="calf load of the left leg, a proxy")
    load_right: float | None = Field(None, description="calf load of the right leg, a proxy")
    load_unknown: float | None = Field(None, description="calf load of a leg that has no side, a proxy")
    hops_per_minute: float | None = Field(None, description="landings of the body [1/min]")
    contact_time_left_s: float | None = Field(None, description="mean contact of the left foot [s]")
    contact_time_right_s: float | None = Field(None, description="mean contact of the right foot [s]")
    contact_time_unknown_s: float | None = Field(None, description="mean contact of a foot without side [s]")
    heel_touch_share: Share | None = Field(None, description="hops whose heel touched, of those seen [share]")
    symmetry_percent: float | None = Field(None, description="contact times, (left - right) / mean [%]")


class MarkMessage(Enveloped):
    """A moment that somebody wants to find again in the recording."""

    about: ClassVar = "when somebody makes a mark"

    type: Literal["mark"] = Field(description="kind of message")
    t_s: float = Field(description="the moment [s, session clock]")
    text: str = Field(description="what is written beside it, may be empty")


class BudgetMessage(Enveloped):
    """One leg's calf load of this session so far, a proxy without a unit: 1 for a usual midfoot stride."""

    about: ClassVar = "each minute, and when the band changes"

    type: Literal["budget"] = Field(description="kind of message")
    foot: Foot = Field(description="which leg")
    t_s: float = Field(description="when it stood so [s, session clock]")
    load: float = Field(description="load so far, a proxy")
    strides: Count = Field(description="strides in it")
    hops: Count = Field(description="hops in it")
    high_load_strides: Count = Field(description="strides that cost much more than a usual one")
    estimated_strides: Count = Field(description="strides that count as the leg's mean, not measured")
    limit: float | None = Field(None, description="what this session may cost; absent when not known")
    ratio: float | None = Field(None, description="load over limit [ratio]")
    band: Band = Field(description="where the load stands against the limit")
