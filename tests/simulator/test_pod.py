"""The virtual pod speaks SOFP v1 to the byte: the golden vectors that define an encoding."""

import numpy as np
import pytest

from stridesense.simulator.pod import (
    CRC_APPENDED,
    FIFO_OVERFLOW,
    Config,
    ControlStatus,
    Data,
    Info,
    Status,
    TimeSync,
    control_reply,
    samples_per_packet,
)

LAST_TWO = np.array(
    [[0, 0, 2049, 0, 0, 0], [-4098, 2049, 32767, 14286, -14286, -32768]],
    dtype=np.int16,
)
WRAP = (
    "11 00 FF FF FA FF FF FF 60 F0 FF FF 02 03"
    " 00 00 00 00 01 08 00 00 00 00 00 00 FE EF 01 08 FF 7F CE 37 32 C8 00 80"
)


def test_data_that_wraps_its_counters() -> None:
    data = Data(0, 65535, 4294967290, 4294963296, 3, LAST_TWO)

    assert data.serialize() == bytes.fromhex(WRAP)


def test_data_with_its_crc() -> None:
    data = Data(CRC_APPENDED, 65535, 4294967290, 4294963296, 3, LAST_TWO)

    assert data.serialize() == bytes.fromhex(WRAP.replace("11 00", "11 40", 1) + " 92 EF")


def test_data_after_an_overflow() -> None:
    data = Data(FIFO_OVERFLOW, 65536, 45, 241192, 3, np.arange(1, 7, dtype=np.int16)[np.newaxis])

    assert data.serialize() == bytes.fromhex(
        "11 01 00 00 2D 00 00 00 28 AE 03 00 01 03 01 00 02 00 03 00 04 00 05 00 06 00"
    )


def test_info() -> None:
    info = Info(side=1, unique_id=bytes(range(1, 9)))

    assert info.serialize() == bytes.fromhex(
        "01 00 01 02 0F 00 00 00 01 00 01 00 00 00 00 01 01 02 03 04 05 06 07 08 40 42 0F 00 F4 00 00 00"
    )


def test_config() -> None:
    config = Config(3, 208, 16, 2000, 0.0047856452, 0.00122173048)

    assert config.serialize() == bytes.fromhex(
        "03 03 D0 00 10 00 D0 07 E7 D0 9C 3B 79 22 A0 3A 00 00 00 00 00 00 00 00"
    )


def test_status() -> None:
    status = Status(
        device_us=12_345_678_901,
        samples=1_000_000,
        lost_samples=19,
        dropped_packets=3,
        battery_percent=87,
        state=0x09,
        temperature_c=25.34,
        battery_mv=3912,
        rate_hz=207.350,
    )

    assert status.serialize() == bytes.fromhex(
        "35 1C DC DF 02 00 00 00 40 42 0F 00 13 00 00 00 03 00 57 09 E6 09 48 0F F6 29 03 00"
    )


@pytest.mark.parametrize(("value", "size"), [(Info(2, bytes(8)), 32), (Config(1, 416, 8, 500, 1.0, 1.0), 24)])
def test_sizes_are_as_the_gatt_table_says(value: Info | Config, size: int) -> None:
    assert len(value.serialize()) == size


@pytest.mark.parametrize(
    ("half", "vector"),
    [
        (
            TimeSync(0, 0x1234, 1_700_000_000_000_000),
            "01 00 34 12 00 40 1E 18 24 0A 06 00" + 16 * " 00",
        ),
        (
            TimeSync(1, 0x1234, 1_700_000_000_000_000, 5_000_000, 5_000_200),
            "01 01 34 12 00 40 1E 18 24 0A 06 00 40 4B 4C 00 00 00 00 00 08 4C 4C 00 00 00 00 00",
        ),
    ],
)
def test_both_halves_of_a_time_sync(half: TimeSync, vector: str) -> None:
    assert half.serialize() == bytes.fromhex(vector)


def test_a_start_refused_for_its_mtu() -> None:
    assert control_reply(1, ControlStatus.MTU_TOO_SMALL) == bytes.fromhex("81 05")


@pytest.mark.parametrize(("mtu", "samples"), [(23, 0), (100, 6), (185, 14), (247, 19), (517, 19)])
def test_how_many_samples_fit_an_mtu(mtu: int, samples: int) -> None:
    assert samples_per_packet(mtu - 3) == samples
