"""What can go wrong with a broker, in one line each: what happened, and what to do."""

from __future__ import annotations

from typing import NamedTuple


class BrokerError(Exception):
    """The broker cannot be used as wanted. The text is one line, without the password."""


class AddressError(BrokerError):
    """The URL, or a file that belongs to it, is wrong; trying again does not help."""


class ConnectError(BrokerError):
    """There is no connection. `reason`: MQTT's reason code, if the broker gave one."""

    def __init__(self, text: str, reason: int | None = None) -> None:
        super().__init__(text)
        self.reason = reason


class LinkLostError(BrokerError):
    """The connection ended; what was not acknowledged may or may not have arrived."""


class PublishRefusedError(BrokerError):
    """The broker did not take a message. `topic`, and `reason`: MQTT's reason code."""

    def __init__(self, topic: str, reason: int, text: str) -> None:
        super().__init__(f"the broker refuses messages to {topic}: {text}; let this user write there")
        self.topic = topic
        self.reason = reason


class SubscribeRefusedError(BrokerError):
    """The broker did not grant a subscription."""


class StarvedError(BrokerError):
    """The broker granted a subscription, and does not deliver."""


class Reason(NamedTuple):
    """A reason code of MQTT: what it means, and what to do."""

    text: str
    remedy: str


_WHO = "see the user in the URL, and the password in HANBENCH_MQTT_PASSWORD or in the password file"
_NOT_ALLOWED = Reason("the broker does not let this user in", _WHO)
_NO_VERSION = Reason("the broker speaks neither MQTT 5 nor 3.1.1", "use another broker")
_BAD_NAME = Reason("the broker does not take this client's name", "give the bench another name")
_AWAY = Reason("the broker is not available", "wait, or see its log")

REASONS: dict[int, Reason] = {
    # MQTT 3.1.1, table 3.1, of which some brokers send codes whatever was asked
    1: _NO_VERSION,
    2: _BAD_NAME,
    3: _AWAY,
    4: Reason("wrong user name or password", _WHO),
    5: _NOT_ALLOWED,
    # MQTT 5.0, table 2.6
    132: _NO_VERSION,
    133: _BAD_NAME,
    134: Reason("wrong user name or password", _WHO),
    135: _NOT_ALLOWED,
    136: _AWAY,
    137: Reason("the broker is busy", "wait, or see its log"),
    138: Reason("the broker has banned this client", "ask those who run it"),
    139: _AWAY,
    142: Reason("another client of the same name took over", "is a bench of this name up elsewhere? give it another"),
    149: Reason("a message was too large for the broker", "raise its message_size_limit or max_packet_size"),
    151: Reason("the broker's quota is used up", "see its limits"),
    159: Reason("too many connections at a time", "wait, or see the broker's limits"),
}
"""Reason codes of CONNACK and DISCONNECT that a user can do something about."""

REFUSED: dict[int, str] = {
    128: "unspecified error",
    131: "the broker says no more",
    135: "not authorized (its access list)",
    144: "the topic's name is invalid for it",
    145: "the packet's number is in use",
    151: "its quota is used up",
    153: "the payload's format is invalid",
}
"""Reason codes of PUBACK (MQTT 5.0, 3.4.2.1) in words."""


def connect_error(reason: int, where: str) -> ConnectError:
    """Return the error for the reason code of a CONNACK."""
    known = REASONS.get(reason)
    if known is None:
        return ConnectError(f"{where}: the broker refused the connection (MQTT reason {reason}): see its log", reason)
    return ConnectError(f"{where}: {known.text}: {known.remedy}", reason)
