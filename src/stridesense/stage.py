"""The contract that every step of the river signs.

A stage is synchronous and pure: no clock, no file, no thread. It is fed items one by one and answers with
the items that became certain. How its input is cut into items never changes what comes out.
"""

from abc import ABC, abstractmethod
from copy import deepcopy
from typing import Generic, TypeVar

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Stage(ABC, Generic[In_contra, Out_co]):
    """One step of the river: `process` items, `flush` at the end, `reset` to begin again.

    All that changes while items flow is in one state object, made by `_initial_state`, which can be taken
    out and put back whole: a run continues elsewhere exactly as it would have here.
    """

    def __init__(self) -> None:
        self._state = self._initial_state()

    @abstractmethod
    def _initial_state(self) -> object:
        """A fresh state: what a new stage starts from."""

    @property
    @abstractmethod
    def latency_s(self) -> float:
        """The longest time in seconds that an output may come after the moment it tells of."""

    @abstractmethod
    def process(self, item: In_contra) -> list[Out_co]:
        """Take one item, return what became certain, in order."""

    def flush(self) -> list[Out_co]:
        """The stream has ended: return what is still held back, in order."""
        return []

    def reset(self) -> None:
        """Forget the stream; afterwards the stage equals a new one."""
        self._state = self._initial_state()

    @property
    def state(self) -> object:
        """A copy of the state, to be put back with the setter, here or in another stage with equal params."""
        return deepcopy(self._state)

    @state.setter
    def state(self, state: object) -> None:
        self._state = deepcopy(state)
