"""Every golden vector of every pod: its fields, its numbers, its samples in SI, its refusal."""

import numpy as np
import pytest

from protocol.decoding import Item, blocks, decode, gaps, malformed
from protocol.vectors import POD_FOLDERS, Vector, all_with, heard_before, payload_of, vectors
from stridesense.errors import DeviceError
from stridesense.model import Foot, Gap, Malformed, RawPacket, SampleBlock
from stridesense.model.samples import FloatArray
from stridesense.protocol import registry, spec
from stridesense.protocol.builtin import Rows, builtin
from stridesense.protocol.decoder import Decoder
from stridesense.protocol.frames import codec

SOFP = vectors("stridesense_pod")
SOFP_DATA = [vector for vector in SOFP if vector["characteristic"] == "data"]
ORIGINS = {"REAL", "TEST", "DOC", "SYN"}
OUTCOMES = {"fields", "numbers", "acc_mps2", "nothing", "malformed"}


def raw(vector: Vector, payload: bytes | None = None) -> RawPacket:
    whole = payload_of(vector) if payload is None else payload
    return RawPacket(Foot.LEFT, vector["protocol"], vector["characteristic"], whole, 0)


def told_before(vector: Vector) -> Decoder:
    """A decoder that has heard what must come before the vector."""
    decoder = Decoder()
    for other in heard_before(vector):
        decoder.process(raw(other))
    return decoder


def about_samples(items: list[Item]) -> list[Item]:
    """What was said of the samples, without reports on the pod."""
    return [item for item in items if isinstance(item, SampleBlock | Gap | Malformed)]


def rows_of(vector: Vector) -> list[tuple[int, FloatArray]]:
    """The samples before scaling, with the kind of frame that they come from."""
    described = registry.find(vector["protocol"])
    if described.codec is None:
        return codec(described.name).rows(vector["characteristic"], payload_of(vector))
    pod = builtin(described.codec)
    for other in heard_before(vector):
        pod.cut(other["characteristic"], payload_of(other))
    cut = pod.cut(vector["characteristic"], payload_of(vector))
    return [(rows.kind, rows.numbers) for rows in cut if isinstance(rows, Rows)]


@pytest.mark.parametrize("folder", POD_FOLDERS, ids=lambda folder: folder.name)
def test_every_pod_is_described_and_has_vectors(folder) -> None:  # noqa: ANN001  a Path
    described = spec.parse((folder / "protocol.toml").read_text(encoding="utf-8"), str(folder))
    named = {vector["protocol"] for vector in vectors(folder.name)}
    assert named == {described.name}
    assert registry.find(described.name) == described
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# ")


@all_with()
def test_vector_says_where_it_is_from_and_what_it_means(vector: Vector) -> None:
    assert vector["origin"] in ORIGINS
    assert vector["source"]
    assert OUTCOMES & vector.keys()
    assert ("acc_mps2" in vector) == ("gyr_radps" in vector)


@all_with("fields")
@pytest.mark.parametrize("trailing", [b"", b"\x00", b"newer firmware"])
def test_fields_are_as_stated_with_and_without_trailing_bytes(vector: Vector, trailing: bytes) -> None:
    values = codec(vector["protocol"]).values(vector["characteristic"], payload_of(vector) + trailing)
    assert values.keys() == vector["fields"].keys()
    for name, expected in vector["fields"].items():
        value = values[name]
        assert value == (
            bytes.fromhex(expected) if isinstance(value, bytes) else pytest.approx(expected, rel=1e-7)
        )


@all_with("fields")
def test_fields_cut_short_are_refused(vector: Vector) -> None:
    role = vector["characteristic"]
    size = registry.find(vector["protocol"]).characteristics[role].size
    for length in range(size):
        with pytest.raises(DeviceError, match=f"{role} has {length} bytes"):
            codec(vector["protocol"]).values(role, payload_of(vector)[:length])


@all_with("numbers")
def test_numbers_are_as_stated(vector: Vector) -> None:
    ((kind, numbers),) = rows_of(vector)
    expected = np.array(vector["numbers"], dtype=np.float64) * vector.get("factor", 1.0)
    within = vector.get("within", 0.0)
    assert kind == vector.get("kind", 0)
    assert len(numbers) == vector.get("count", len(expected))
    np.testing.assert_allclose(numbers[: len(expected)], expected, rtol=1e-6, atol=within + 1e-9)


@all_with("sums")
def test_long_frames_end_and_sum_as_stated(vector: Vector) -> None:
    ((_, numbers),) = rows_of(vector)
    np.testing.assert_allclose(numbers[-1], np.multiply(vector["last"], vector["factor"]), rtol=1e-6)
    np.testing.assert_allclose(numbers.sum(axis=0), np.multiply(vector["sums"], vector["factor"]), rtol=1e-6)


@all_with("acc_mps2")
def test_samples_in_si_are_as_stated(vector: Vector) -> None:
    found = blocks(decode([raw(vector)], told_before(vector)))
    acc_mps2 = np.concatenate([block.acc_mps2 for block in found])
    gyr_radps = np.concatenate([block.gyr_radps for block in found])
    np.testing.assert_allclose(acc_mps2, vector["acc_mps2"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(gyr_radps, vector["gyr_radps"], rtol=1e-6, atol=1e-6)


COUNTED = {"sofp", "bluest", "xsens_dot", "wearable_my_foot"}
"""Pods whose packets say how many samples they hold; where the length says it, every byte belongs to one."""


@all_with("acc_mps2")
def test_a_newer_firmware_may_append_what_it_likes(vector: Vector) -> None:
    if vector["protocol"] not in COUNTED:
        return
    longer = [raw({**vector, "hex": vector["hex"] + " 00 11 22"})]
    plain, found = (blocks(decode(packets, told_before(vector))) for packets in ([raw(vector)], longer))
    assert [block.acc_mps2.tolist() for block in found] == [block.acc_mps2.tolist() for block in plain]


@all_with("nothing")
def test_what_holds_no_samples_gives_none_and_is_no_fault(vector: Vector) -> None:
    assert about_samples(decode([raw(vector)], told_before(vector))) == []


@all_with("malformed")
def test_what_must_be_refused_is_malformed(vector: Vector) -> None:
    (item,) = about_samples(decode([raw(vector)], told_before(vector)))
    assert isinstance(item, Malformed)


@pytest.mark.parametrize("vector", SOFP, ids=lambda vector: vector["name"])
def test_packet_of_the_open_pod_cut_at_any_length_is_malformed(vector: Vector) -> None:
    whole = payload_of(vector)
    for length in range(len(whole)):
        decoder = told_before(vector)
        (item,) = about_samples(decoder.process(raw(vector, whole[:length])))
        assert isinstance(item, Malformed)
        assert str(length) in item.reason
        assert decoder.counters[Foot.LEFT].malformed == 1


def test_broken_checksum_is_malformed() -> None:
    with_checksum = next(vector for vector in SOFP_DATA if vector["fields"]["flags"] == 64)
    payload = bytearray(payload_of(with_checksum))
    payload[20] ^= 1
    (item,) = malformed(decode([raw(with_checksum, bytes(payload))], told_before(with_checksum)))
    assert "checksum" in item.reason


def test_losses_across_the_wrap_are_49_samples_at_208_hz() -> None:
    first, _, after = SOFP_DATA
    block, gap, later = about_samples(decode([raw(first), raw(after)], told_before(first)))
    assert gap.missing_samples == 49
    assert later.first_index == 51
    assert (later.t_s[0] - block.t_s[0]) == pytest.approx(0.245192)


def test_a_sample_counter_in_each_row_tells_the_one_that_is_lost() -> None:
    (vector,) = (vector for vector in vectors("nilspod") if "acc_mps2" in vector)
    (gap,) = gaps(decode([raw(vector)]))
    assert gap.missing_samples == 1


def test_a_stream_of_bytes_may_be_cut_anywhere() -> None:
    whole = next(vector for vector in vectors("witmotion") if vector["name"].startswith("two frames"))
    payload = payload_of(whole)
    for at in range(len(payload) + 1):
        found = blocks(decode([raw(whole, payload[:at]), raw(whole, payload[at:])]))
        acc_mps2 = np.concatenate([block.acc_mps2 for block in found])
        np.testing.assert_allclose(acc_mps2, whole["acc_mps2"], rtol=1e-6)


def test_packet_kind_that_is_not_described_is_malformed() -> None:
    payload = b"\x13" + payload_of(SOFP_DATA[0])[1:]
    (item,) = malformed(decode([raw(SOFP_DATA[0], payload)], told_before(SOFP_DATA[0])))
    assert "kind 19" in item.reason


def test_unknown_characteristic_is_named() -> None:
    with pytest.raises(DeviceError, match="'steps'"):
        codec("sofp").values("steps", b"")


def test_pods_with_which_no_run_can_be_made_say_why() -> None:
    unusable = {name: registry.find(name).unusable for name in registry.names()}
    assert {name for name, reason in unusable.items() if reason} == {"thingy52", "xiao_aa55"}
    assert "2 g" in str(unusable["thingy52"])
    assert "gyroscope" in str(unusable["xiao_aa55"])
