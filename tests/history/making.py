"""Sessions as a coach leaves them: few facts, of every kind."""

from stridesense.history.facts import SessionStart
from stridesense.history.writing import Kept
from stridesense.model import (
    Band,
    Bout,
    CalfBudget,
    Change,
    CoachReport,
    Cue,
    CueEffect,
    CueKind,
    Drill,
    Foot,
    HalfChange,
    Practice,
    Silence,
    Theme,
    Withheld,
)

BEGAN_UNIX_S = 1_790_000_000.0


def start(session_id: str = "5e55ab", *, began_unix_s: float = BEGAN_UNIX_S) -> SessionStart:
    return SessionStart(
        session_id=session_id,
        started_unix_s=began_unix_s,
        source="live",
        shoe="racer",
        recording="/runs/monday.mcap",
        software_version="0.2.0",
        setup='{"sessions": 3}',
    )


def cue(t_s: float = 620.0, *, text: str = "let the heel kiss down", reason: str = "held in 16 of 25") -> Cue:
    return Cue(
        cue_id="heel_held",
        theme=Theme.HEEL,
        kind=CueKind.CORRECTION,
        foot=Foot.LEFT,
        t_s=t_s,
        text=text,
        reason=reason,
        metric="heel_height_mm",
        value=14.0,
        baseline=4.0,
        window_strides=25,
        valid_for_s=4.0,
    )


def withheld(
    first_s: float, last_s: float, *, why: Silence = Silence.PROBE, times: int = 30, cue_id: str = "heel_held"
) -> Withheld:
    return Withheld(
        cue_id=cue_id,
        theme=Theme.HEEL,
        foot=Foot.LEFT,
        why=why,
        first_s=first_s,
        last_s=last_s,
        times=times,
        reason=f"{times} strides off",
    )


def effect(t_s: float = 620.0) -> CueEffect:
    return CueEffect(cue_id="heel_held", foot=Foot.LEFT, t_s=t_s, given=True, before_sd=1.8, after_sd=0.6)


def change() -> Change:
    return Change(
        metric="contact_time_s",
        foot=Foot.RIGHT,
        t_s=1500.0,
        since_s=1430.0,
        before=0.245,
        after=0.262,
        size_sd=2.1,
    )


def bout() -> Bout:
    return Bout(
        drill=Drill.ROPE_JUMP,
        start_s=40.0,
        end_s=70.0,
        hops={Foot.LEFT: 60, Foot.RIGHT: 60},
        load={Foot.LEFT: 66.0, Foot.RIGHT: 65.0},
        hops_per_minute=120.0,
    )


def budget(foot: Foot = Foot.LEFT, *, t_s: float = 1800.0, load: float = 2600.0) -> CalfBudget:
    return CalfBudget(
        foot=foot, t_s=t_s, load=load, strides=2550, limit=2500.0, ratio=load / 2500.0, band=Band.AMBER
    )


def report(*, cues: int = 1, theme: Theme | None = Theme.HEEL) -> CoachReport:
    return CoachReport(
        duration_s=1810.0,
        running_s=1700.0,
        theme=theme,
        strides={Foot.LEFT: 2550, Foot.RIGHT: 2549},
        budgets=(budget(), budget(Foot.RIGHT, load=2400.0)),
        held_share={Foot.LEFT: 0.42},
        climb_m=None,
        cues=cues,
        retired=("pull_late",),
        practice={
            Theme.HEEL: Practice(coached_strides=2000, coached_off=400, free_strides=500, free_off=150)
        },
        halves=(
            HalfChange(
                metric="contact_time_s", foot=Foot.RIGHT, first=0.245, second=0.26, size_sd=1.9, sure=True
            ),
        ),
        baseline={Foot.LEFT: {"contact_time_s": (300.0, 0.25, 0.01)}},
        cue_log_sha256="0f" * 32,
    )


def items() -> list[Kept]:
    """One of each kind, the report last."""
    return [
        bout(),
        withheld(120.0, 140.0, why=Silence.WARM_UP),
        cue(),
        budget(t_s=900.0, load=1300.0),
        withheld(630.0, 660.0, why=Silence.GAP, times=9),
        effect(),
        change(),
        budget(),
        report(),
    ]
