"""AsyncAPI 3 of all messages: what the services say to one another and to departments, and what departments may send."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from docs.generator.departments import ANSWERS as ANSWERED
from docs.generator.departments import DELIVERY, ORDER
from docs.generator.product import for_departments, golden, matches, messages, publishers, queues_consuming
from docs.generator.shapes import Json
from services import VERSION
from services.contracts.commands import ALL_VERBS, REQUESTS
from services.contracts.envelope import CONTENT_TYPE
from services.contracts.envelope import VERSION as SCHEMA_VERSION
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.messages.values import Message, Value
from services.contracts.topology import COMMANDS, DEPARTMENTS, EVENTS, EXCHANGES, SERVICE_QUEUES, VHOST, private_places

BINDING = "0.3.0"
ANSWERS = (CommandAccepted, CommandRejected)
#: Where a reference to a schema points.
PLACE = "#/components/schemas/data.{name}"
CODE = r"^[a-z][a-z0-9-]{1,39}$"
DESCRIPTION = (
    """\
Every body is one CloudEvents 1.0 event in JSON (UTF-8); its `id` is the AMQP `message_id`. A queue can hold a second copy of a
message after a crash, with the same id: drop it by id. Messages are persistent, mandatory and confirmed.

"""
    f"{DELIVERY}\n\n{ORDER}\n\n{ANSWERED}"
)


def document() -> Json:
    """The whole document."""
    schemas = _schemas()
    components = {shape.TYPE: event_message(shape) for shape in messages()}
    for verb, shape in ALL_VERBS.items():
        components[f"command.{verb}"] = command_message(verb, shape, schemas.pop(shape.__name__))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Huiying 回应", "version": VERSION, "description": DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _server()},
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": components,
            "schemas": {f"data.{name}": schema for name, schema in sorted(schemas.items())},
            "securitySchemes": {"password": {"type": "userPassword", "description": "Each service and department has its own."}},
        },
    }


def _schemas() -> dict[str, Json]:
    """The JSON Schema of every message, every command and every value that they carry, by class name."""
    _, schemas = msgspec.json.schema_components([*messages(), *ALL_VERBS.values()], ref_template=PLACE)
    described = {name: schema | {"description": cleandoc(schema["description"])} for name, schema in schemas.items()}
    return {name: _typed(schema) for name, schema in described.items()}


def _typed(schema: Any) -> Any:
    """The same with the type of each closed set of values, which msgspec leaves out."""
    if isinstance(schema, dict):
        return ({"type": "string"} if "enum" in schema else {}) | {name: _typed(inner) for name, inner in schema.items()}
    return list(map(_typed, schema)) if isinstance(schema, list) else schema


def event_message(shape: type[Message]) -> Json:
    """One message of a service in its envelope."""
    fixed = {"specversion": "1.0", "type": shape.TYPE, "datacontenttype": "application/json",
             "dataschema": f"/schemas/{shape.TYPE}/{SCHEMA_VERSION}"}  # fmt: skip
    properties: Json = {name: {"const": value} for name, value in fixed.items()}
    text = {"type": "string"}
    properties |= {"id": text, "source": {"const": f"/{publishers(shape)[0]}"}, "subject": text}
    properties |= {"time": text | {"format": "date-time"}, "sequence": {"type": "integer", "minimum": 0}}
    properties["data"] = {"$ref": PLACE.format(name=shape.__name__)}
    required = sorted(properties)
    properties["session"] = text | {"description": "Where the opinion was told, if at a session."}
    answer: Json = {
        "name": shape.TYPE,
        "title": shape.__name__,
        "summary": (shape.__doc__ or "").strip().split("\n")[0],
        "contentType": CONTENT_TYPE,
        "payload": {"type": "object", "properties": properties, "required": required},
        "bindings": {"amqp": {"messageType": shape.TYPE, "bindingVersion": BINDING}},
    }
    if shape in ANSWERS:
        answer["correlationId"] = {
            "description": "The command's id, also the AMQP `correlation_id`.", "location": "$message.payload#/data/command",
        }  # fmt: skip
    example = golden(shape)
    return answer | ({"examples": [{"name": shape.TYPE, "payload": example}]} if example else {})


def command_message(verb: str, shape: type[Value], data: Json) -> Json:
    """One command of a department. Only `data` is read of the body; the id is the AMQP `message_id`, or else the body's `id`."""
    if verb not in REQUESTS:
        data |= {"properties": {"assignment": {"type": "string"}} | data["properties"]}
        data["required"] = ["assignment", *data["required"]]
    return {
        "name": f"command.{verb}",
        "title": verb,
        "summary": (shape.__doc__ or "").strip().split("\n")[0],
        "contentType": CONTENT_TYPE,
        "bindings": {"amqp": {"messageType": f"command.{verb}", "bindingVersion": BINDING}},
        "payload": {
            "type": "object",
            "properties": {"id": {"type": "string", "maxLength": 64}, "data": data},
            "required": [] if verb in REQUESTS else ["data"],
        },
    }


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "pathname": f"/{VHOST}",
        "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "5680"}},
        "security": [{"$ref": "#/components/securitySchemes/password"}],
    }


def _exchange(name: str) -> Json:
    return {"name": name, "type": EXCHANGES[name], "durable": True, "autoDelete": False, "vhost": VHOST}


def _bound(exchange: str) -> Json:
    return {"amqp": {"is": "routingKey", "exchange": _exchange(exchange), "bindingVersion": BINDING}}


def _queue(name: str) -> Json:
    queue = {"name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": VHOST}
    return {"amqp": {"is": "queue", "queue": queue, "bindingVersion": BINDING}}


def _references(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _private_channel(shape: type[Message]) -> Json:
    channel: Json = {
        "address": shape.PRIVATE_TO[0],
        "bindings": _bound(private_places(shape)[0][0]),
        "messages": _references([shape.TYPE]),
    }
    if len(shape.PRIVATE_TO) == 1:
        return channel
    queue = {"queue": {"description": f"Each of {', '.join(shape.PRIVATE_TO)}."}}
    return channel | {"address": "{queue}", "parameters": queue}


def _event_channel(shape: type[Message]) -> Json:
    if shape.PRIVATE:
        return _private_channel(shape)
    channel: Json = {"address": f"{shape.TYPE}.-", "bindings": _bound(EVENTS), "messages": _references([shape.TYPE])}
    if shape.KEY is None:
        return channel
    parameters = {shape.KEY: {"description": f"The {shape.KEY} it is about, `-` where there is none."}}
    return channel | {"address": f"{shape.TYPE}.{{{shape.KEY}}}", "parameters": parameters}


def _channels() -> Json:
    code = {"code": {"description": f"A department of the catalogue, {CODE}"}}
    channels: Json = {}
    channels |= {shape.TYPE: _event_channel(shape) for shape in messages() if shape.PUBLISHED}
    for queue in SERVICE_QUEUES:
        channels[queue.name] = {"address": queue.name, "messages": _references(_heard(queue.name)), "bindings": _queue(queue.name)}
    addressed = [shape.TYPE for shape in messages() if for_departments(shape)]
    channels["department"] = {
        "address": "department.{code}", "parameters": code, "messages": _references(addressed), "bindings": _bound(DEPARTMENTS),
    }  # fmt: skip
    for verb in ALL_VERBS:
        channels[f"command.{verb}"] = {
            "address": f"{{code}}.{verb}", "parameters": code, "messages": _references([f"command.{verb}"]),
            "bindings": _bound(COMMANDS),
        }  # fmt: skip
    return channels


def _heard(queue: str) -> list[str]:
    shape = next(each for each in SERVICE_QUEUES if each.name == queue)
    if shape.exchange == COMMANDS:
        return [f"command.{verb}" for verb in ALL_VERBS if any(matches(pattern, f"code.{verb}") for pattern in shape.consumes)]
    return [each.TYPE for each in messages() if queue in queues_consuming(each)]


def _operation(action: str, channel: str, names: list[str], summary: str) -> Json:
    listed = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]
    answer: Json = {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary, "messages": listed}
    if action == "send":
        answer["bindings"] = {"amqp": {"deliveryMode": 2, "mandatory": True, "bindingVersion": BINDING}}
    return answer


def _operations() -> Json:
    operations: Json = {}
    for shape in messages():
        service = publishers(shape)[0]
        if shape.PUBLISHED:
            summary = f"{service} publishes {shape.TYPE}."
            operations[f"{service}.says.{shape.TYPE}"] = _operation("send", shape.TYPE, [shape.TYPE], summary)
        if for_departments(shape):
            service = service if shape.ADDRESSED else "routing"
            text = f"{service} puts {shape.TYPE} into the queue of the department concerned."
            operations[f"{service}.addresses.{shape.TYPE}"] = _operation("send", "department", [shape.TYPE], text)
    for queue in SERVICE_QUEUES:
        service = queue.name.split(".")[0]
        operations[f"{service}.hears.{queue.name}"] = _operation(
            "receive", queue.name, _heard(queue.name), f"{service} consumes this queue."
        )
    addressed = [shape.TYPE for shape in messages() if for_departments(shape)]
    operations["department.hears"] = _operation("receive", "department", addressed, "A department reads its own queue.")
    for verb in ALL_VERBS:
        name = f"command.{verb}"
        operations[f"department.sends.{verb}"] = _operation("send", name, [name], f"A department sends {verb} under its own name.")
    return operations
