"""Past sessions made by hand, for what works on a history."""

from stridesense.model import CalfBudget, CoachReport, Foot, PastSession

DAY_S = 86_400.0
HOUR_S = 3_600.0


def past_session(
    started_unix_s: float,
    loads: dict[Foot, float],
    *,
    duration_s: float = 1800.0,
    high_load_strides: int = 0,
    held_share: dict[Foot, float] | None = None,
    climb_m: float | None = None,
) -> PastSession:
    """An ended session of which only its load and what goes with it are known."""
    budgets = tuple(
        CalfBudget(
            foot=foot,
            t_s=duration_s,
            load=load,
            strides=round(load) + 1,
            high_load_strides=high_load_strides,
        )
        for foot, load in loads.items()
    )
    return PastSession(
        session_id=f"at {started_unix_s:.0f}",
        started_unix_s=started_unix_s,
        shoe=None,
        report=CoachReport(
            duration_s=duration_s,
            running_s=duration_s,
            theme=None,
            strides={foot: round(load) for foot, load in loads.items()},
            budgets=budgets,
            held_share=held_share or {},
            climb_m=climb_m,
            cues=0,
            retired=(),
            practice={},
            halves=(),
            baseline={},
            cue_log_sha256="",
        ),
    )
