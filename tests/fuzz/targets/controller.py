"""What controllers answer: JSON of a child process or an endpoint, messages at a broker, turns."""

from __future__ import annotations

import contextlib
import socket
from unittest import mock

import msgspec

from hanbench.harness.case import vocabulary
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.controllers import mqtt_messages
from hanbench.harness.controllers.answers import decode_actions
from hanbench.harness.controllers.endpoint_address import Address
from hanbench.harness.controllers.http_exchange import Exchange
from tests.fuzz import trees
from tests.fuzz.target import Target, stable


def _answer(octets: bytes) -> None:
    """A line of an answer: each action is in the vocabulary, or refused; what is encoded again is the same."""
    for each in decode_actions(octets):
        _conform(each)


def _conform(each: object) -> None:
    with contextlib.suppress(msgspec.ValidationError):
        action = vocabulary.conform(each)
        (again,) = vocabulary.decode_actions(vocabulary.encode_actions([action]))
        assert again == action


def _at_broker(octets: bytes) -> None:
    for each in mqtt_messages.decode_answer(octets).actions:
        _conform(each)


def _turn(octets: bytes) -> None:
    """A turn, as a controller in Python reads it."""
    stable(vocabulary.decode_turn, vocabulary.encode_turn, octets)


def _endpoint(octets: bytes) -> None:
    """What an endpoint sends over HTTP, up to the end of the connection."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(octets)
        there.shutdown(socket.SHUT_WR)
        address = Address("http://127.0.0.1:9/", None, None, (), direct=True)
        exchange = Exchange(address, {"Content-Type": "application/json"}, b"{}", 1.0)
        with mock.patch("socket.create_connection", return_value=here):
            decode_actions(exchange.post())


TARGETS = (
    Target("controller.answer", _answer, (ControllerFault,), 2048, trees.json_text),
    Target("controller.at_broker", _at_broker, (ControllerFault,), 2048, trees.json_text),
    Target("controller.endpoint", _endpoint, (ControllerFault,), 2048),
    Target("controller.turn", _turn, (msgspec.DecodeError, UnicodeDecodeError, RecursionError), 4096, trees.json_text),
)
