"""Whether a schema still keeps what an earlier one promised to whoever reads, or commands."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_WORDS_ONLY: Final = frozenset({"$schema", "title", "description"})
_PARTS: Final = frozenset({"properties", "required", "items", "oneOf", "examples"})
_LIMITS: Final = {"maximum": 1, "maxLength": 1, "maxItems": 1, "minimum": -1, "minLength": -1, "minItems": -1}


def breaks(released: Schema, current: Schema) -> list[str]:
    """What whoever holds the released schema would stumble over; nothing when only things were added.

    Allowed are new fields that need not be there, new known names where any name is allowed, and other
    words. Everything else is a break, also a widened type: an old reader would not expect it. Commands are
    read by us and not by others: there, new ones and new names and wider limits are allowed too.

    Args:
        released: a JSON Schema without `$ref`, as it was given out.
        current: the schema of the same kind now.
    """
    commands = {_command(one): one for one in current.get("oneOf", ())}
    found = list(_broken("", released, current, told=False))
    for one in released.get("oneOf", ()):
        name = _command(one)
        if name in commands:
            found += _broken(name, one, commands[name], told=True)
        else:
            found.append(f"{name} is gone")
    return found


def topic_breaks(released: Schema, current: Schema) -> list[str]:
    """The same for how messages are delivered, see `stridesense.contract.schemas.deliveries`."""
    return [
        f"{topic} is gone"
        if topic not in current
        else f"{topic}: delivered as {current[topic]} instead of {delivery}"
        for topic, delivery in released.items()
        if current.get(topic) != delivery
    ]


def _broken(place: str, old: Schema, new: Schema, *, told: bool) -> Iterator[str]:
    for word in sorted((old.keys() | new.keys()) - _WORDS_ONLY - _PARTS):
        before, after = old.get(word), new.get(word)
        if before != after and not (told and _is_wider(word, before, after)):
            yield f"{place or 'the message'}: {word} was {before!r} and is {after!r}"
    if lost := [name for name in old.get("examples", ()) if name not in new.get("examples", ())]:
        yield f"{place}: {', '.join(map(str, lost))} is not named any more"
    yield from _broken_fields(place, old, new, told=told)
    if "items" in old or "items" in new:
        yield from _broken(f"{place}[]", old.get("items", {}), new.get("items", {}), told=told)


def _broken_fields(place: str, old: Schema, new: Schema, *, told: bool) -> Iterator[str]:
    now = new.get("properties", {})
    for name, schema in old.get("properties", {}).items():
        if name in now:
            yield from _broken(f"{place}.{name}", schema, now[name], told=told)
        else:
            yield f"{place}.{name} is gone"
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{place}.{name} must be there now" for name in sorted(is_required - was_required))
    if not told:
        yield from (
            f"{place}.{name} need not be there any more" for name in sorted(was_required - is_required)
        )


def _is_wider(word: str, before: Any, after: Any) -> bool:  # noqa: ANN401
    """Whether all that was accepted still is."""
    if word == "enum":
        return set(before or ()) <= set(after or ())
    return word in _LIMITS and before is not None and (after is None or (after - before) * _LIMITS[word] > 0)


def _command(schema: Schema) -> str:
    return str(schema["properties"]["command"]["const"])
