"""The AsyncAPI 3.0 document of the verbs and events over MQTT, made from the table of verbs.

Topics: `BASE/{bench}/request/VERB` takes a request, `BASE/{bench}/response/VERB` has its answer (or the topic that the
MQTT 5 property Response Topic names, with the same Correlation Data), `BASE/{bench}/event/KIND` has the events, and
`BASE/{bench}/decision` the decisions, which `BASE/{bench}/decision/ack` acknowledges.
"""

from __future__ import annotations

from typing import Any

from hanbench import __version__
from hanbench.harness.control.events import EVENTS, DecisionMade, kind_name
from hanbench.harness.control.schemas import COMPONENTS, components, reference
from hanbench.harness.control.table import VERBS, Verb

BASE = "hanbench"
"""First level of all topics, by default."""
NOT_SENT = ("lost",)
"""Events of a single follower, which no topic has."""
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
        "components": {"schemas": {**_plain(components()), **_replies()}, "messages": messages},
    }


def _plain(schema: Any) -> Any:
    """Return a schema without `discriminator`, which AsyncAPI has in another form; `const` tags say the same."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if isinstance(schema, dict):
        return {name: _plain(each) for name, each in schema.items() if name != "discriminator"}
    return schema


def _replies() -> dict[str, Any]:
    """Return the schemas of an error as an answer, and of the properties of a request."""
    failed = {
        "title": "Failed",
        "description": "An error instead of an answer.",
        "type": "object",
        "properties": {
            "status": {"const": "error"},
            "error": {"$ref": f"{COMPONENTS}Problem"},
            "transaction": {"type": "string"},
        },
        "required": ["status", "error"],
    }
    properties = {
        "title": "RequestProperties",
        "description": "Properties of MQTT 5.",
        "type": "object",
        "properties": {
            "responseTopic": {"type": "string", "description": "Response Topic, below the bench's own topics"},
            "correlationData": {"type": "string", "description": "Correlation Data, which the answer repeats"},
        },
    }
    return {"Failed": failed, "RequestProperties": properties}


def _channel(address: str, *messages: str) -> dict[str, Any]:
    return {
        "address": address,
        "parameters": {"bench": {"description": "Name of a bench that is up"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _add_verb(verb: Verb, channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]) -> None:
    asked, answered = f"{verb.name}-request", f"{verb.name}-response"
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
    """Return the schema of a request over MQTT: its fields below `request`, and an id for tools of MQTT 3.1.1."""
    return {
        "type": "object",
        "properties": {"request": request, "transaction": {"type": "string", "maxLength": 64}},
        "additionalProperties": False,
    }


def _answered(verb: Verb) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "status": {"const": "ok"},
            "data": reference(verb.answer),
            "transaction": {"type": "string"},
        },
        "required": ["status", "data"],
    }


def _add_event(
    kind: str, event: type[Any], channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]
) -> None:
    name = f"{kind}-event"
    channels[name] = _channel(event_topic(kind), name)
    messages[name] = {"name": name, "payload": reference(event)}
    operations[name] = {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
