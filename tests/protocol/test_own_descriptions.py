"""Descriptions that somebody else wrote: whatever is accepted can be followed, byte by byte."""

import struct
from collections.abc import Callable
from math import nan

import pytest

from protocol.decoding import blocks, decode, malformed
from stridesense.errors import DeviceError
from stridesense.model import Foot, PodReading, RawPacket
from stridesense.protocol import frames, spec
from stridesense.protocol.decoder import Decoder

HEAD = """
format = 1
name = "own"
title = "Own"
[[recognise]]
name = "Own"
[characteristics.data]
uuid = "2a00"
access = ["notify"]
size = 2
[characteristics.data.fields]
"""
BOTH = """
[[samples]]
channels = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]
type = "i16"
acc = { unit = "g", scale = 0.001, range = 16 }
gyr = { unit = "deg/s", scale = 0.06, range = 2000 }
"""
TIME = """
[time]
nominal_rate_hz = 100
"""
CONFIG = """
[characteristics.config]
uuid = "2a01"
access = ["read"]
size = 1
[characteristics.config.fields]
id = { offset = 0, type = "u8" }
"""
STREAM = (
    HEAD
    + """
kind = { offset = 0, type = "u8" }
version = { offset = 1, type = "u8", equals = 0x61 }
[frames]
come = "stream"
"""
    + BOTH
    + 'begins = "55"\ncount = 1\n'
    + TIME
)
FRAME = b"\x55\x61" + bytes(12)

Follow = Callable[[str], None]


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Makes the decoder know one more description."""

    def take(text: str) -> None:
        described = spec.parse(text, "own.toml")
        pod = frames.PodCodec(described)
        for module in ("pods", "readings", "reports"):
            monkeypatch.setattr(f"stridesense.protocol.{module}.codec", lambda _: pod)
        monkeypatch.setattr("stridesense.protocol.registry.find", lambda _: described)

    return take


def sent(*values: bytes, role: str = "data") -> list[RawPacket]:
    return [RawPacket(Foot.LEFT, "own", role, value, 10**7 * k) for k, value in enumerate(values)]


def test_stream_goes_on_after_bytes_that_only_begin_like_a_frame(follow: Follow) -> None:
    follow(STREAM)
    items = decode(sent(b"\x55", b"\x00" * 13, *[FRAME] * 50))
    assert sum(map(len, blocks(items))) == 50
    assert len(malformed(items)) == 1


def test_frames_before_a_broken_one_in_a_value_are_kept(follow: Follow) -> None:
    follow(STREAM)
    items = decode(sent(FRAME, FRAME + b"\x55\x00" + bytes(12), FRAME))
    assert sum(map(len, blocks(items))) == 3


def test_frame_of_no_rows_does_not_hold_the_stream_up(follow: Follow) -> None:
    follow(STREAM.replace(", equals = 0x61", "").replace("count = 1", 'count = "data.version"\noffset = 1'))
    items = decode(sent(b"\x55\x00" * 20, b"\x55\x01" + bytes(12)))
    assert malformed(items)


def test_battery_in_a_stream_is_read_where_a_value_begins_with_a_frame(follow: Follow) -> None:
    follow(STREAM + '[facts]\nbattery_percent = "data.version"\n')
    items = decode(sent(*[FRAME[:13], FRAME[13:]] * 20))
    assert sum(map(len, blocks(items))) == 20
    assert not malformed(items)


def test_rows_that_begin_beyond_the_frame_are_malformed(follow: Follow) -> None:
    follow(HEAD + BOTH + 'count = "length"\noffset = 40\n' + TIME)
    (item,) = decode(sent(bytes(26)))
    assert malformed([item]) == [item]


def test_config_is_looked_up_even_where_nothing_is_read_from_it(follow: Follow) -> None:
    named = 'made_with = "data.made_with"\nconfig_id = "config.id"\ncount = "length"\n'
    follow(HEAD + 'made_with = { offset = 0, type = "u8" }\n' + BOTH + named + TIME + CONFIG)
    config = sent(b"\x00", role="config")
    assert malformed(decode(sent(bytes(26))))
    assert len(blocks(decode([*config, *sent(bytes(26))]))) == 1


def test_name_of_a_config_is_a_plain_count() -> None:
    named = 'made_with = "data.made_with"\nconfig_id = "config.id"\ncount = "length"\n'
    text = HEAD + 'made_with = { offset = 0, type = "u8" }\n' + BOTH + named + TIME + CONFIG
    with pytest.raises(DeviceError, match="no plain count"):
        spec.parse(
            text.replace('0, type = "u8" }\n', '0, type = "i8" }\n').replace(
                'made_with = { offset = 0, type = "i8"', 'made_with = { offset = 0, type = "u8"'
            ),
            "own.toml",
        )


def test_count_of_64_bits_is_no_sample_index() -> None:
    text = (
        HEAD.replace("size = 2", "size = 8") + 'count = { offset = 0, type = "u64" }\n' + BOTH + "count = 1\n"
    )
    with pytest.raises(DeviceError, match="name a count of 32 bits at most"):
        spec.parse(text + TIME + '[loss]\nsample_index = "data.count"\n', "own.toml")


def test_the_newest_configs_are_known(follow: Follow) -> None:
    named = 'made_with = "data.made_with"\nconfig_id = "config.id"\ncount = "length"\n'
    follow(HEAD + 'made_with = { offset = 0, type = "u8" }\n' + BOTH + named + TIME + CONFIG)
    decoder = Decoder()
    for k in range(40):
        decoder.process(RawPacket(Foot.LEFT, "own", "config", bytes([k]), 0))
    assert not blocks(decode(sent(bytes([23]) + bytes(25)), decoder))
    assert blocks(decode(sent(bytes([24]) + bytes(25)), decoder))


FIGURES = """
format = 1
name = "own"
title = "Own"
[[recognise]]
name = "Own"
[characteristics.told]
uuid = "2a00"
access = ["notify"]
size = 1
[characteristics.told.fields]
flags = { type = "u8", bits = { more = 0 } }
state = { type = "u8", bits = { runs = 0 }, when = "flags.more" }
speed_mps = { type = "f32" }
[metrics]
speed_mps = "told.speed_mps"
running = "told.state.runs"
[facts]
battery_percent = "told.state"
"""


def test_what_is_absent_is_not_told(follow: Follow) -> None:
    follow(FIGURES)
    decoder = Decoder()
    values = [b"\x00" + struct.pack("<f", 3.0), b"\x01\x01" + struct.pack("<f", 4.0)]
    items = decode(sent(*values, role="told"), decoder)
    assert [(item.speed_mps, item.running) for item in items if isinstance(item, PodReading)] == [
        (3.0, None),
        (4.0, True),
    ]


def test_figure_that_is_no_number_is_not_told(follow: Follow) -> None:
    follow(FIGURES)
    assert decode(sent(b"\x00" + struct.pack("<f", nan), role="told")) == []


def test_constant_among_fields_in_turn_is_checked(follow: Follow) -> None:
    follow(FIGURES.replace('flags = { type = "u8",', 'flags = { type = "u8", equals = 0,'))
    items = decode(sent(b"\x01\x01" + struct.pack("<f", 4.0), role="told"))
    assert [item.reason for item in malformed(items)] == ["told has flags 1, described is 0"]
