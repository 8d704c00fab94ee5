"""Scenario files: every shipped one runs, every mistake in one is said in a sentence."""

from pathlib import Path

import pytest

from stridesense.errors import InputError, UsageError
from stridesense.model import Foot
from stridesense.simulator import load, names, parse, simulate
from stridesense.simulator.scenario import (
    Block,
    Fatigue,
    Knocks,
    Pod,
    Radio,
    Runner,
    Scenario,
    Variability,
)

BLOCK = '[[block]]\nactivity = "run"\nduration_s = 5\n'


def test_the_promised_scenarios_are_shipped() -> None:
    promised = {
        *("easy_run", "held_heel", "active_push_off", "rearfoot", "sprint", "walk_run_stop", "hill"),
        *("fatigue_one_sided", "rope_jump", "no_standing_start", "loss", "bursts", "duplicates", "reorder"),
        *("clipping", "slipped_pod", "clock_drift", "one_foot_dies", "demo", "annotated"),
        *("soft_shoe", "no_strides", "polar_sense", "movesense", "watch_pod"),
    }

    assert promised <= set(names())


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_runs(name: str) -> None:
    scenario = load(name).shortened(16.0)

    run = simulate(scenario)

    assert scenario.name == name
    assert scenario.about.endswith(".")
    feet = {Foot(side) for side in scenario.feet}
    assert {stride.foot for stride in run.truth} == (set() if name == "no_strides" else feet)
    assert set(run.feet) == feet
    told, least = ("measurement", 10) if scenario.pod.protocol == "rsc" else ("data", 100)
    assert sum(packet.characteristic == told for packet in run.packets()) > least


@pytest.mark.parametrize(
    ("text", "key", "known"),
    [
        ("sead = 3\n" + BLOCK, "sead", "seed"),
        (BLOCK + 'heal = "held"\n', "heal", "heel"),
        ("[pod]\nrate = 208\n" + BLOCK, "rate", "rate_hz"),
        ('[pod.slip]\nfoot = "left"\nwhen_s = 3\n' + BLOCK, "when_s", "at_s"),
        ("[radio]\nloss = 3\n" + BLOCK, "loss", "loss_percent"),
        ("[fatigue]\nlevel = 1\n" + BLOCK, "level", "amount"),
        ("[runner]\nshoe = 1\n" + BLOCK, "shoe", "model"),
        ("[pod.knock]\nat = [1.0]\n" + BLOCK, "at", "at_s"),
    ],
)
def test_an_unknown_key_is_named_with_the_keys_that_are_known(text: str, key: str, known: str) -> None:
    with pytest.raises(UsageError) as fault:
        parse(text, "mine")

    message = str(fault.value)
    assert "'mine'" in message
    assert f"{key}'" in message
    assert known in message.split("known there are")[1]
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("seed = 1\n", "block"),
        (BLOCK.replace("5", "-5"), "duration_s"),
        (BLOCK.replace("run", "fly"), "activity"),
        (BLOCK + 'strike = "toes"\n', "strike"),
        ('[runner]\nmodel = "barefoot"\n' + BLOCK, "model"),
        ("[pod]\nrate_hz = 20\n" + BLOCK, "rate_hz"),
        ("[pod.knock]\nat_s = []\n" + BLOCK, "at_s"),
        ("[pod.knock]\nat_s = [1.0]\ndirection = [0, 0, 0]\n" + BLOCK, "nowhere"),
        ('feet = ["left", "left"]\n' + BLOCK, "each once"),
        ('[pod]\nprotocol = "morse"\n' + BLOCK, "protocol"),
        ('[pod]\nprotocol = "polar_pmd"\nrate_hz = 200\n' + BLOCK, "52, 104, 208, 416"),
        ('[pod]\nprotocol = "movesense_gsp"\nacc_range_g = 32\n' + BLOCK, "at most 16"),
    ],
)
def test_an_impossible_value_is_said_with_its_place(text: str, where: str) -> None:
    with pytest.raises(UsageError, match="mine") as fault:
        parse(text, "mine")

    assert where in str(fault.value)
    assert "\n" not in str(fault.value)


def test_an_unknown_scenario_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="easy_run"):
        load("easy_runn")


def test_a_missing_or_broken_file_is_the_file_s_fault(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[[block\n")

    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "missing.toml")
    with pytest.raises(InputError, match="not TOML"):
        load(broken)


def test_a_scenario_is_read_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BLOCK)

    assert load(path).name == "mine"


@pytest.mark.parametrize("table", [Scenario, Block, Runner, Variability, Fatigue, Pod, Knocks, Radio])
def test_the_annotated_scenario_explains_every_key(table: type[Scenario]) -> None:
    source = Path(__file__).parents[2] / "src/stridesense/simulator/scenarios/annotated.toml"
    text = source.read_text("utf-8")
    keys = set(table.model_fields) - {"name"}

    assert [
        key for key in keys if f"{key} = " not in text and f"[{key}" not in text and f".{key}]" not in text
    ] == []


def test_keys_that_are_not_used_leave_no_trace_in_what_names_a_recording() -> None:
    plain = parse(BLOCK, "mine")
    used = parse('[runner]\nmodel = "soft_shoe"\n[pod.knock]\nat_s = [1.0]\n' + BLOCK, "mine")

    assert not any(key in plain.model_dump_json() for key in ("runner", "protocol", "position_m", "knock"))
    assert all(key in used.model_dump_json() for key in ("soft_shoe", "knock"))
    assert Scenario.model_validate_json(used.model_dump_json()) == used
