"""Pod descriptions: what is wrong is said with file, key and what to do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.decoding import blocks, decode
from protocol.packer import Pod
from stridesense.errors import DeviceError
from stridesense.protocol import frames, registry, spec

FOLDER = Path(__file__).parents[2] / "firmware_protocols"
TEXT = (FOLDER / "stridesense_pod" / "protocol.toml").read_text()
FIGURES = (FOLDER / "rsc" / "protocol.toml").read_text()
STREAM = (FOLDER / "witmotion" / "protocol.toml").read_text()
COUNTED_ROWS = (FOLDER / "nilspod" / "protocol.toml").read_text()
TWO_KINDS = (FOLDER / "metamotion" / "protocol.toml").read_text()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The runner's own folder of descriptions, empty."""
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: tmp_path)
    forget()
    yield tmp_path / "firmware_protocols"
    forget()


def forget() -> None:
    registry.find.cache_clear()
    registry.files.cache_clear()


def keep(own: Path, folder: str, text: str) -> Path:
    file = own / folder / "protocol.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_described_pods_are_found_by_name_and_read_once() -> None:
    assert len(registry.names()) == len(list(FOLDER.glob("*/protocol.toml")))
    assert registry.names() == sorted(registry.names())
    assert registry.find("sofp").recognise[0].service == "34adca35-40ff-4d49-9c9b-8cde69625a7e"
    assert registry.find("sofp") is registry.find("sofp")
    assert registry.broken() == {}


def test_unknown_protocol_is_refused_with_those_that_are_described() -> None:
    with pytest.raises(DeviceError, match=r"'pedometer'; described are: .*polar_pmd, rsc, .*sofp"):
        registry.find("pedometer")


def test_own_description_is_added_and_takes_the_place_of_ours(own: Path) -> None:
    ours = registry.names()
    forget()
    keep(own, "mine", TEXT.replace('name = "sofp"', 'name = "my_pod"'))
    file = keep(own, "better", TEXT.replace('title = "', 'title = "My '))
    assert registry.names() == sorted([*ours, "my_pod"])
    assert registry.find("sofp").title.startswith("My StrideSense")
    assert registry.files()["sofp"] == file
    assert registry.broken() == {}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (TEXT.replace("size = 14", "size = 13").encode(), "raise `size` to 14"),
        (b"name = ", "no protocol name can be read"),
        (b"format = 1", "no protocol name can be read"),
        (b"\xff\xfe", "make it a text file in UTF-8"),
    ],
)
def test_own_description_that_is_broken_takes_no_other_with_it(own: Path, content: bytes, fault: str) -> None:
    ours = registry.names()
    forget()
    file = keep(own, "mine", "")
    file.write_bytes(content.replace(b'"sofp"', b'"my_pod"'))
    assert registry.names() == ours
    assert registry.find("sofp").name == "sofp"
    ((path, said),) = registry.broken().items()
    assert path == str(file)
    assert said.startswith(f"{file}: ")
    assert fault in said


def test_broken_description_is_said_when_it_is_asked_for_and_ours_does_not_stand_in(own: Path) -> None:
    file = keep(own, "mine", TEXT.replace("size = 14", "size = 13"))
    with pytest.raises(DeviceError, match=f"^{file}: characteristics.data: `config_id` ends beyond"):
        registry.find("sofp")
    assert "sofp" not in registry.names()


def test_two_own_descriptions_of_one_name_are_a_fault_of_the_second(own: Path) -> None:
    first = keep(own, "a", TEXT.replace('title = "', 'title = "My '))
    second = keep(own, "b", TEXT)
    assert registry.find("sofp").title.startswith("My")
    assert registry.broken() == {
        str(second): f"{second}: {first} has the same `name`; give each its own",
    }


def test_description_does_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        registry.find("sofp").name = "other"


FAULTS = [
    ("format = 1", "format = 2", "format: Input should be 1; the file has 2"),
    ('name = "sofp"', 'nmae = "sofp"', "name: missing; add it"),
    ('name = "sofp"', 'name = "My pod"', "name: write a name of small letters, digits and `_`; the file has"),
    ('title = "', 'colour = 1\ntitle = "', "colour: no such key; remove it or correct its spelling"),
    ('uuid = "34ad0004', 'uuid = "0x34ad0004', "characteristics.data.uuid.0: write a UUID in small letters"),
    ("size = 14", "size = 13", "characteristics.data: `config_id` ends beyond `size`; raise `size` to 14"),
    ("offset = 4, type", "offset = 1, type", "begins inside or before"),
    ('offset = 1, type = "u8" }', 'type = "u8" }', "has an `offset` and others have none; give it to all"),
    ('"u8" }', '"u8", when = "side.x" }', "has both `offset` and `when`; leave `offset` out"),
    ('access = ["read"]', 'access = ["reed"]', "characteristics.info.access.0: Input should be 'read', "),
    ('type = "i16"\ncount', 'type = "i24"\ncount', "samples.0.type: Input should be 'i8', 'i16'"),
    ('"data.sample_count"', '"data.rows"', "`samples.0.count` refers to `data.rows`, which is not described"),
    ('"data.sample_count"', '"many"', 'samples.0.count: write a number from 1 to 255, "length", or'),
    ('"data.sample_count"', "0", 'samples.0.count: write a number from 1 to 255, "length", or'),
    ("data.flags.checksum", "data.flags.crc", "`data.flags.crc`, which is not described"),
    ('"data.sequence"', '"info.side"', "loss.sequence: write a reference to a field of `data`"),
    ('"data.time_us"', '"data.flags.checksum"', "time.stamp: write a reference to a field of `data`"),
    ('"data.sample_index"', '"sample_index"', "loss.sample_index: write a reference as `data.FIELD`, or"),
    ("tick_hz = 1_000_000", "tick_hz = 0", "time.tick_hz: Input should be greater than"),
    ("tick_hz = 1_000_000\n", "", "time: give `stamp` and `tick_hz` together"),
    ('"config.nominal_rate_hz"', '"fast"', "time.nominal_rate_hz: write a number above 0, or a reference"),
    ('"config.acc_scale_mps2"', "-2", "samples.0.acc.scale: write a number above 0, or a reference"),
    ('"config.acc_scale_mps2"', "true", "samples.0.acc.scale: write a number above 0, or a reference"),
    ('"config.acc_scale_mps2"', '"info.side"', "scale: write a number above 0, or a reference as `config."),
    ('unit = "m/s2"', 'unit = "m/s^2"', "samples.0.acc.unit: Input should be 'm/s2', 'g' or 'mg'"),
    ('"acc_x", "acc_y"', '"acc_x", "acc_x"', "samples.0: `channels` must name each of"),
    ('type = "i16"\ncount', 'type = "i16"\nrow_bytes = 11\ncount', "`row_bytes` is less than 6 numbers"),
    ('made_with = "data.config_id"\n', "", "samples.0: give `made_with` and `config_id` together"),
    ('type = "bytes", length = 8', 'type = "bytes"', "give `length` with type"),
    ("checksum = 6 }", "checksum = 8 }", "give `bits` to an unsigned field"),
    ('offset = 8, type = "u32" }', 'offset = 8, type = "f32" }', "which is f32; name an unsigned number"),
    ("crc16-ccitt-false", "crc32", "checksum.algorithm: Input should be 'crc16-ccitt-false'"),
    ("status.battery_percent", "status.percent", "`facts.battery_percent` refers to `status.percent`"),
    ("[time]", "[time", "not a TOML file"),
    ("[[recognise]]\nservice", "[recognise]\nservice", "recognise: write a list, in square brackets"),
    (
        'service = "',
        "company = 0x10000 #",
        "recognise.0.company: Input should be less than or equal to 65535",
    ),
    ('service = "', '# "', "recognise.0: give at least one of `service`, `name` and `company`"),
    (
        'read = "info"',
        'read = "info"\nwait_s = 1',
        "start.0: give exactly one of `read`, `subscribe`, `write`",
    ),
    ('read = "info"', "optional = true", "start.0: give exactly one of `read`, `subscribe`, `write`"),
    ('read = "info"', "wait_s = 60", "start.0.wait_s: Input should be less than or equal to 10"),
    (
        'read = "info"',
        'read = "inform"',
        "`start.0` speaks of `inform`, which is not described; add `[charac",
    ),
    ('read = "info"', 'read = "data"', "`start.0` wants to read `data`; its `access` must then have `read`"),
    (
        'read = "info"',
        'read = "info"\n[start.reply]\non = "control"',
        "start.0: only a `write` has a `reply`",
    ),
    ('read = "info"', 'read = "info"\nkeep_as = "x"', "start.0: only a `reply` can be kept"),
    (
        'read = "info"',
        'read = "info"\nwhen = { x = "01" }',
        "`start.0` asks `when` for `x`, which no earlier",
    ),
    ('on = "control"', 'on = "contrl"', "`start.5` speaks of `contrl`, which is not described"),
    ('bytes = "01 03"', 'bytes = "01 3"', "start.5.bytes: not bytes in hexadecimal; write them as in"),
    ('bytes = "01 03"', "bytes = 13", "start.5.bytes: not bytes in hexadecimal; write them as in"),
    ('bytes = "01 03"', "", "start.5: give `bytes` or `text` with `write`, and with nothing else"),
    ('begins = "81"', 'begins = "8x"', "start.5.reply.begins: not bytes in hexadecimal"),
    ("fine = [0, 4]", "fine = 0", "start.5.reply.fine: write a list, in square brackets; the file has 0"),
    ('3 = "the pod', 'three = "the pod', "the status as a number; the file has 'three'"),
    ('write = "control"\nbytes = "02"', 'write = "data"\nbytes = "02"', "`stop.0` wants to write `data`"),
]


def faulty(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS)
def test_fault_names_file_key_and_what_to_do(old: str, new: str, fault: str) -> None:
    with pytest.raises(DeviceError, match=f"^pods/mine.toml: .*{re.escape(fault)}") as said:
        spec.parse(faulty(TEXT, old, new), "pods/mine.toml")
    assert "constrained" not in str(said.value)


FAULTS_OF_OTHERS = [
    (FIGURES, 'when = "flags.stride_length"', 'when = "flags.length"', "which is no bit of an earlier field"),
    (FIGURES, 'when = "flags.stride_length"', 'when = "length"', "when: write a condition as `FIELD.BIT`"),
    (FIGURES, "measurement.flags.running", "measurement.flags.run", "`metrics.running` refers to"),
    (
        FIGURES,
        "measurement.flags.running",
        "measurement.flags",
        "metrics.running: write a reference to a bit",
    ),
    (FIGURES, FIGURES[FIGURES.index("[metrics]") :], "", "give `[[samples]]` for a pod that sends raw"),
    (FIGURES, FIGURES[FIGURES.index('speed_mps = "') :], "", "metrics: give at least one of `speed_mps`, "),
    (STREAM, "[time]", '[metrics]\nspeed_mps = "data.kind"\n[time]', "give `[[samples]]` for a pod that"),
    (STREAM, STREAM[STREAM.index("[time]") :], "", "give `[time]`: at least `nominal_rate_hz`"),
    (STREAM, 'begins = "55 61"\n', "", "`samples.0` has no `begins`, by which it would be told"),
    (
        STREAM,
        ", size = 20 }",
        " }",
        "`frames.ignored.0` has no `size`, which tells where it ends in a stream",
    ),
    (STREAM, "count = 1", 'count = 1\nlayout = "planar"\nrow_bytes = 18', 'samples.0: layout "planar" takes'),
    (
        STREAM,
        '"_", "_", "_"]',
        '"_"]\nlayout = "planar"',
        'samples.0: layout "planar" takes channels by threes',
    ),
    (TWO_KINDS, 'begins = ["13 04", "13 05", "13 07"]', "", "`samples.1` has no `begins`"),
    (TWO_KINDS, '"03 04", ', '"13", ', "`samples.0` begins as another kind does"),
    (STREAM, "count = 1", 'count = "length"', '`samples.0.count` is "length", which a stream does not tell'),
    (STREAM, "count = 1", "count = 1\noffset = 0", "has rows inside its `begins`; raise its `offset`"),
    (STREAM, "count = 1", "count = 255", "has frames beyond 1024 bytes; lower its `count`"),
    (STREAM, 'begins = "55 61"', 'begins = ""', "samples.0.begins.0: "),
    (
        STREAM,
        "[time]",
        '[checksum]\nalgorithm = "crc16-ccitt-false"\n[time]',
        "`checksum` is not possible with",
    ),
    (
        STREAM,
        ", size = 20 }",
        ", size = 1025 }",
        "frames.ignored.0.size: Input should be less than or equal to",
    ),
    (TWO_KINDS, "nominal_rate_hz = 200", "nominal_rate_hz = 1e6", "of 0.01 to 100000 Hz"),
    (TWO_KINDS, "range = 16 }", "range = 1e300 }", "samples.0.acc.range: write a number above 0"),
    (
        TWO_KINDS,
        'name = "metamotion"',
        'name = "metamotion"\ncodec = "shimmer3"',
        "codec shimmer3 gives imu;",
    ),
    (
        TWO_KINDS,
        'channels = ["gyr_x", "gyr_y", "gyr_z"]',
        'channels = ["gyr_x", "gyr_y", "gyr_z", "acc_x", "acc_y", "acc_z"]\nacc = { unit = "g", range = 16 }',
        "hold both sensors in one kind and one sensor in another",
    ),
    (TWO_KINDS, "module = { offset = 0,", "module = { offset = 513,", "less than or equal to 512"),
    (
        TWO_KINDS,
        'offset = 0, type = "u8" }',
        'offset = 0, type = "u8", scale = 0.0 }',
        "`scale` must be between",
    ),
    (
        TWO_KINDS,
        """offset = 0, type = "u8" }     # 03 accelerometer, 13 gyroscope
register = { offset = 1, type""",
        'type = "u8" }\nregister = { type',
        "give every field of `characteristics.data` its `offset`",
    ),
    (COUNTED_ROWS, ', "sample_index"]', "]", "must both speak of a `sample_index` in each row, or neither"),
    (COUNTED_ROWS, 'sample_index = "samples.sample_index"', "", "must both speak of a `sample_index`"),
    (COUNTED_ROWS, 'type = "i16"', 'type = "f32"', "counts in whole numbers, and `type` is f32"),
]


@pytest.mark.parametrize(("text", "old", "new", "fault"), FAULTS_OF_OTHERS)
def test_fault_of_other_pods_is_said_as_well(text: str, old: str, new: str, fault: str) -> None:
    with pytest.raises(DeviceError, match=f"^mine.toml: .*{re.escape(fault)}"):
        spec.parse(faulty(text, old, new), "mine.toml")


def test_missing_section_is_named() -> None:
    without_data = re.sub(
        r"\[characteristics\.data\].*?(?=\[characteristics\.status\])", "", TEXT, flags=re.DOTALL
    )
    with pytest.raises(
        DeviceError, match=r"^mine.toml: describe `\[characteristics.data\]`, which the samples"
    ):
        spec.parse(without_data, "mine.toml")


def test_one_uuid_is_a_list_of_one_and_a_short_one_is_made_full() -> None:
    text = faulty(
        TEXT,
        'uuid = "34ad0001-40ff-4d49-9c9b-8cde69625a7e"',
        'uuid = ["2a53", "34ad0001-40ff-4d49-9c9b-8cde69625a7e"]',
    )
    described = spec.parse(text, "mine.toml").characteristics
    assert described["info"].uuid[0] == "00002a53-0000-1000-8000-00805f9b34fb"
    assert len(described["info"].uuid) == 2
    assert len(described["data"].uuid) == 1


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


@pytest.mark.parametrize("text", ["x = " + "[" * 3000 + "]" * 3000, "x = " + "9" * 5000])
def test_text_without_end_is_refused_like_any_other(own: Path, text: str) -> None:
    with pytest.raises(DeviceError, match=r"^mine.toml: cannot be read"):
        spec.parse(text, "mine.toml")
    file = keep(own, "mine", text)
    assert registry.find("sofp").name == "sofp"
    assert list(registry.broken()) == [str(file)]


@pytest.mark.parametrize("shut", ["mine", "."])
def test_folder_that_cannot_be_looked_into_takes_no_other_with_it(
    own: Path, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    keep(own, "mine", TEXT)
    look = Path.iterdir

    def refused(folder: Path) -> Iterator[Path]:
        if folder == own / shut:
            raise PermissionError(13, "Permission denied", str(folder))
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    assert registry.find("sofp").title.startswith("StrideSense")
    assert list(registry.broken()) == [str(own / shut)]
