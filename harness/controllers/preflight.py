"""What can be known of a controller before the first case: whether its program starts, its endpoint or broker answers.

Neither gets a turn. What a controller does in its turns is for the oracle.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Sequence

from hanbench.harness.broker.address import BrokerAddress, is_broker_url
from hanbench.harness.broker.errors import BrokerError
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.controllers.answers import ANSWER_TIMEOUT
from hanbench.harness.controllers.endpoint_address import Address
from hanbench.harness.controllers.http_exchange import Exchange
from hanbench.harness.controllers.lookup import (
    Factory,
    arguments_of,
    controller_broker,
    controller_factory,
    endpoint_address,
    is_url,
    named,
)
from hanbench.harness.controllers.process_group import (
    Complaint,
    ProcessGroup,
    dismiss,
    ends_within,
    how_it_ended,
    last_words,
)

START_UP = 0.3
"""Real seconds in which a program that cannot work, such as an interpreter without its script, ends by itself."""


_HINTS = {
    errno.ENOEXEC: " (a script begins with #! and its interpreter)",
    errno.ENOENT: " (it was found: the interpreter after its #! is missing)",
}
"""For programs that were found, and are executable."""


class ControllerStartError(ValueError):
    """The controller cannot be started or reached; the text says why."""


def startable_controller(spec: str) -> Factory:
    """Return the factory of the controller that `spec` names, after a start of its program or a connection to it.

    Raises UnknownControllerError, and ControllerStartError.
    """
    factory = controller_factory(spec)
    kind, _, command = spec.partition(":")
    if kind == "process":
        _start(arguments_of(command))
    elif is_broker_url(spec):
        _reach_broker(controller_broker(spec))
    elif is_url(spec):
        _reach(endpoint_address(spec), named(spec))
    return factory


def _start(command: Sequence[str]) -> None:
    """Start a program and end it, without a turn."""
    complaint = Complaint()
    try:
        process = ProcessGroup(command)
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "")
        raise ControllerStartError(f"cannot start {command[0]}: {error.strerror}{hint}") from None
    try:
        status = process.status() if ends_within(process, START_UP, complaint) else None
        if status:
            last_words(process, complaint)
            raise ControllerStartError(f"cannot start {command[0]}: {how_it_ended(status, complaint)}")
        dismiss(process, complaint)
    finally:
        process.close()


def _reach(address: Address, name: str) -> None:
    """Connect to an endpoint, and send nothing."""
    try:
        Exchange(address, {}, b"", ANSWER_TIMEOUT).reach()
    except ControllerFault as fault:
        raise ControllerStartError(f"cannot reach {name}: {address.cleaned(str(fault))}") from None


def _reach_broker(address: BrokerAddress) -> None:
    """Connect to a broker, and see that messages arrive on the topics of answers; no controller notices."""
    from hanbench.harness.controllers.mqtt_endpoint import reach

    try:
        asyncio.run(reach(address))
    except BrokerError as error:
        raise ControllerStartError(f"cannot reach the controller's broker: {error}") from None
