"""The commented settings file: whole, true, and never written over another."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import annotated_types
import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stridesense.cli.main import main
from stridesense.errors import InputError, UsageError
from stridesense.runtime.config import Settings, load_settings
from stridesense.runtime.settings_file import template, write_template

SETTING = re.compile(r"^# (?=[a-z_]+ = )", re.MULTILINE)
EXAMPLE = re.compile(r"^#: (?=[a-z_]+ = )", re.MULTILINE)
LONGEST_LINE = 120


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    for section, outer in Settings.model_fields.items():
        assert isinstance(outer.annotation, type)
        assert issubclass(outer.annotation, BaseModel)
        for name, field in outer.annotation.model_fields.items():
            yield section, name, field


FIELDS = list(fields())
NAMES = [f"{section}.{name}" for section, name, _ in FIELDS]


def said_of(section: str, name: str) -> str:
    """The comment above a setting."""
    _, _, body = template().partition(f"[{section}]\n")
    paragraph = next(part for part in body.split("\n\n") if re.search(rf"^#:? {name} = ", part, re.MULTILINE))
    return "\n".join(paragraph.splitlines()[:-1])


def uncommented(pattern: re.Pattern[str]) -> dict[str, Any]:
    return tomllib.loads(pattern.sub("", template()))


def test_as_it_is_it_changes_nothing() -> None:
    assert Settings(**tomllib.loads(template())) == Settings()
    assert tomllib.loads(template()) == {section: {} for section in Settings.model_fields}


def test_with_every_comment_removed_it_holds_every_default() -> None:
    held = uncommented(SETTING)
    assert Settings(**held) == Settings()
    with_default = {(section, name) for section, name, field in FIELDS if field.default is not None}
    assert {(section, name) for section, names in held.items() for name in names} == with_default


def test_each_setting_without_a_default_has_an_example() -> None:
    held = uncommented(EXAMPLE)
    without = {(section, name) for section, name, field in FIELDS if field.default is None}
    assert {(section, name) for section, names in held.items() for name in names} == without


def test_the_examples_are_valid(tmp_path: Path) -> None:
    held = uncommented(EXAMPLE)
    (some_file := tmp_path / "some file").touch()
    files = {name: some_file for name in held["mqtt"] if name.endswith("_file")}
    held["mqtt"] |= {**files, "tls": True}
    settings = Settings(**held)
    assert settings.budget.adapting_since == date(2026, 3, 1)
    assert settings.voice.folder == Path("~/cues").expanduser()


@pytest.mark.parametrize(("section", "name", "field"), FIELDS, ids=NAMES)
def test_each_setting_is_explained_with_its_range(section: str, name: str, field: FieldInfo) -> None:
    comment = said_of(section, name)
    assert len(comment) > len("# ")
    bounds = [
        getattr(limit, side)
        for limit in field.metadata
        if isinstance(
            limit, annotated_types.Ge | annotated_types.Gt | annotated_types.Le | annotated_types.Lt
        )
        for side in ("ge", "gt", "le", "lt")
        if hasattr(limit, side)
    ]
    for bound in bounds:
        assert re.search(rf"(?<![\d.]){bound:g}(?![\d])", comment), f"{bound:g} is not named"
    if field.annotation is bool:
        assert "true or false" in comment


def choices(annotation: object) -> Iterator[str]:
    for inner in get_args(annotation):
        yield from [inner] if isinstance(inner, str) else choices(inner)


@pytest.mark.parametrize(("section", "name", "field"), FIELDS, ids=NAMES)
def test_each_choice_is_named(section: str, name: str, field: FieldInfo) -> None:
    for choice in choices(field.annotation):
        assert f'"{choice}"' in said_of(section, name)


def test_its_lines_fit_a_screen() -> None:
    assert [line for line in template().splitlines() if len(line) > LONGEST_LINE] == []


def test_the_page_of_settings_shows_all_of_it(checkout: Path) -> None:
    page = (checkout / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"```toml\n{template()}```" in page


def test_doctor_writes_one_to_start_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "own.toml"
    assert main(["doctor", "--write-settings", "--config", str(file)]) == 0
    assert capsys.readouterr().err == f"settings are in {file}\n"
    assert file.read_text() == template()
    assert load_settings(file) == Settings()


def test_doctor_writes_it_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda _name: tmp_path)
    assert main(["doctor", "--write-settings"]) == 0
    (tmp_path / "stridesense.toml").write_text(template().replace("# warm_up_s = 300.0", "warm_up_s = 60.0"))
    assert load_settings().coach.warm_up_s == 60.0


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[coach]\n")
    assert main(["doctor", "--write-settings", "--config", str(file)]) == 1
    assert f"{file} is there already and is left as it is" in capsys.readouterr().err
    assert file.read_text() == "[coach]\n"
    with pytest.raises(UsageError, match="there already"):
        write_template(file)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written: Not a directory"):
        write_template(tmp_path / "file" / "sub" / "own.toml")


def test_a_file_to_write_without_the_wish_to_write_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", "own.toml"]) == 1
    assert "give both" in capsys.readouterr().err
