"""Wrong firmwares: what a display does with prices and messages."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl.clusters import MESSAGING, PRICE
from hanbench.emulator.zcl.clusters.messaging import DisplayMessage, MessageConfirmation
from hanbench.emulator.zcl.clusters.price import PriceAcknowledgement, PublishPrice
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="ihd")
LONGEST = 52
"""Octets of a price with a label of six letters, with its header, in the edition of this firmware."""


@WRONG.add("asks-for-no-price", "DSP")
def asks_for_no_price(device: Any, note: Note) -> None:
    """It waits for the next price that is published, and never asks for the one in force."""
    device._prices.ask = note


def _commands(device: Any, change: Any) -> None:
    """Have `change` look at each command of its own; it returns those that it sends."""

    def command(former: Any, dst: int, endpoint: int, cluster: int, command: Any, *rest: Any, **named: Any) -> None:
        for each in change(command):
            former(dst, endpoint, cluster, each, *rest, **named)

    wrapped(device.endpoint, "command", command)


@WRONG.add("acknowledges-another-price", "DSP")
def acknowledges_another_price(device: Any, note: Note) -> None:
    """It acknowledges a price with the provider in place of the event."""

    def change(command: Any) -> list[Any]:
        if isinstance(command, PriceAcknowledgement):
            note()
            return [command.replace(issuer_event_id=command.provider_id)]
        return [command]

    _commands(device, change)


@WRONG.add("acknowledges-every-price", "DSP")
def acknowledges_every_price(device: Any, note: Note) -> None:
    """It acknowledges prices that want no acknowledgement."""
    _handled(device._prices.client, PublishPrice, lambda price: _noted(note, price.replace(price_control=1)))


def _noted(note: Note, command: Any) -> Any:
    note()
    return command


def _handled(client: Any, command: type, change: Any) -> None:
    """Have `change` look at each command that a client gets; it returns the one that the former handler gets."""
    handler = client._handlers[command]
    client._handlers[command] = handler._replace(
        handle=lambda received, indication: handler.handle(change(received), indication)
    )


@WRONG.add("confirms-every-message", "DSP")
def confirms_every_message(device: Any, note: Note) -> None:
    """It confirms messages that want no confirmation."""
    client = device._messages.client
    _handled(client, DisplayMessage, lambda message: _noted(note, message.replace(message_control=0x80)))


@WRONG.add("confirms-twice", "DSP", 'zhaquirks/tuya (TS004X, "ignoring duplicate frame")')
def confirms_twice(device: Any, note: Note) -> None:
    """It confirms a message when it comes, and when it is shown."""

    def change(command: Any) -> list[Any]:
        if isinstance(command, MessageConfirmation):
            note()
            return [command, command]
        return [command]

    _commands(device, change)


def _refuses(device: Any, note: Note, cluster: int, wrong: Any) -> None:
    """Have it call commands of a cluster malformed whose octets are as `wrong` says."""

    def received(former: Any, indication: Any) -> None:
        if indication.cluster == cluster and wrong(indication.payload):
            note()
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "another length than expected")
        former(indication)

    wrapped(device.endpoint, "_receive", received)


@WRONG.add("takes-prices-of-one-edition", "DSP")
def takes_prices_of_one_edition(device: Any, note: Note) -> None:
    """It takes prices of the length of its own edition, and calls all others malformed."""
    _refuses(device, note, PRICE.id, lambda octets: octets[0] & 3 == 1 and not octets[2] and len(octets) > LONGEST)


@WRONG.add("stops-at-an-empty-text", "DSP")
def stops_at_an_empty_text(device: Any, note: Note) -> None:
    """It stops at a message that says that it has no text."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == MESSAGING.id and frame.payload[11:12] == b"\xff":
            note()
            device.endpoint.close()
            return
        former(indication, frame)

    wrapped(device.endpoint, "_cluster_command", command)


@WRONG.add("searches-without-pause", "DSP")
def searches_without_pause(device: Any, note: Note) -> None:
    """It asks all devices every five seconds for meters that it has not found."""

    def again() -> None:
        if device.stack.joined and device.keys.ready:
            note()
            device._search._search()
        device.stack.clock.call_later(5 * SECOND, again)

    device.stack.clock.call_later(SECOND, again)
