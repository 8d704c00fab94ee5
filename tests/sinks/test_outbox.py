"""The outbox against a plain list: nothing late, nothing twice, nothing unaccounted for."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stridesense.contract.topics import Kind
from stridesense.sinks.outbox import GIVE_WAY, Message, Outbox

CAPACITY = 5


def message(number: int, kind: Kind = Kind.CUE, deadline_s: float = 10.0) -> Message:
    return Message(kind, "topic", str(number).encode(), deadline_s)


class OutboxAgainstList(RuleBasedStateMachine):
    """Anything may happen in any order; the list is what the outbox ought to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox(CAPACITY)
        self.waiting: list[Message] = []
        self.flying: Message | None = None
        self.landed: list[int] = []
        self.produced = self.delivered = self.cut_off = self.refused = self.overflowed = 0
        self.now_s = 0.0

    def forget_expired(self) -> None:
        self.waiting = [message for message in self.waiting if message.deadline_s > self.now_s]

    @rule(kind=st.sampled_from(GIVE_WAY), ttl_s=st.floats(0.0, 4.0))
    def put(self, kind: Kind, ttl_s: float) -> None:
        new = message(self.produced, kind, self.now_s + ttl_s)
        self.produced += 1
        self.outbox.put(new, self.now_s)
        self.forget_expired()
        self.waiting.append(new)
        if len(self.waiting) > CAPACITY:
            least = next(kind for kind in GIVE_WAY if kind in {waiting.kind for waiting in self.waiting})
            victim = next(waiting for waiting in self.waiting if waiting.kind is least)
            self.waiting.remove(victim)
            self.overflowed += 1

    @rule(step_s=st.floats(0.0, 2.0))
    def let_time_pass(self, step_s: float) -> None:
        self.now_s += step_s

    @precondition(lambda self: self.flying is None)
    @rule()
    def take(self) -> None:
        self.forget_expired()
        expected = self.waiting.pop(0) if self.waiting else None
        self.flying = self.outbox.take(self.now_s)
        assert self.flying is expected
        if self.flying is not None:
            assert self.flying.deadline_s > self.now_s
            assert int(self.flying.payload) not in self.landed

    def land(self) -> None:
        assert self.flying is not None
        self.landed.append(int(self.flying.payload))
        self.flying = None

    @precondition(lambda self: self.flying is not None)
    @rule()
    def deliver(self) -> None:
        self.outbox.deliver()
        self.delivered += 1
        self.land()

    @precondition(lambda self: self.flying is not None)
    @rule()
    def lose_the_link_in_flight(self) -> None:
        self.outbox.cut_off()
        self.cut_off += 1
        self.land()

    @precondition(lambda self: self.flying is not None)
    @rule()
    def be_refused(self) -> None:
        self.outbox.refuse()
        self.refused += 1
        self.land()

    @precondition(lambda self: self.flying is not None)
    @rule()
    def put_back(self) -> None:
        self.outbox.put_back()
        assert self.flying is not None
        self.waiting.insert(0, self.flying)
        self.flying = None

    @invariant()
    def every_message_is_accounted_for(self) -> None:
        counters = self.outbox.counters(self.now_s)
        self.forget_expired()
        assert counters.waiting == len(self.waiting) + (self.flying is not None)
        assert counters.produced == self.produced
        assert counters.delivered == self.delivered
        assert counters.overflowed == self.overflowed
        assert (counters.unconfirmed, counters.refused) == (self.cut_off, self.refused)
        parts = counters.delivered + counters.expired + counters.overflowed + counters.waiting
        assert parts == counters.produced

    @invariant()
    def the_outbox_is_bounded(self) -> None:
        assert self.outbox.counters(self.now_s).waiting <= CAPACITY + 1

    def teardown(self) -> None:
        if self.flying is not None:
            self.outbox.cut_off()
        self.outbox.close()
        counters = self.outbox.counters(self.now_s)
        assert counters.waiting == 0
        assert counters.delivered + counters.expired + counters.overflowed == counters.produced


TestOutboxAgainstList = OutboxAgainstList.TestCase
TestOutboxAgainstList.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_a_cue_outranks_every_stride() -> None:
    outbox = Outbox(capacity=3)
    outbox.put(message(0, Kind.CUE), 0.0)
    for number in range(1, 10):
        outbox.put(message(number, Kind.STRIDE), 0.0)
    taken = []
    while (flying := outbox.take(0.0)) is not None:
        taken.append(int(flying.payload))
        outbox.deliver()
    assert taken == [0, 8, 9]


def test_a_second_message_in_flight_is_a_mistake_of_the_caller() -> None:
    outbox = Outbox()
    outbox.put(message(0), 0.0)
    outbox.put(message(1), 0.0)
    outbox.take(0.0)
    with pytest.raises(RuntimeError, match="one message at a time"):
        outbox.take(0.0)


def test_ending_a_flight_that_never_began_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(RuntimeError, match="no message is in flight"):
        Outbox().deliver()
