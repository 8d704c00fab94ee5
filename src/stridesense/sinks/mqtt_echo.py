"""Whether a broker passes on what we say, where it would not tell us that it does not.

A broker of MQTT 3.1.1 takes a message that its rules forbid like any other and drops it, and one of MQTT 5
does so with QoS 0. What shows it is that we do not hear ourselves: before the first message on a topic we
subscribe to it, and leave again as soon as the message has come back.
"""

from collections.abc import Callable
from typing import Final, Protocol

PATIENCE_S: Final = 5.0
"""For how long a message may stay out before that is remarked; our own choice."""


class Timer(Protocol):
    """What `later` gives back."""

    def cancel(self) -> None:
        """Forget it."""


class Echo:
    """Listens on one connection for what we say ourselves.

    Args:
        subscribe: asks for a topic, at once, and gives the request a number; None when that is not possible.
        leave: asks no longer for a topic.
        later: does something after so many seconds.
        matches: whether a filter, given first, takes in a topic.
        tell: takes a topic on which nothing came back.
    """

    def __init__(
        self,
        subscribe: Callable[[str], int | None],
        leave: Callable[[str], None],
        later: Callable[[float, Callable[[], None]], Timer],
        matches: Callable[[str, str], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._subscribe, self._leave, self._later = subscribe, leave, later
        self._matches, self._tell = matches, tell
        self._known: set[str] = set()
        self._requests: dict[int, str] = {}
        self._awaited: dict[str, Timer] = {}
        self._wanted: set[str] = set()

    def want(self, topics: str) -> None:
        """Somebody else wants what comes on `topics`, too, from now on; it may hold wildcards."""
        self._wanted.add(topics)

    def expect(self, topic: str, *, subscribing: bool) -> None:
        """A message on `topic` is about to leave; see whether it comes back if it is the first one.

        Args:
            topic: where it goes.
            subscribing: whether to subscribe where nobody wants the topic anyway.
        """
        if topic in self._known:
            return
        if not self._is_wanted(topic):
            if not subscribing:
                return
            if (request := self._subscribe(topic)) is None:
                return
            self._requests[request] = topic
        self._known.add(topic)
        self._awaited[topic] = self._later(PATIENCE_S, lambda: self._tell(topic))

    def answer(self, request: int, *, granted: bool) -> bool:
        """Take the answer to a subscription; whether it was one of ours."""
        topic = self._requests.pop(request, None)
        if topic is not None and not granted:
            self._settle(topic)  # who may not listen learns nothing from silence
        return topic is not None

    def hear(self, topic: str, *, retained: bool) -> bool:
        """Take what came on `topic`; whether nobody else wants it."""
        if not retained and topic in self._awaited:
            self._settle(topic)
            if not self._is_wanted(topic):
                self._leave(topic)
        return topic in self._known and not self._is_wanted(topic)

    def close(self) -> None:
        """The connection is over, and silence means nothing any more."""
        for topic in [*self._awaited]:
            self._settle(topic)

    def _is_wanted(self, topic: str) -> bool:
        return any(self._matches(wanted, topic) for wanted in self._wanted)

    def _settle(self, topic: str) -> None:
        if timer := self._awaited.pop(topic, None):
            timer.cancel()
