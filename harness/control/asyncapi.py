"""The AsyncAPI 3.0 document of a bench at an MQTT broker: requests and answers, events, decisions and retained states.

Topics: `BASE/{bench}/request/VERB` takes a request, `BASE/{bench}/response/VERB` has its answer (or the topic below it
that the MQTT 5 property Response Topic names, with the same Correlation Data), `BASE/{bench}/event/KIND` has events,
and `BASE/{bench}/decision` the decisions, which `BASE/{bench}/decision/ack` acknowledges. `BASE/{bench}/availability`,
`BASE/{bench}/state`, and the same two below `BASE/{bench}/node/{ieee}`, are retained.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hanbench import __version__
from hanbench.harness.control.events import EVENTS, DecisionMade, kind_name
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.published import (
    DECISION,
    NODE,
    OFFLINE,
    ONLINE,
    STATE,
    PublishedDecision,
    PublishedState,
    Receipt,
    event_message,
    response_message,
    schema_name,
)
from hanbench.harness.control.schemas import COMPONENTS, components, reference
from hanbench.harness.control.table import VERBS, Verb

BASE = "hanbench"
"""First level of all topics, by default."""
NOT_SENT = ("lost",)
"""Events of a single follower, which no topic has."""
LONGEST_TRANSACTION = 64
"""Characters of the id of a request."""
_RESPONSE_TOPIC = "$message.header#/responseTopic"


def request_topic(verb: str, bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic of a verb's requests."""
    return f"{base}/{bench}/request/{verb}"


def response_topic(verb: str, bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic of a verb's answers to requests without a Response Topic."""
    return f"{base}/{bench}/response/{verb}"


def event_topic(kind: str, bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic of the events of a kind."""
    return f"{base}/{bench}/decision" if kind == kind_name(DecisionMade) else f"{base}/{bench}/event/{kind}"


def receipt_topic(bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic on which a consumer acknowledges decisions."""
    return f"{event_topic(kind_name(DecisionMade), bench, base)}/ack"


def availability_topic(bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic that tells whether a bench is up: `online` or `offline`, retained."""
    return f"{base}/{bench}/availability"


def state_topic(bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic of a bench's retained state."""
    return f"{base}/{bench}/state"


def node_state_topic(ieee: str = "{ieee}", bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic of a node's retained state. `ieee`: its EUI-64, 16 hexadecimal digits."""
    return f"{base}/{bench}/node/{ieee}/state"


def node_availability_topic(ieee: str = "{ieee}", bench: str = "{bench}", base: str = BASE) -> str:
    """Return the topic that tells whether a node has power and is joined: `online` or `offline`, retained."""
    return f"{base}/{bench}/node/{ieee}/availability"


def document() -> dict[str, Any]:
    """Return the AsyncAPI document."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for verb in VERBS.values():
        _add_verb(verb, channels, operations, messages)
    for kind, event in EVENTS.items():
        if kind not in NOT_SENT:
            _add_event(kind, event, channels, operations, messages)
    _add_retained(channels, operations, messages)
    _add_receipt(channels, operations, messages)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hanbench",
            "version": __version__,
            "description": "Control of benches that are up, and their events.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "schemas": {**_plain(components()), **_plain(_own_schemas()), **_replies()},
            "messages": messages,
        },
    }


def _plain(schema: Any) -> Any:
    """Return a schema without `discriminator`, which AsyncAPI has in another form; `const` tags say the same."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if isinstance(schema, dict):
        return {name: _plain(each) for name, each in schema.items() if name != "discriminator"}
    return schema


def _own_schemas() -> dict[str, Any]:
    """Return the schemas of what is published beside events and answers, and of receipts."""
    kinds = (PublishedState, PublishedDecision, Receipt)
    _, found = msgspec.json.schema_components(kinds, ref_template=COMPONENTS + "{name}")
    return dict(sorted(found.items()))


def _tagged(message: str, kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a payload: a value's fields, and the name of the schema."""
    tag = {"type": "object", "properties": {"schema": {"const": schema_name(message)}}, "required": ["schema"]}
    return {"allOf": [tag, reference(kind)]}


def _replies() -> dict[str, Any]:
    """Return the schemas of an error as an answer, and of the properties of a request."""
    failed = {
        "title": "Failed",
        "description": "An error instead of an answer.",
        "type": "object",
        "properties": {
            "status": {"const": "error"},
            "data": {"type": "object", "maxProperties": 0},
            "error": {"type": "string", "description": "What is wrong, in one line"},
            "problem": {"$ref": f"{COMPONENTS}Problem"},
            "transaction": {"type": "string"},
        },
        "required": ["status", "data", "error", "problem"],
    }
    properties = {
        "title": "RequestProperties",
        "description": "Properties of MQTT 5.",
        "type": "object",
        "properties": {
            "responseTopic": {"type": "string", "description": "Response Topic, below the bench's `response/`"},
            "correlationData": {"type": "string", "description": "Correlation Data, which the answer repeats"},
        },
    }
    return {"Failed": failed, "RequestProperties": properties}


def _channel(address: str, *messages: str) -> dict[str, Any]:
    parameters = {"bench": {"description": "Name of a bench that is up"}}
    if "{ieee}" in address:
        parameters["ieee"] = {"description": "EUI-64 of a node, 16 hexadecimal digits"}
    return {
        "address": address,
        "parameters": parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _add_verb(verb: Verb, channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]) -> None:
    asked, answered = f"{verb.name}-request", response_message(verb.name)
    channels[asked] = _channel(request_topic(verb.name), asked)
    channels[answered] = _channel(response_topic(verb.name), answered)
    messages[asked] = {
        "name": asked,
        "summary": verb.sentence,
        "headers": {"$ref": f"{COMPONENTS}RequestProperties"},
        "payload": _with_transaction(reference(verb.request)),
    }
    messages[answered] = {"name": answered, "payload": {"oneOf": [_answered(verb), {"$ref": f"{COMPONENTS}Failed"}]}}
    operations[verb.name] = {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{asked}"},
        "summary": verb.sentence,
        "tags": [{"name": verb.effect.value}],
        "reply": {
            "address": {"location": _RESPONSE_TOPIC},
            "channel": {"$ref": f"#/channels/{answered}"},
            "messages": [{"$ref": f"#/channels/{answered}/messages/{answered}"}],
        },
    }


def _with_transaction(request: dict[str, str]) -> dict[str, Any]:
    """Return the schema of a request: its fields, and beside or around them an id, for tools of MQTT 3.1.1."""
    transaction = {"transaction": {"type": "string", "maxLength": LONGEST_TRANSACTION}}
    around = {"type": "object", "properties": {"request": request, **transaction}, "required": ["request"]}
    return {"anyOf": [around, {"allOf": [{"type": "object", "properties": transaction}, request]}]}


def _answered(verb: Verb) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "schema": {"const": schema_name(response_message(verb.name))},
            "status": {"const": "ok"},
            "data": reference(verb.answer),
            "transaction": {"type": "string"},
        },
        "required": ["schema", "status", "data"],
    }


def _add_event(
    kind: str, event: type[Any], channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]
) -> None:
    name = event_message(kind)
    channels[name] = _channel(event_topic(kind), name)
    messages[name] = {"name": name, "payload": _tagged(name, PublishedDecision if name == DECISION else event)}
    _add_sent(name, operations)


def _add_retained(channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]) -> None:
    available = {"type": "string", "enum": [ONLINE.decode(), OFFLINE.decode()]}
    plain = {"contentType": "text/plain", "payload": available}
    for name, address, message in (
        ("availability", availability_topic(), plain),
        ("node-availability", node_availability_topic(), plain),
        (STATE, state_topic(), {"payload": _tagged(STATE, PublishedState)}),
        (NODE, node_state_topic(), {"payload": _tagged(NODE, NodeState)}),
    ):
        channels[name] = _channel(address, name)
        messages[name] = {"name": name, "summary": "Retained."} | message
        _add_sent(name, operations)


def _add_receipt(channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]) -> None:
    name = "decision-receipt"
    channels[name] = _channel(receipt_topic(), name)
    messages[name] = {"name": name, "payload": reference(Receipt)}
    operations[name] = {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def _add_sent(name: str, operations: dict[str, Any]) -> None:
    operations[f"send-{name}" if name in VERBS else name] = {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
