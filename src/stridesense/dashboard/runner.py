"""What is known of one runner, so that a page that joins late shows the same as the others."""

from collections import deque
from typing import Final

from stridesense.contract.topics import Kind
from stridesense.dashboard.said import Said, to_json
from stridesense.dashboard.track import Track
from stridesense.model import Foot

REMEMBERED: Final = 20
"""Cues and marks that are kept; our own choice."""

LIVE: Final = frozenset({Kind.STRIDE, Kind.READING, Kind.LINK, Kind.SUMMARY})
"""Kinds that are never retained: who says them is there now."""


class Runner:
    """The latest message of each topic of a device, its strides, its last cues and marks.

    Attributes:
        is_live: whether it was heard of by more than what a broker keeps.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._latest: dict[tuple[Kind, Foot | None], Said] = {}
        self.is_live = False
        self._tracks = {foot: Track() for foot in Foot}
        self._lately: dict[Kind, deque[Said]] = {
            kind: deque(maxlen=REMEMBERED) for kind in (Kind.CUE, Kind.MARK)
        }

    def take(self, said: Said) -> None:
        """Remember it."""
        self._latest[said.kind, said.foot] = said
        self.is_live = self.is_live or said.kind in LIVE
        if said.kind in self._lately:
            self._lately[said.kind].append(said)
        if said.kind is Kind.STRIDE and said.foot is not None:
            self._tracks[said.foot].add(said.payload)

    def to_json(self) -> str:
        """All of it, as the page's greeting has it."""
        latest = ",".join(said.json for said in self._latest.values())
        strides = ",".join(f'"{foot}":{track.to_json()}' for foot, track in self._tracks.items())
        cues, marks = (
            to_json([said.payload for said in self._lately[kind]]) for kind in (Kind.CUE, Kind.MARK)
        )
        return (
            f'{{"device":{to_json(self._device)},"latest":[{latest}],"strides":{{{strides}}},'
            f'"cues":{cues},"marks":{marks}}}'
        )
