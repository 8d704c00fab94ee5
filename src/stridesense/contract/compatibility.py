"""Whether a schema still keeps what an earlier one promised to whoever reads or commands."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_WORDS_ONLY: Final = frozenset({"$schema", "title", "description", "examples", "default"})
_PARTS: Final = frozenset({"properties", "required", "items", "oneOf"})


def breaks(released: Schema, current: Schema) -> list[str]:
    """What whoever holds the released schema would stumble over; nothing when only things were added.

    Allowed are new fields that need not be there, new commands, new known names where any name is allowed,
    and other words. Everything else is a break, also a widened type: an old reader would not expect it.

    Args:
        released: a JSON Schema without `$ref`, as it was given out.
        current: the schema of the same kind now.
    """
    return list(_broken("", released, current))


def topic_breaks(released: Schema, current: Schema) -> list[str]:
    """The same for how messages are delivered, see `stridesense.contract.schemas.deliveries`."""
    return [
        f"{topic} is gone"
        if topic not in current
        else f"{topic}: delivered as {current[topic]} instead of {delivery}"
        for topic, delivery in released.items()
        if current.get(topic) != delivery
    ]


def _broken(place: str, old: Schema, new: Schema) -> Iterator[str]:
    for word in sorted(old.keys() | new.keys()):
        if word not in _WORDS_ONLY | _PARTS and old.get(word) != new.get(word):
            yield f"{place or 'the message'}: {word} was {old.get(word)!r} and is {new.get(word)!r}"
    if old.get("default") != new.get("default"):
        yield f"{place}: left out, it meant {old.get('default')!r} and means {new.get('default')!r}"
    if lost := [name for name in old.get("examples", ()) if name not in new.get("examples", ())]:
        yield f"{place}: {', '.join(map(str, lost))} is not named any more"
    yield from _broken_fields(place, old, new)
    yield from _broken_commands(place, old, new)
    if "items" in old or "items" in new:
        yield from _broken(f"{place}[]", old.get("items", {}), new.get("items", {}))


def _broken_fields(place: str, old: Schema, new: Schema) -> Iterator[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, schema in old_fields.items():
        if name in new_fields:
            yield from _broken(f"{place}.{name}", schema, new_fields[name])
        else:
            yield f"{place}.{name} is gone"
    old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{place}.{name} need not be there any more" for name in sorted(old_required - new_required))
    yield from (f"{place}.{name} must be there now" for name in sorted(new_required - old_required))


def _broken_commands(place: str, old: Schema, new: Schema) -> Iterator[str]:
    now = {_command(one): one for one in new.get("oneOf", ())}
    for one in old.get("oneOf", ()):
        command = _command(one)
        if command in now:
            yield from _broken(f"{place}{command}", one, now[command])
        else:
            yield f"{place}{command} is gone"


def _command(schema: Schema) -> str:
    return str(schema["properties"]["command"]["const"])
