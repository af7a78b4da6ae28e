"""Names and values of frames as text. Keys are always redacted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from hanbench.emulator.message import Message
from hanbench.emulator.zigbee.security.keys import redacted
from hanbench.emulator.zigbee.zdo.messages import ZdpMessage as ZdpMessage

Fields = tuple[tuple[str, str], ...]

_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ABBREVIATED = {
    "Rsp": "Response",
    "Req": "Request",
    "Annce": "Announce",
    "Addr": "Address",
    "Desc": "Descriptor",
    "Ep": "Endpoint",
    "Mgmt": "Management",
}
_SAID = 4
"""Maximum number of fields in a line."""
LONGEST = 64
"""Maximum octets of a string to show."""
_KEYS = {"key"}
"""Names of fields that hold keys."""
_ADDRESSES = {"destination", "source", "device", "target", "partner", "ieee", "sender", "extended_pan_id"}


def parts(name: str) -> list[str]:
    """Split `ReadAttributesResponse` into words, with the abbreviations of the device profile expanded."""
    return [_ABBREVIATED.get(part, part) for part in _SEAM.split(name)]


@lru_cache(maxsize=1024)
def kebab(name: str) -> str:
    """Turn `ReadAttributesResponse` into `read-attributes-response`, `DATA_REQUEST` into `data-request`."""
    if name.isupper():
        return name.lower().replace("_", "-")
    return "-".join(part.lower() for part in parts(name))


def title(name: str) -> str:
    """Turn `ReadAttributesResponse` into `Read Attributes Response`."""
    if name.isupper():
        return name.replace("_", " ").title()
    return " ".join(parts(name))


def ieee(address: int) -> str:
    """Return an EUI-64 as sixteen hexadecimal digits."""
    return f"{address:016x}"


def short(address: int) -> str:
    """Return a short address as `0x` and four hexadecimal digits."""
    return f"0x{address:04x}"


def shown(value: object) -> str:
    """Return a value as one line of text."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return title(value.name)
        case bytes():
            return _octets(value)
        case str():
            return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value)
        case Mapping():
            return ", ".join(f"{name} {shown(each)}" for name, each in value.items() if each is not None)
        case _ if isinstance(value, Message) or is_dataclass(value) or hasattr(value, "_fields"):
            return ", ".join(f"{name} {each}" for name, each in of(value))
        case list() | tuple():
            return "; ".join(map(shown, value)) or "-"
    return str(value)


def _octets(value: bytes) -> str:
    cut = value[:LONGEST].hex()
    return f"{cut}.. ({len(value)} octets)" if len(value) > LONGEST else cut or "-"


def of(message: Any) -> Fields:
    """Return the fields of a message, in its order, without those that it does not have."""
    if isinstance(message, Mapping):
        pairs: Iterable[tuple[str, Any]] = message.items()
    elif isinstance(message, Message):
        pairs = message.fields.items()
    elif is_dataclass(message):
        pairs = ((field.name, getattr(message, field.name)) for field in fields(message))
    else:
        pairs = message._asdict().items()
    return tuple((name, _field(name, value, message)) for name, value in pairs if value is not None)


def _field(name: str, value: Any, message: object) -> str:
    if name in _KEYS and isinstance(value, bytes):
        return redacted(value)
    if isinstance(value, int) and not isinstance(value, bool | Enum):
        if name in _ADDRESSES and (value > 0xFFFF or not isinstance(message, ZdpMessage)):
            return ieee(value) if value > 0xFFFF else short(value)
        if name in ("short", "address", "originator", "responder"):
            return short(value)
    return shown(value)


def said(what: str, about: Fields) -> str:
    """Return a name and its first few fields as one line."""
    phrase = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about[:_SAID])
    return f"{what}: {phrase}{' ..' if len(about) > _SAID else ''}" if about else what
