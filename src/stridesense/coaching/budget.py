"""What each calf has done in this session, against what it may do.

The unit is `Stride.calf_load`, 1 for a usual midfoot stride, so that live figures, records and history add up
alike; other published formulas for a stride's share (by speed, strike and how the heel is held) are not used
beside it. A session is compared with the leg's largest of the last 30 days: in 5 205 runners one run that was
more than 10 % longer than that went with more injuries, and no weekly ratio did (Frandsen et al. 2025). To
compare load instead of distance, and leg by leg, is our own choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from stridesense.coaching.adaptation import session_limit
from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.settings import BudgetSettings
from stridesense.model import Band, CalfBudget, CheckIn, Foot, Gait, PastSession, Stride

TELL_EVERY_S: Final = 60.0
"""A leg's account is told so often while its band stays the same (our own choice)."""

TRIAL_LOAD: Final = 300.0
"""A session that cost a leg less usual strides, some four minutes, is a trial (our own choice)."""

IMPOSSIBLE_LOAD: Final = 1e6
"""No stride costs so many usual ones: such a figure is a fault, and the stride counts as not measured."""

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600.0


@dataclass(slots=True)
class CarefulSum:
    """A sum that keeps what rounding would drop, so that an hour of strides adds up to the last digit.

    Neumaier 1974, ZAMM 54:39-51.
    """

    total: float = 0.0
    dropped: float = 0.0

    def add(self, value: float) -> None:
        """Add one value."""
        total = self.total + value
        if abs(self.total) >= abs(value):
            self.dropped += (self.total - total) + value
        else:
            self.dropped += (value - total) + self.total
        self.total = total

    @property
    def value(self) -> float:
        """The sum."""
        return self.total + self.dropped


@dataclass(slots=True)
class LegAccount:
    """One leg's strides so far; `strides` counts all that were billed, `hops` and the others some of them."""

    t_s: float = 0.0
    measured: CarefulSum = field(default_factory=CarefulSum)
    estimated: CarefulSum = field(default_factory=CarefulSum)
    strides: int = 0
    hops: int = 0
    high_load_strides: int = 0
    estimated_strides: int = 0
    band: Band = Band.UNKNOWN
    tell_from_s: float | None = None

    @property
    def load(self) -> float:
        """What the leg has done, usual strides."""
        return self.measured.value + self.estimated.value

    @property
    def mean(self) -> float:
        """Mean load of the strides that were measured, 1 before any."""
        measured = self.strides - self.estimated_strides
        return self.measured.value / measured if measured else 1.0

    def bill(self, stride: Stride, high_load: float) -> None:
        """Add a running stride or a hop; one without a load counts as the leg's mean."""
        if stride.calf_load is None or not 0.0 <= stride.calf_load < IMPOSSIBLE_LOAD:
            self.estimated.add(self.mean)
            self.estimated_strides += 1
        else:
            self.measured.add(stride.calf_load)
            self.high_load_strides += stride.calf_load >= high_load
        self.t_s = stride.terminal_contact_s
        self.strides += 1
        self.hops += stride.gait is Gait.HOP


@dataclass(slots=True)
class Budget:
    """Every leg's account and limit; a stride of an unnamed foot has an account of its own.

    Attributes:
        settings: of the budget.
        limits: what the session may cost each leg; legs without a limit are absent.
        accounts: of the legs that were heard of.
    """

    settings: BudgetSettings
    limits: dict[Foot, float]
    accounts: dict[Foot, LegAccount] = field(default_factory=dict)

    @classmethod
    def begin(cls, briefing: Briefing) -> Self:
        """An empty budget, with the limits that the briefing sets."""
        limits = {}
        for foot in Foot:
            largest_load = briefing.legs.get(foot, LegBriefing()).largest_load
            limit = session_limit(largest_load, briefing.adaptation_week, briefing.budget)
            if limit is not None and limit > 0.0:
                limits[foot] = limit
        return cls(briefing.budget, limits)

    def add(self, stride: Stride) -> list[CalfBudget]:
        """Bill a stride; return the leg's budget when its band changed, and once a minute.

        Walking costs nothing here.
        """
        if stride.gait is Gait.WALK:
            return []
        account = self.accounts.get(stride.foot)
        if account is None:
            account = self.accounts[stride.foot] = LegAccount(band=self._band(self._ratio(stride.foot, 0.0)))
        account.bill(stride, self.settings.high_load)
        band = self._band(self._ratio(stride.foot, account.load))
        if account.tell_from_s is None:
            account.tell_from_s = account.t_s + TELL_EVERY_S
        if band is account.band and account.t_s < account.tell_from_s:
            return []
        account.band, account.tell_from_s = band, account.t_s + TELL_EVERY_S
        return [self.leg(stride.foot)]

    def leg(self, foot: Foot) -> CalfBudget:
        """One leg's budget now."""
        account = self.accounts.get(foot) or LegAccount()
        load = account.load
        ratio = self._ratio(foot, load)
        return CalfBudget(
            foot=foot,
            t_s=account.t_s,
            load=load,
            strides=account.strides,
            hops=account.hops,
            high_load_strides=account.high_load_strides,
            estimated_strides=account.estimated_strides,
            limit=self.limits.get(foot),
            ratio=ratio,
            band=self._band(ratio),
        )

    def by_leg(self) -> dict[Foot, CalfBudget]:
        """The budgets of the legs that were billed; what the guard asks for."""
        return {foot: self.leg(foot) for foot in Foot if foot in self.accounts}

    def all(self) -> tuple[CalfBudget, ...]:
        """The budgets of the legs that were billed, for the end of the session."""
        return tuple(self.by_leg().values())

    def _ratio(self, foot: Foot, load: float) -> float | None:
        limit = self.limits.get(foot)
        return None if limit is None else load / limit

    def _band(self, ratio: float | None) -> Band:
        if ratio is None:
            return Band.UNKNOWN
        if ratio > self.settings.red:
            return Band.RED
        return Band.AMBER if ratio > self.settings.amber else Band.GREEN


def budget_reason(budget: CalfBudget) -> str:
    """Where a leg stands, in one sentence with its figures."""
    calf = "the calf" if budget.foot is Foot.UNKNOWN else f"the {budget.foot} calf"
    done = f"{calf} has done {budget.load:.0f} usual strides"
    if budget.limit is None or budget.ratio is None:
        return f"{done}; what it can take is not known yet"
    return f"{done}, {budget.ratio:.0%} of the {budget.limit:.0f} that it may do today"


def legs_before(
    past: Sequence[PastSession], check_ins: Sequence[CheckIn], settings: BudgetSettings, now_unix_s: float
) -> Mapping[Foot, LegBriefing]:
    """What is known of each leg before a session that begins now; legs of which nothing is are absent.

    A session below `TRIAL_LOAD` is no measure of what a leg can take, and does not count.

    Args:
        past: earlier sessions in any order; what began now or later is left out.
        check_ins: in any order; later ones are left out.
        settings: of the budget.
        now_unix_s: when the session begins.
    """
    recent = [
        one for one in past if 0.0 < now_unix_s - one.started_unix_s <= settings.largest_of_days * DAY_S
    ]
    budgets = [budget for one in recent for budget in one.report.budgets if budget.load >= TRIAL_LOAD]
    largest = {
        foot: max((budget.load for budget in budgets if budget.foot is foot), default=None) for foot in Foot
    }
    soreness: dict[Foot, int] = {}
    for check_in in _told_before(check_ins, now_unix_s):
        if now_unix_s - check_in.unix_s <= settings.symptoms_last_h * HOUR_S:
            soreness |= check_in.soreness
    return {
        foot: LegBriefing(largest_load=largest[foot], soreness=soreness.get(foot))
        for foot in Foot
        if largest[foot] is not None or foot in soreness
    }


def red_flags_before(check_ins: Sequence[CheckIn], now_unix_s: float) -> tuple[str, ...]:
    """The answers that end coaching: those of the latest check-in, however long ago that was."""
    told = _told_before(check_ins, now_unix_s)
    return told[-1].red_flags if told else ()


def _told_before(check_ins: Sequence[CheckIn], now_unix_s: float) -> list[CheckIn]:
    """Check-ins until now, the latest one last."""
    known = [check_in for check_in in check_ins if check_in.unix_s <= now_unix_s]
    return sorted(known, key=lambda check_in: check_in.unix_s)
