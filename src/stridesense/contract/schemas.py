"""The contract as documents: a JSON Schema (2020-12) for each kind, and one AsyncAPI 3 document."""

import json
from math import isfinite
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from stridesense.contract import topics
from stridesense.contract.commands import COMMAND
from stridesense.contract.examples import examples
from stridesense.contract.messages import MESSAGES, StatusMessage
from stridesense.contract.topics import A_FOOT, DELIVERY, OFFLINE, Kind, schema_name, topic
from stridesense.model import Foot

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI_VERSION: Final = "3.0.0"

Document = dict[str, Any]


class _Plain(GenerateJsonSchema):
    """Absent is not null: a field that need not be there says nothing of null, nor of a default of it."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """The schema of what it is when it is there."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The same with its default, unless that is null."""
        said = super().default_schema(schema)
        return {name: value for name, value in said.items() if (name, value) != ("default", None)}

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Never: the field's name is its title."""
        return False


def file_name(kind: Kind) -> str:
    """The name of the file that holds the schema of a kind."""
    return f"{kind.replace('/', '-')}.json"


def schema(kind: Kind) -> Document:
    """The JSON Schema of the payloads of one kind; for the plain text of `status`, of that text."""
    if kind is Kind.COMMAND:
        made = {
            "description": "What StrideSense can be told.",
            **COMMAND.json_schema(schema_generator=_Plain),
        }
        made.pop("discriminator")  # a word of OpenAPI, which means something else to AsyncAPI
    else:
        made = MESSAGES[kind].model_json_schema(schema_generator=_Plain)
    if kind is Kind.STATUS:
        made = {**made["properties"]["status"], "description": StatusMessage.__doc__}
    definitions = made.pop("$defs", {})
    plain: Document = _inlined(made, definitions)
    return {"$schema": DIALECT, **plain, "title": schema_name(kind)}


def asyncapi() -> Document:
    """The AsyncAPI 3 document: channels, who sends what, how it is delivered, schemas and examples."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "StrideSense",
            "version": f"{topics.VERSION}.0.0",
            "description": "What StrideSense says over MQTT and can be told, for programs.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {_id(kind): _channel(kind) for kind in Kind},
        "operations": {_operation_id(kind): _operation(kind) for kind in Kind},
        "components": {"messages": {_id(kind): _message(kind) for kind in Kind}},
    }


def deliveries() -> Document:
    """Of each topic what a subscriber relies on: its quality of service, and whether it is retained."""
    return {
        _address(kind): {"qos": delivery.qos, "retain": delivery.retain}
        for kind, delivery in DELIVERY.items()
    }


def _inlined(part: Any, definitions: Document) -> Any:  # noqa: ANN401
    """A part of a schema with each `$ref` replaced by what it names."""
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    said = {key: _inlined(value, definitions) for key, value in part.items() if key != "$ref"}
    if "$ref" not in part:
        return said
    named = _inlined(definitions[part["$ref"].removeprefix("#/$defs/")], definitions)
    return {**{key: value for key, value in named.items() if key != "title"}, **said}


def _id(kind: Kind) -> str:
    first, *rest = kind.split("/")
    return first + "".join(word.capitalize() for word in rest)


def _operation_id(kind: Kind) -> str:
    action = "receive" if kind is Kind.COMMAND else "send"
    return action + _id(kind)[0].upper() + _id(kind)[1:]


def _servers() -> Document:
    will = {
        "topic": topic("{device}", Kind.STATUS),
        "qos": DELIVERY[Kind.STATUS].qos,
        "retain": True,
        "message": OFFLINE.decode(),
    }
    host = {"description": "the broker that the settings of StrideSense name", "default": "localhost"}
    common = {
        "variables": {"host": host},
        "bindings": {"mqtt": {"lastWill": will, "bindingVersion": "0.2.0"}},
    }
    return {
        "plain": {"host": "{host}:1883", "protocol": "mqtt", "protocolVersion": "5", **common},
        "secure": {"host": "{host}:8883", "protocol": "secure-mqtt", "protocolVersion": "5", **common},
    }


def _address(kind: Kind) -> str:
    return topic("{device}/{foot}" if kind in A_FOOT else "{device}", kind)


def _channel(kind: Kind) -> Document:
    parameters: Document = {
        "device": {"description": "name of the device, one level: letters, digits, `_` and `-`"}
    }
    if kind in A_FOOT:
        parameters["foot"] = {"description": "which foot", "enum": list(Foot)}
    return {
        "address": _address(kind),
        "parameters": parameters,
        "messages": {_id(kind): {"$ref": f"#/components/messages/{_id(kind)}"}},
    }


def _operation(kind: Kind) -> Document:
    delivery = DELIVERY[kind]
    binding: Document = {"qos": delivery.qos, "retain": delivery.retain, "bindingVersion": "0.2.0"}
    if isfinite(delivery.expiry_s):
        binding["messageExpiryInterval"] = int(delivery.expiry_s)
    operation: Document = {
        "action": "receive" if kind is Kind.COMMAND else "send",
        "channel": {"$ref": f"#/channels/{_id(kind)}"},
        "messages": [{"$ref": f"#/channels/{_id(kind)}/messages/{_id(kind)}"}],
        "bindings": {"mqtt": binding},
    }
    if kind is Kind.COMMAND:
        result = f"#/channels/{_id(Kind.RESULT)}"
        operation["reply"] = {
            "channel": {"$ref": result},
            "messages": [{"$ref": f"{result}/messages/{_id(Kind.RESULT)}"}],
        }
    return operation


def _message(kind: Kind) -> Document:
    payload = schema(kind)
    text, content_type = examples()[kind].decode(), "application/json"
    if kind is Kind.STATUS:
        text, content_type = json.dumps(text), "text/plain"
    named = {
        "type": "object",
        "properties": {"schema": {"type": "string", "const": schema_name(kind)}},
    }
    return {
        "name": payload["title"],
        "title": _id(kind),
        "summary": payload["description"].split("\n", 1)[0],
        "contentType": content_type,
        "headers": {**named, "description": "MQTT 5 user properties"},
        "payload": {key: value for key, value in payload.items() if key not in {"$schema", "title"}},
        "bindings": {
            "mqtt": {"payloadFormatIndicator": 1, "contentType": content_type, "bindingVersion": "0.2.0"}
        },
        "examples": [{"name": "one", "payload": json.loads(text)}],
    }
