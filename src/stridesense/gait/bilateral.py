"""Two feet on one clock: what a stride can only know from the other foot."""

from dataclasses import dataclass, field, replace
from typing import Final

from stridesense.gait.parameters import FLIGHT_ESTIMATED
from stridesense.gait.segmentation import Outcome
from stridesense.model import EventKind, Foot, Gait, GaitEvent, Stride
from stridesense.stage import Stage

_OTHER: Final = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}
_REMEMBERED: Final = 8


@dataclass(slots=True)
class BilateralState:
    """Per foot: the latest initial contacts in the host's time, and the way to that time."""

    contacts_host_s: dict[Foot, list[float]] = field(default_factory=dict)
    host_offset_s: dict[Foot, float] = field(default_factory=dict)


class Bilateral(Stage[Outcome, Outcome]):
    """Replaces the estimated flight of a running stride by the one seen between the two feet.

    The flight after a contact lasts from its terminal contact to the other foot's initial contact, known half
    a stride before the record is due. Where that was not seen, the estimate stays, and so does its flag.
    """

    _state: BilateralState

    def _initial_state(self) -> BilateralState:
        return BilateralState()

    @property
    def latency_s(self) -> float:
        """Nothing is held back."""
        return 0.0

    def process(self, item: Outcome) -> list[Outcome]:
        """Take an event or stride of either foot; return it, a stride with its flight where that was seen."""
        if isinstance(item, GaitEvent):
            self._remember(item)
        if isinstance(item, Stride) and item.gait is Gait.RUN and item.stride_time_s is not None:
            return [self._with_flight(item, item.initial_contact_s + item.stride_time_s)]
        return [item]

    def _remember(self, event: GaitEvent) -> None:
        self._state.host_offset_s[event.foot] = event.host_offset_s
        if event.kind is EventKind.INITIAL_CONTACT:
            contacts = self._state.contacts_host_s.setdefault(event.foot, [])
            contacts.append(event.t_s + event.host_offset_s)
            del contacts[:-_REMEMBERED]

    def _with_flight(self, stride: Stride, next_contact_s: float) -> Stride:
        other = _OTHER.get(stride.foot, Foot.UNKNOWN)
        offset_s = self._state.host_offset_s.get(stride.foot, 0.0)
        start_s, end_s = stride.terminal_contact_s + offset_s, next_contact_s + offset_s
        seen = [t for t in self._state.contacts_host_s.get(other, []) if start_s < t < end_s]
        if not seen:
            return stride
        flags = tuple(flag for flag in stride.flags if flag != FLIGHT_ESTIMATED)
        return replace(stride, flight_time_s=seen[0] - start_s, flags=flags)
