"""The lines of a control socket: one JSON object each, versioned, with the id of the request."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from hanbench.harness.control.calling import LONGEST
from hanbench.harness.control.errors import INVALID_REQUEST, UNSUPPORTED_VERSION, ControlError, Problem
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.foreign_json import NOT_JSON, each_key_once

VERSION = 1
"""Increased when a client of the previous version could misread a line."""

Id = Annotated[str, Meta(max_length=64)]


class Call(Struct, frozen=True, forbid_unknown_fields=True):
    """A request to a bench."""

    verb: Annotated[str, Meta(max_length=40)]
    id: Id = ""
    v: int = VERSION
    request: Raw = Raw(b"{}")
    """The fields of the verb's request."""
    follow: bool = False
    """With the verb `events`: more lines follow the answer, until the connection closes."""


class Reply(Struct, frozen=True, omit_defaults=True):
    """A line from a bench: an answer, an error, or events that follow."""

    id: Id = ""
    v: int = VERSION
    answer: Raw = Raw(b"")
    error: Problem | None = None
    events: tuple[AnyBenchEvent, ...] | None = None


class _Versioned(Struct):
    """What a line of any version has."""

    v: int = VERSION
    id: str = ""


_calls = msgspec.json.Decoder(Call)
_replies = msgspec.json.Decoder(Reply)
_versions = msgspec.json.Decoder(_Versioned)


def decode_call(line: bytes) -> Call:
    """Decode the line of a request. Raises ControlError."""
    try:
        version = _versions.decode(line).v
        if version != VERSION:
            raise ControlError(UNSUPPORTED_VERSION, f"v: found {version}, expected {VERSION}")
        found = _calls.decode(line)
        each_key_once(line)
    except NOT_JSON as error:
        raise ControlError(INVALID_REQUEST, f"expected a line with `verb`, `id` and `request`: {error}") from None
    return found


def id_of(line: bytes) -> str:
    """Return the id of a line that could not be decoded as a whole; empty if it has none."""
    try:
        return _versions.decode(line).id[:64]
    except NOT_JSON:
        return ""


def encode_call(verb: str, request: Any, id: str, *, follow: bool = False) -> bytes:
    """Return the line of a request."""
    call = Call(verb, id, request=Raw(msgspec.json.encode(request)), follow=follow)
    return msgspec.json.encode(call) + b"\n"


def encode_reply(reply: Reply) -> bytes:
    """Return the line of a reply: `v` and `id` always, and what it carries."""
    fields: dict[str, Any] = {"v": reply.v, "id": reply.id}
    for name in ("answer", "error", "events"):
        value = getattr(reply, name)
        if value is not None and value != Raw(b""):
            fields[name] = value
    return msgspec.json.encode(fields) + b"\n"


def decode_reply(line: bytes) -> Reply:
    """Decode a line from a bench. Raises ControlError."""
    try:
        found = _replies.decode(line)
        each_key_once(line)
    except NOT_JSON as error:
        raise ControlError(UNSUPPORTED_VERSION, f"the bench's answer cannot be read: {error}") from None
    return found


__all__ = ["LONGEST", "VERSION", "Call", "Reply", "decode_call", "decode_reply", "encode_call", "encode_reply", "id_of"]
