import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol.decoding import blocks, decode, malformed
from stridesense.errors import DeviceError
from stridesense.model import Foot, Malformed, RawPacket
from stridesense.protocol.decoder import Decoder
from stridesense.protocol.frames import codec

FOLDER = Path(__file__).parents[2] / "firmware_protocols" / "stridesense_pod"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text())["vectors"]
DATA = [vector for vector in VECTORS if vector["characteristic"] == "data"]


def payload_of(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["hex"])


def raw(vector: dict[str, Any], payload: bytes | None = None) -> RawPacket:
    return RawPacket(Foot.LEFT, "sofp", vector["characteristic"], payload or payload_of(vector), 0)


def config_for(vector: dict[str, Any]) -> RawPacket:
    return raw(next(other for other in VECTORS if other["name"] == vector["config"]))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
@pytest.mark.parametrize("trailing", [b"", b"\x00", b"newer firmware"])
def test_golden_packet_has_its_values_with_and_without_trailing_bytes(
    vector: dict[str, Any], trailing: bytes
) -> None:
    values = codec("sofp").values(vector["characteristic"], payload_of(vector) + trailing)
    assert values.keys() == vector["fields"].keys()
    for name, expected in vector["fields"].items():
        value = values[name]
        assert value == (
            bytes.fromhex(expected) if isinstance(value, bytes) else pytest.approx(expected, rel=1e-7)
        )


@pytest.mark.parametrize("vector", DATA, ids=lambda vector: vector["name"])
def test_golden_data_becomes_samples_in_si(vector: dict[str, Any]) -> None:
    (block,) = blocks(decode([config_for(vector), raw(vector)]))
    np.testing.assert_allclose(block.acc_mps2, vector["acc_mps2"], rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(block.gyr_radps, vector["gyr_radps"], rtol=1e-7, atol=1e-6)
    assert block.clipped.tolist() == [False, True][: len(block)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_packet_cut_at_any_length_is_malformed(vector: dict[str, Any]) -> None:
    whole = payload_of(vector)
    for length in range(len(whole)):
        decoder = Decoder()
        if vector in DATA:
            decoder.process(config_for(vector))
        cut = RawPacket(Foot.LEFT, "sofp", vector["characteristic"], whole[:length], 7)
        (item,) = decoder.process(cut)
        assert isinstance(item, Malformed)
        assert item.arrival_ns == 7
        assert str(length) in item.reason
        assert decoder.counters[Foot.LEFT].malformed == 1


def test_broken_checksum_is_malformed() -> None:
    with_checksum = next(vector for vector in DATA if vector["fields"]["flags"] == 64)
    payload = bytearray(payload_of(with_checksum))
    payload[20] ^= 1
    (item,) = malformed(decode([config_for(with_checksum), raw(with_checksum, bytes(payload))]))
    assert "checksum" in item.reason


def test_losses_across_the_wrap_are_49_samples_at_208_hz() -> None:
    first, after = DATA[0], DATA[2]
    block, gap, later = decode([config_for(first), raw(first), raw(after)])
    assert gap.missing_samples == 49
    assert later.first_index == 51
    assert (later.t_s[0] - block.t_s[0]) == pytest.approx(0.245192)


def test_packet_kind_that_is_not_described_is_malformed() -> None:
    payload = b"\x13" + payload_of(DATA[0])[1:]
    (item,) = malformed(decode([config_for(DATA[0]), raw(DATA[0], payload)]))
    assert "kind 19" in item.reason


def test_unknown_characteristic_is_named() -> None:
    with pytest.raises(DeviceError, match="'steps'"):
        codec("sofp").values("steps", b"")
