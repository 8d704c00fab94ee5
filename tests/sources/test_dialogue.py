"""The talk that a description prescribes, step by step."""

from collections.abc import Callable

import pytest

from sources.memory_radio import MemoryConnection, MemoryPod
from stridesense.errors import DeviceError, LinkError
from stridesense.protocol import spec
from stridesense.sources.dialogue import Dialogue
from stridesense.sources.radio import Advertisement, MismatchError, RefusedError

HEAD = """
format = 1
name = "talker"
title = "A talker"
metrics = { cadence_spm = "data.cadence" }
least_payload_bytes = 30

[[recognise]]
name = "T"

[characteristics.data]
uuid = "2a53"
access = ["notify"]
size = 1
fields = { cadence = { offset = 0, type = "u8" } }

[characteristics.info]
uuid = ["2a01", "2a02"]
access = ["read"]

[characteristics.control]
uuid = "2a55"
access = ["write", "indicate"]

[characteristics.quick]
uuid = "2a56"
access = ["write-without-response"]
"""
DATA, INFO, OTHER_INFO, CONTROL, QUICK = (
    f"0000{number}-0000-1000-8000-00805f9b34fb" for number in ("2a53", "2a01", "2a02", "2a55", "2a56")
)


class Talk:
    """A dialogue with a pod that has every characteristic, and what it delivered."""

    def __init__(self, steps: str, change: Callable[[MemoryPod], object] = lambda _: None) -> None:
        self.pod = MemoryPod(Advertisement("P"), {DATA: b"", INFO: b"who", CONTROL: b"", QUICK: b""})
        change(self.pod)
        self.delivered: list[tuple[str, bytes]] = []
        described = spec.parse(HEAD + steps, "test")
        self.dialogue = Dialogue(
            MemoryConnection(self.pod), described, lambda role, value: self.delivered.append((role, value))
        )


async def test_each_step_is_done_in_its_order_and_each_value_delivered() -> None:
    talk = Talk(
        """
        [[start]]
        read = "info"
        [[start]]
        subscribe = "data"
        [[start]]
        wait_s = 0.001
        [[start]]
        write = "quick"
        text = "go"
        [[stop]]
        write = "control"
        bytes = "02"
        """,
        lambda pod: pod.answers.update({b"go": [(DATA, b"\x50")]}),
    )
    talk.dialogue.check()
    await talk.dialogue.start()
    assert talk.delivered == [("info", b"who"), ("data", b"\x50")]
    await talk.dialogue.stop()
    assert talk.pod.asked == ["read 2a01", "subscribe 2a53", "send 2a56 676f", "write 2a55 02"]


async def test_the_other_uuid_is_as_good() -> None:
    talk = Talk('[[start]]\nread = "info"', lambda pod: pod.values.update({OTHER_INFO: pod.values.pop(INFO)}))
    talk.dialogue.check()
    await talk.dialogue.start()
    assert talk.delivered == [("info", b"who")]


def test_a_missing_characteristic_is_named() -> None:
    talk = Talk('[[start]]\nsubscribe = "data"', lambda pod: pod.values.pop(DATA))
    with pytest.raises(MismatchError, match=r"no characteristic `data` \(00002a53-.*of A talker: update"):
        talk.dialogue.check()


async def test_what_is_optional_may_be_missing_and_may_be_refused() -> None:
    talk = Talk(
        """
        [[start]]
        read = "info"
        optional = true
        [[start]]
        write = "quick"
        bytes = "07"
        optional = true
        """,
        lambda pod: (pod.values.pop(INFO), pod.refusals.update({b"\x07": RefusedError("no")})),
    )
    talk.dialogue.check()
    await talk.dialogue.start()
    assert talk.delivered == []


async def test_a_lost_connection_is_no_matter_of_option() -> None:
    talk = Talk(
        '[[start]]\nread = "info"\noptional = true', lambda pod: pod.values.update({INFO: LinkError("gone")})
    )
    with pytest.raises(LinkError, match="gone"):
        await talk.dialogue.start()


def test_packets_that_are_too_small_are_said() -> None:
    talk = Talk("", lambda pod: setattr(pod, "payload_bytes", 20))
    with pytest.raises(DeviceError, match=r"20 bytes \(MTU\), A talker needs 30: use another Bluetooth"):
        talk.dialogue.check()


COMMAND = """
[[start]]
subscribe = "control"
[[start]]
write = "control"
bytes = "01 03"
keep_as = "answer"
[start.reply]
on = "control"
begins = "81"
status_at = 1
fine = [0, 4]
within_s = 0.05
faults = { 6 = "the battery is low; charge it" }
[[start]]
write = "quick"
bytes = "0a"
when = { answer = "81 00" }
[[start]]
write = "quick"
bytes = "0b"
when = { answer = "81 04" }
"""


def answering(*answers: bytes) -> Callable[[MemoryPod], object]:
    """A pod that says all this as soon as it is written to, before that is confirmed."""
    return lambda pod: pod.answers.update({b"\x01\x03": [(CONTROL, answer) for answer in answers]})


@pytest.mark.parametrize(("status", "follows"), [(0, "send 2a56 0a"), (4, "send 2a56 0b")])
async def test_the_answer_decides_what_follows(status: int, follows: str) -> None:
    talk = Talk(COMMAND, answering(b"\x85\x09", bytes([0x81, status, 0xFF])))
    await talk.dialogue.start()
    assert talk.pod.asked[2:] == [follows]
    assert talk.delivered[-1] == ("control", bytes([0x81, status, 0xFF]))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([b"\x81\x06"], "the battery is low; charge it"),
        ([b"\x81\x09"], r"refuses to start \(status 9\)"),
        ([b"\x81"], "the pod's answer `81` ends before its status"),
        ([b"\x80\x00"], r"no answer to `01 03` within 0\.05 s"),
        ([], r"no answer to `01 03` within 0\.05 s"),
    ],
)
async def test_an_answer_that_is_not_fine_ends_the_start(answers: list[bytes], sentence: str) -> None:
    talk = Talk(COMMAND, answering(*answers))
    with pytest.raises(DeviceError, match=sentence):
        await talk.dialogue.start()
    assert "quick" not in " ".join(talk.pod.asked)


async def test_a_second_answer_and_a_late_one_are_only_delivered() -> None:
    talk = Talk(COMMAND, answering(b"\x81\x00", b"\x81\x06"))
    await talk.dialogue.start()
    talk.pod.listeners[CONTROL](b"\x81\x09")
    assert [value for _, value in talk.delivered] == [b"\x81\x00", b"\x81\x06", b"\x81\x09"]
