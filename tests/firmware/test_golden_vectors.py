"""The pod's C code makes the golden packets, byte for byte."""

import json
from binascii import crc_hqx
from typing import Any

import numpy as np
import pytest

from firmware.driving import SOURCE, UNSTAMPED, Firmware, Script

FILE = SOURCE.parents[1] / "vectors.json"
ALL: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
DATA = [vector for vector in ALL if vector["characteristic"] == "data"]
VECTORS = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in ALL}

BOTH_CLIPPED = 0x18

AT_208_HZ = VECTORS["config, 208 Hz, 16 g, 2000 dps"]
WRAP_INDEX, WRAP_US = 2**32 - 6, 2**32 - 4000
WRAPPING = VECTORS["data, sequence at its end, sample index and time about to wrap"]
COUNTS = np.frombuffer(WRAPPING[14:], "<i2").reshape(2, 6)


def asked(*, samples: int, checksum: bool = False) -> bytes:
    """The config of the vectors, with so many samples a packet."""
    return AT_208_HZ[:16] + bytes((samples, 0, 0, checksum)) + bytes(4)


def wrapping(*, samples: int, checksum: bool = False) -> Script:
    """A stream that sends two samples first and then those of the golden packet, at its counters and time."""
    script = Script().add("config", 0, asked(samples=samples, checksum=checksum)).add("config_id", 3).begin()
    script.add("counters", 2**16 - 4 // samples, WRAP_INDEX - 19 - 2, 0, 0, 0)
    three_periods_us = round(3e6 / 208)
    script.batch(np.zeros((19, 6), np.int16), WRAP_US - three_periods_us)
    script.batch(np.zeros((2, 6), np.int16), 0, stamped=UNSTAMPED)
    return script.batch(COUNTS, 0, stamped=UNSTAMPED)


@pytest.mark.parametrize("vector", DATA, ids=lambda vector: vector["name"])
def test_layout_of_data(firmware: Firmware, vector: dict[str, Any]) -> None:
    fields, packet = vector["fields"], bytes.fromhex(vector["hex"])
    header = [fields[name] for name in ("flags", "sequence", "sample_index", "time_us", "config_id")]
    rows = packet[14 : 14 + 12 * fields["sample_count"]]
    assert firmware.payloads(Script().add("frame", *header, rows), "data") == [packet]


@pytest.mark.parametrize("checksum", [False, True])
def test_stream_across_the_wrap(firmware: Firmware, *, checksum: bool) -> None:
    """The golden packet leaves out that samples of it stand at the end of the range; a stream does not."""
    packet = firmware.payloads(wrapping(samples=2, checksum=checksum).send(), "data")[-1]
    assert packet[1] == BOTH_CLIPPED | checksum << 6
    assert packet[:1] + packet[2:38] == WRAPPING[:1] + WRAPPING[2:]
    assert packet[38:] == (crc_hqx(packet[:38], 0xFFFF).to_bytes(2, "little") if checksum else b"")


def test_data_after_49_samples_were_lost(firmware: Firmware) -> None:
    level_read_us = WRAP_US + 51e6 / 208 + 700
    counts = np.arange(1, 7, dtype=np.int16)[np.newaxis]
    script = wrapping(samples=1).batch(counts, level_read_us, stamped=UNSTAMPED, overflow=True).send()
    packets = firmware.payloads(script, "data")
    assert packets[-1] == VECTORS["data, the next packet after 49 samples were lost on the pod"]


def test_info(firmware: Firmware) -> None:
    script = Script().add("control", 0, b"\x04\x01").add("read", 0)
    assert firmware.payloads(script, "info") == [VECTORS["info, left, in the shoe"]]


def test_config(firmware: Firmware) -> None:
    script = Script().add("config", 0, AT_208_HZ).add("config_id", 3).add("read", 0)
    assert firmware.payloads(script, "config") == [AT_208_HZ]


def test_status(firmware: Firmware) -> None:
    now_us = 12_345_678_901
    script = Script().add("config", 0, AT_208_HZ).begin().add("health", 3912, 87, 2534, 0)
    script.add("sync", now_us - 200, now_us, VECTORS["time sync request"])
    for batch in range(2):  # the stamps lie 1000 periods apart
        script.batch(np.zeros((1000, 6), np.int16), 1_000_000 + batch * 1e9 / 207.35, stamped=999)
    script.add("counters", 0, 0, 1_000_000, 19, 3).add("read", now_us)
    assert firmware.payloads(script, "status") == [VECTORS["status, streaming and synced"]]


def test_time_sync(firmware: Firmware) -> None:
    script = Script().add("sync", 5_000_000, 5_000_200, VECTORS["time sync request"])
    assert firmware.payloads(script, "time_sync") == [VECTORS["time sync response"]]


def test_start_refused_because_the_mtu_is_too_small(firmware: Firmware) -> None:
    script = Script().begin(mtu=23)
    assert firmware.payloads(script, "reply") == [VECTORS["control, start refused: MTU too small"]]
    assert not any(event.what == "start_sensor" for event in firmware.run(script))


@pytest.mark.parametrize(
    ("hexadecimal", "speed_mps", "cadence", "stride_length_cm", "running"),
    [
        ("04 80 03 AC", 3.5, 172, 0, True),
        ("00 00 02 AA", 2.0, 170, 0, False),
        ("01 00 00 A0 96 00", 0.0, 160, 150, False),
    ],
)
def test_running_speed_and_cadence(
    firmware: Firmware,
    hexadecimal: str,
    speed_mps: float,
    cadence: int,
    stride_length_cm: int,
    *,
    running: bool,
) -> None:
    script = Script().add("rsc_put", speed_mps * 256, cadence, stride_length_cm, running)
    assert firmware.payloads(script, "rsc") == [bytes.fromhex(hexadecimal)]
