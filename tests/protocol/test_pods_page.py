"""The page of pods is true: its description parses and decodes, its table has every pod."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from protocol.decoding import blocks, decode
from stridesense.model import Foot, RawPacket
from stridesense.protocol import registry, spec
from stridesense.protocol.frames import codec

PAGE = (Path(__file__).parents[2] / "docs" / "pods.md").read_text(encoding="utf-8")
(DESCRIPTION,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(PACKET,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PAYLOAD = bytes.fromhex(PACKET)
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([-\d., ]+) \|$", PAGE, re.MULTILINE))


@pytest.fixture
def kitchen_pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The description of the page, in the folder of a person's own pods."""
    folder = tmp_path / "kitchen_pod"
    folder.mkdir()
    (folder / "protocol.toml").write_text(DESCRIPTION, encoding="utf-8")
    monkeypatch.setattr(registry, "user_folder", lambda: tmp_path)
    caches = (registry.files, registry.find, codec)
    for cached in caches:
        cached.cache_clear()
    yield "kitchen_pod"
    for cached in caches:
        cached.cache_clear()


def stated(name: str) -> list[float]:
    return [float(number) for number in ROWS[name].split(", ")]


def test_the_description_has_no_more_lines_than_the_page_says() -> None:
    assert len(DESCRIPTION.splitlines()) <= 30
    assert spec.parse(DESCRIPTION, "docs/pods.md").unusable is None


def test_the_packet_of_the_page_means_what_the_page_says(kitchen_pod: str) -> None:
    fields = codec(kitchen_pod).values("data", PAYLOAD)
    assert fields == {name: stated(name)[0] for name in ("sequence", "time_us")}
    (block,) = blocks(decode([RawPacket(Foot.LEFT, kitchen_pod, "data", PAYLOAD, 0)]))
    np.testing.assert_allclose(block.acc_mps2, [stated("acc_mps2")], atol=1e-6)
    np.testing.assert_allclose(block.gyr_radps, [stated("gyr_radps")], atol=1e-6)


def test_the_packet_is_the_one_of_the_command() -> None:
    (told,) = re.findall(r"protocols decode kitchen_pod (\w+)$", PAGE, re.MULTILINE)
    assert bytes.fromhex(told) == PAYLOAD


def test_every_pod_stands_in_the_table_with_its_rate() -> None:
    rows = dict(re.findall(r"^\| \[.*?\| `(\w+)` (\|.*)\|$", PAGE, re.MULTILINE))
    assert rows.keys() == set(registry.names())
    for name, row in rows.items():
        described = registry.find(name)
        rate_hz = described.time.nominal_rate_hz if described.time else None
        if name not in ("bluest", "shimmer3r") and not isinstance(rate_hz, str | None):
            assert f"{rate_hz:g}" in row
