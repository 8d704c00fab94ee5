"""What a test turns on a pod: the runner's time, and what is wrong."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bumble.att import ErrorCode


class RunClock:
    """The virtual runner's time: it begins with the first stream, and goes `speed` times as fast as ours.

    Pods that share a clock are worn by one runner.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._switched_on_s = time.monotonic()
        self.lead_s: float | None = None
        """How long the pods had been switched on when the run began; None before."""

    def powered_s(self) -> float:
        """Seconds since the pods were switched on."""
        return (time.monotonic() - self._switched_on_s) * self._speed

    def begin(self) -> float:
        """Let the run begin if it has not, and tell which second of it is now."""
        if self.lead_s is None:
            self.lead_s = self.powered_s()
        return self.powered_s() - self.lead_s

    async def until(self, run_s: float) -> None:
        """Wait for a second of the run; if it is past, only let others work."""
        await asyncio.sleep(max(0.0, run_s - self.begin()) / self._speed)


@dataclass
class Faults:
    """What is wrong with a pod, to be set at any time.

    Attributes:
        silent: nothing is notified, although somebody is connected and subscribed.
        refuse_writes: every command is refused with this ATT error.
        refuse_subscriptions: every change of a subscription is refused with this ATT error.
        refuse_start: a start is answered with this status of the pod's protocol.
        needs_pairing: commands and subscriptions are refused on a link that is not encrypted.
        garble: what becomes of a value of the stream on its way out.
    """

    silent: bool = False
    refuse_writes: ErrorCode | None = None
    refuse_subscriptions: ErrorCode | None = None
    refuse_start: int | None = None
    needs_pairing: bool = False
    garble: Callable[[bytes], bytes] | None = None
