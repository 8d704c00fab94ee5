"""The pods of a runner are remembered, and a file that was spoilt is said to be."""

from dataclasses import replace
from pathlib import Path

import pytest

from stridesense.errors import InputError, UsageError
from stridesense.model import Foot
from stridesense.protocol import registry
from stridesense.runtime import pods
from stridesense.sources.supervisor import Pod

LEFT = Pod("F0:F0:F0:F0:F0:01", registry.find("sofp"), 'my "left" foot')
RIGHT = Pod("F0:F0:F0:F0:F0:02", registry.find("rsc"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "stridesense"


def test_before_the_first_run_there_are_none() -> None:
    assert pods.load() == {}


def test_what_is_saved_is_loaded(own_folder: Path) -> None:
    assert pods.save({Foot.LEFT: LEFT, Foot.RIGHT: RIGHT}) == own_folder / "pods.toml"
    assert pods.load() == {Foot.LEFT: LEFT, Foot.RIGHT: RIGHT}
    assert [file.name for file in own_folder.iterdir()] == ["pods.toml"]


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("a\x7fb", "a\x7fb"),
        ("a\x00\x1b[2J\n\x9b\u2028", "a\x00\x1b[2J\n\x9b\u2028"),
        ('\\"[left]', '\\"[left]'),
        ("\U0001f45f", "\U0001f45f"),
        ("a\ud800b", "a?b"),
    ],
)
def test_a_pod_may_be_called_anything(name: str, again: str) -> None:
    pods.save({Foot.LEFT: replace(LEFT, name=name)})
    assert pods.load() == {Foot.LEFT: replace(LEFT, name=again)}


def test_what_is_saved_replaces_what_was() -> None:
    pods.save({Foot.LEFT: LEFT, Foot.RIGHT: RIGHT})
    pods.save({Foot.UNKNOWN: RIGHT})
    assert pods.load() == {Foot.UNKNOWN: RIGHT}


def test_swapped_pods_are_on_the_other_feet() -> None:
    assert pods.swapped({Foot.LEFT: LEFT, Foot.RIGHT: RIGHT}) == {Foot.RIGHT: LEFT, Foot.LEFT: RIGHT}
    assert pods.swapped({Foot.UNKNOWN: LEFT}) == {Foot.UNKNOWN: LEFT}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[left\n", "Expected"),
        ('[left]\naddress = "F0"\nprotocol = "sofp"\n', "left.address: 'F0' is no Bluetooth address"),
        ('[middle]\naddress = "F0:F0:F0:F0:F0:01"\nprotocol = "sofp"\n', "middle"),
        ('[left]\naddress = "F0:F0:F0:F0:F0:01"\n', "left.protocol: Field required"),
    ],
)
def test_a_damaged_file_is_named_with_the_fault(own_folder: Path, text: str, why: str) -> None:
    own_folder.mkdir()
    (own_folder / "pods.toml").write_text(text)
    with pytest.raises(InputError, match="delete it, the next run chooses the pods anew") as fault:
        pods.load()
    assert str(own_folder / "pods.toml") in str(fault.value)
    assert why in str(fault.value)


def test_a_folder_that_takes_no_file_is_said(own_folder: Path) -> None:
    own_folder.write_text("a file in its place")
    with pytest.raises(InputError, match="cannot be written"):
        pods.save({Foot.LEFT: LEFT})


@pytest.mark.parametrize("text", ["f0:f0:f0:f0:f0:01", "11111111-2222-3333-4444-55555555555A"])
def test_an_address_is_taken_in_either_case(text: str) -> None:
    assert pods.address(text) == text.upper()


@pytest.mark.parametrize("text", ["", "F0:F0:F0:F0:F0", "my pod", "F0-F0-F0-F0-F0-01"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="as `stridesense scan` shows it"):
        pods.address(text)
