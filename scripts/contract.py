"""Writes the contract of MQTT as documents: JSON Schemas, AsyncAPI, and the tables of docs/mqtt.md.

python scripts/contract.py docs             writes what the models say now
python scripts/contract.py docs --release   also keeps the schemas as released, which later ones are held to
"""

import json
import sys
from collections.abc import Iterator, Mapping
from math import isinf
from pathlib import Path
from typing import Any, Final

from stridesense.contract.compatibility import breaks, topic_breaks
from stridesense.contract.examples import DEVICE, examples
from stridesense.contract.messages import MESSAGES, Enveloped
from stridesense.contract.schemas import asyncapi, deliveries, file_name, schema
from stridesense.contract.topics import A_FOOT, DELIVERY, Kind, topic
from stridesense.model import Foot

PAGE: Final = Path("mqtt.md")
SCHEMAS: Final = Path("contract/schemas")
RELEASED: Final = Path("contract/released")
TOPICS: Final = "topics.json"
WIDTH: Final = 112
COMMANDS_ABOUT: Final = "from whoever commands, see [commands.md](commands.md)"

Document = Mapping[str, Any]


def documents(docs: Path) -> dict[Path, str]:
    """What each document must hold, by its path in the folder of the documentation."""
    page = (docs / PAGE).read_text(encoding="utf-8")
    page = _replaced(page, "topics", "\n".join(_topic_table()))
    page = _replaced(page, "fields", "\n".join(line for kind in Kind for line in _section(kind)))
    return {
        Path("contract/asyncapi.json"): _text(asyncapi()),
        **{SCHEMAS / file_name(kind): _text(schema(kind)) for kind in Kind},
        PAGE: page,
    }


def release(docs: Path) -> list[str]:
    """Keep schemas and topics as released, unless they break what was released before; the breaks."""
    current = {file_name(kind): schema(kind) for kind in Kind} | {TOPICS: deliveries()}
    broken = []
    for path in (docs / RELEASED).glob("*.json"):
        before = json.loads(path.read_text(encoding="utf-8"))
        compare = topic_breaks if path.name == TOPICS else breaks
        broken += [f"{path.name} {one}" for one in compare(before, current.get(path.name, {}))]
    if not broken:
        for name, document in current.items():
            _write(docs / RELEASED / name, _text(document))
    return broken


def _text(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _replaced(page: str, name: str, body: str) -> str:
    begin, end = f"<!-- {name}: written by `make contract` -->\n", f"<!-- end of {name} -->\n"
    head, rest = page.split(begin)
    return f"{head}{begin}\n{body}\n{end}{rest.split(end)[1]}"


def _topic_table() -> Iterator[str]:
    yield "| topic after the device | when | QoS | retained | expires after |"
    yield "|---|---|---|---|---|"
    for kind in Kind:
        delivery = DELIVERY[kind]
        about = COMMANDS_ABOUT if kind is Kind.COMMAND else MESSAGES[kind].about
        name = f"`{{foot}}/{kind}`" if kind in A_FOOT else f"`{kind}`"
        expiry = "never" if isinf(delivery.expiry_s) else f"{delivery.expiry_s:.0f} s"
        yield f"| {name} | {about} | {delivery.qos} | {'yes' if delivery.retain else 'no'} | {expiry} |"
    yield ""


def _section(kind: Kind) -> Iterator[str]:
    described = schema(kind)
    yield from (f"### {kind}", "", *described["description"].split("\n"), "")
    if kind is Kind.COMMAND:
        commands = [one["properties"]["command"]["const"] for one in described["oneOf"]]
        yield f"One of {', '.join(f'`{name}`' for name in commands)}; see [commands.md](commands.md)."
        yield ""
    elif kind is not Kind.STATUS:
        yield from _field_table(described)
    yield from (f"On `{topic(DEVICE, kind, Foot.LEFT if kind in A_FOOT else None)}`:", "")
    yield from ("```text" if kind is Kind.STATUS else "```json", *_example(kind), "```", "")


def _field_table(described: Document) -> Iterator[str]:
    yield "| field | value | always | what it is |"
    yield "|---|---|---|---|"
    for name, field in described["properties"].items():
        if name in Enveloped.model_fields:
            continue
        always = "yes" if name in described["required"] else ""
        yield f"| `{name}` | {_value(field)} | {always} | {field['description']} |"
    yield ""


def _value(field: Document) -> str:
    if "enum" in field:
        return ", ".join(f"`{name}`" for name in field["enum"])
    if "examples" in field:
        return ", ".join(f"`{name}`" for name in field["examples"]) + ", or another name"
    if field["type"] == "array":
        return f"list of {_value(field['items'])}"
    return {"number": "number", "integer": "integer", "string": "text", "boolean": "true, false"}[
        field["type"]
    ]


def _example(kind: Kind) -> Iterator[str]:
    """A payload over as many lines as it takes to be read."""
    payload = examples()[kind].decode()
    if kind is Kind.STATUS:
        yield payload
        return
    *pieces, last = _pieces(json.loads(payload))
    line = "{"
    for piece in (*(f"{piece}, " for piece in pieces), f"{last}}}"):
        if len(line) + len(piece) > WIDTH:
            yield line.rstrip()
            line = " "
        line += piece
    yield line


def _pieces(payload: Document) -> Iterator[str]:
    """Where a payload may be cut into lines: after each field and each value of a list."""
    for name, value in payload.items():
        text = f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        yield from text.split(", ") if isinstance(value, list) else (text,)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(folder: str, *options: str) -> None:
    """Write every document; with `--release` also the schemas as released."""
    docs = Path(folder)
    for path, text in documents(docs).items():
        _write(docs / path, text)
    if "--release" in options and (broken := release(docs)):
        sys.exit("\n".join(["not released, this would break subscribers:", *broken]))


if __name__ == "__main__":
    main(*sys.argv[1:])
