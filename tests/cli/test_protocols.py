"""`stridesense protocols`: what is described, what is wrong with a description, what bytes mean."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stridesense.cli.main import main
from stridesense.protocol import registry

FOLDER = Path(__file__).parents[2] / "firmware_protocols"
TWO_SAMPLES = (
    "11 00 FF FF FA FF FF FF 60 F0 FF FF 02 03 00 00 00 00 01 08 00 00 00 00 00 00 FE EF 01 08 FF 7F "
    "CE 37 32 C8 00 80"
)
CONFIG = "03 03 D0 00 10 00 D0 07 E7 D0 9C 3B 79 22 A0 3A 00 00 00 00 00 00 00 00"


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the runner's own descriptions, empty; what was read before is forgotten."""
    monkeypatch.setattr(registry, "user_folder", lambda: tmp_path / "own")
    registry.find.cache_clear()
    registry.files.cache_clear()
    yield tmp_path / "own"
    monkeypatch.undo()
    registry.find.cache_clear()
    registry.files.cache_clear()


def test_all_are_listed_and_those_that_cannot_be_used_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == registry.names()
    refused = {line.partition(":")[0] for line in lines if "cannot be used" in line}
    assert refused == {"thingy52", "xiao_aa55"}


def test_a_broken_description_of_the_runners_own_is_said_and_spoils_no_other(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("bad", 'format = 1\nname = "bad"\ncolour = 1\n'), ("worse", "[[")):
        (own_folder / name).mkdir(parents=True)
        (own_folder / name / "protocol.toml").write_text(text, encoding="utf-8")
    assert main(["protocols", "list"]) == 0
    shown = capsys.readouterr()
    assert "sofp: " in shown.out
    assert shown.err.count("cannot be followed: ") == 2
    assert "bad/protocol.toml" in shown.err


@pytest.mark.parametrize("pod", sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))
def test_every_description_of_ours_is_fine(pod: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "check", str(FOLDER / pod / "protocol.toml")]) == 0
    assert "  known by " in capsys.readouterr().out


def test_a_fault_is_one_sentence_with_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "protocol.toml"
    text = (FOLDER / "nilspod" / "protocol.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("[time]", "[tmie]"), encoding="utf-8")
    assert main(["protocols", "check", str(file)]) == 1
    assert capsys.readouterr().err == f"error: {file}: tmie: no such key; remove it or correct its spelling\n"
    assert main(["protocols", "check", str(tmp_path / "none.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_packet_is_taken_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "decode", "sofp", *TWO_SAMPLES.split(), "--after", f"config={CONFIG}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "sequence: 65535" in lines
    assert lines[-2:] == [
        "0, 0, 9.80579, 0, 0, 0",
        "-19.6116, 9.80579, 156.811, 17.4536, -17.4536, -40.0337 (clipped)",
    ]


def test_without_the_scales_that_a_pod_states_the_numbers_are_as_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["protocols", "decode", "sofp", TWO_SAMPLES]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "-4098, 2049, 32767, 14286, -14286, -32768"
    assert "--after config=HEX" in shown.err


def test_what_a_pod_said_before_scales_its_packet(capsys: pytest.CaptureFixture[str]) -> None:
    frame = "05 FF FF FF FF FF FF FF 7F 80 EA FF 08 00 0D 00 03 01 DF 00"
    factor = "control=F0 02 05 00 00 05 01 29 5C 8F 3D"  # 0.07 deg/s
    assert main(["protocols", "decode", "polar_pmd", frame, "--after", factor]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "-0.0280998, 0.013439, 0.0195477"


def test_figures_of_a_pod_are_shown_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "decode", "rsc", "07800356 F5003930 0000"]) == 0
    assert "distance_m: 1234.5" in capsys.readouterr().out


@pytest.mark.parametrize(("role", "access"), [("data", "notify"), ("steps", "read"), ("steps", "indicate")])
def test_figures_are_shown_whatever_their_characteristic_is_called_and_allows(
    role: str, access: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "protocol.toml"
    file.write_text(
        f"""
        format = 1
        name = "mine"
        title = "a pod that tells its speed"
        [[recognise]]
        name = "mine"
        [characteristics.{role}]
        uuid = "2a00"
        access = ["{access}"]
        size = 1
        [characteristics.{role}.fields]
        speed = {{ type = "u8" }}
        [metrics]
        speed_mps = "{role}.speed"
        """,
        encoding="utf-8",
    )
    assert main(["protocols", "decode", str(file), "03"]) == 0
    assert capsys.readouterr() == ("speed: 3\n", "")


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["sofp", "zz"], 1, "not bytes in hexadecimal"),
        (["sofp", "11 00"], 1, "2 bytes instead of 14"),
        (["pedometer", "11"], 1, "no pod protocol is called 'pedometer'"),
        (["sofp", "11", "--characteristic", "steps"], 1, "no characteristic 'steps'"),
        (["sofp", "11", "--after", "0102"], 1, "ROLE=HEX"),
        (["sofp"], 2, "HEX"),
    ],
)
def test_what_cannot_be_decoded_is_one_sentence(
    words: list[str], code: int, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["protocols", "decode", *words]) == code
    message = capsys.readouterr().err
    assert fault in message
    assert message.count("\n") == 1
