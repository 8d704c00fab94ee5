"""Pod descriptions: what is wrong is said with file, key and what to do."""

import re
from pathlib import Path

import pytest

from protocol.decoding import blocks, decode
from protocol.packer import Pod
from stridesense.errors import DeviceError
from stridesense.protocol import frames, registry, spec

TEXT = (Path(__file__).parents[2] / "firmware_protocols" / "stridesense_pod" / "protocol.toml").read_text()


def test_own_pod_is_found_by_name_and_read_once() -> None:
    assert registry.names() == ["sofp"]
    assert registry.find("sofp").service == "34adca35-40ff-4d49-9c9b-8cde69625a7e"
    assert registry.find("sofp") is registry.find("sofp")


def test_unknown_protocol_is_refused_with_those_that_are_described() -> None:
    with pytest.raises(DeviceError, match=r"'pedometer'; described are: sofp"):
        registry.find("pedometer")


def test_description_does_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        registry.find("sofp").name = "other"


FAULTS = [
    ("format = 1", "format = 2", "format: Input should be 1; the file has 2"),
    ('name = "sofp"', 'nmae = "sofp"', "name: missing; add it"),
    ('title = "', 'colour = 1\ntitle = "', "colour: no such key; remove it or correct its spelling"),
    ('uuid = "34ad0004', 'uuid = "0x34ad0004', "characteristics.data.uuid: String should match"),
    ("size = 14", "size = 13", "characteristics.data: `config_id` ends beyond `size`; raise `size` to 14"),
    ("offset = 4, type", "offset = 1, type", "begins inside or before"),
    ('type = "i16"\ncount', 'type = "i24"\ncount', "samples.type: Input should be 'i16'"),
    ('"data.sample_count"', '"data.rows"', "`count` refers to `data.rows`, which is not described"),
    ("data.flags.checksum", "data.flags.crc", "`data.flags.crc`, which is not described"),
    ('"data.sequence"', '"info.side"', "loss.sequence: String should match"),
    ('"data.time_us"', '"data.flags.checksum"', "time.stamp: String should match"),
    ("tick_hz = 1_000_000", "tick_hz = 0", "time.tick_hz: Input should be greater than 0"),
    ('"acc_x", "acc_y"', '"acc_x", "acc_x"', "samples: `channels` must name each of"),
    ('type = "bytes", length = 8', 'type = "bytes"', "give `length` with type"),
    ("checksum = 6 }", "checksum = 8 }", "give `bits` to an unsigned field"),
    ('offset = 8, type = "u32" }', 'offset = 8, type = "f32" }', "which is f32; name an unsigned number"),
    ("[time]", "[time", "not a TOML file"),
]


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS)
def test_fault_names_file_key_and_what_to_do(old: str, new: str, fault: str) -> None:
    assert TEXT.count(old) >= 1
    with pytest.raises(DeviceError, match=f"^pods/mine.toml: .*{re.escape(fault)}"):
        spec.parse(TEXT.replace(old, new), "pods/mine.toml")


def test_missing_section_is_named() -> None:
    without_data = re.sub(
        r"\[characteristics\.data\].*?(?=\[characteristics\.status\])", "", TEXT, flags=re.DOTALL
    )
    with pytest.raises(DeviceError, match=r"`data\.sample_count`, which is not described"):
        spec.parse(without_data, "mine.toml")


def test_channels_may_come_in_the_pods_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = '"acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"'
    theirs = '"gyr_x", "gyr_y", "gyr_z", "acc_z", "acc_y", "acc_x"'
    swapped = TEXT.replace(ours, theirs)
    plain = blocks(decode(Pod().session(1)))[0]
    monkeypatch.setattr(
        "stridesense.protocol.pods.codec", lambda _: frames.PodCodec(spec.parse(swapped, "mine.toml"))
    )
    other = blocks(decode(Pod().session(1)))[0]
    assert other.acc_mps2[:, ::-1] / 0.0047856452 == pytest.approx(plain.gyr_radps / 0.00122173048, rel=1e-6)


def test_description_comes_with_the_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "firmware_protocols" / "stridesense_pod"
    inside.mkdir(parents=True)
    (inside / "protocol.toml").write_text(TEXT)
    monkeypatch.setattr("stridesense.protocol.registry.resources.files", lambda _: tmp_path)
    assert registry.folder() == tmp_path / "firmware_protocols"


def test_installation_without_descriptions_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stridesense.protocol.registry.resources.files", lambda _: tmp_path)
    monkeypatch.setattr(
        "stridesense.protocol.registry.__file__", str(tmp_path / "a" / "b" / "c" / "registry.py")
    )
    with pytest.raises(DeviceError, match="install StrideSense again"):
        registry.folder()
