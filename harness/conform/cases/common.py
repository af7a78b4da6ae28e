"""What the areas share: gates, ZCL requests, and answers of the hub that are other than a healthy hub's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hanbench.emulator.zcl import CommandAnswer, Indication, Response, foundation, on
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_SERVER, ZclFrame
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.tester import Tester

JOINER = "SE.GSME | SE.ESME | SE.IHD"
METER = "SE.GSME | SE.ESME"
HUB = "SE.HUB"
DEVICE = f"{JOINER} | {HUB}"
PERMIT_S = 254
SECURED = ("join_s", "secure_s")
"""Times of the PIXIT in which a device that leaves the factory state has agreed its link key."""
Answered = Callable[[], CommandAnswer]
"""Gives the answer of a healthy hub."""
Answer = Callable[[Answered, Any], CommandAnswer]
"""Gets that, and the command; gives the answer that the hub sends."""


def join(t: Tester, *, permit: int = PERMIT_S) -> None:
    """Let the hub know the device, open its network, and start the commissioning of the device."""
    t.bench.preauthorise()
    t.hub.permit_join(permit)
    t.device.commission()


def ask_to_rejoin(t: Tester) -> None:
    """Have the hub ask the device to leave and to rejoin, when it is awake."""
    short = t.short
    t.when_awake(lambda: t.hub.stack.maintenance.request_leave(short, True))


def scanned_each_channel(t: Tester) -> None:
    """State that a Beacon Request came on each channel of the PIXIT in the present step."""
    scanned = {frame.channel for frame in t.frames("beacon-request", sender="anyone")}
    missing = sorted(set(t.pixit.channels) - scanned)
    t.require(
        not missing,
        f"the channels {missing} of the PIXIT were not scanned",
        expected=f"Beacon Request on each of {sorted(t.pixit.channels)}",
        seen=f"on {sorted(scanned)}",
    )


def secured(frame: Frame) -> bool:
    """Whether a frame is under a network key that the bench has."""
    return frame.counter is not None and frame.found.parts.network_key is not None


def present(t: Tester, within: float, otherwise: str) -> Frame:
    """State that the device is in the network: the hub hears it under the network key, and knows it."""
    frame = t.hear(within=within, where=secured, that="under the network key", otherwise=otherwise)
    known = t.wait_until(lambda: t.side.short is not None, 10)
    t.require(known, otherwise, frame, expected="a child of the hub")
    return frame


def general(
    t: Tester,
    message: foundation.GeneralCommand,
    *,
    manufacturer: int | None = None,
    direction: int = TO_SERVER,
    quiet: bool = False,
) -> ZclFrame:
    """Return a general command with a transaction number of its own. `quiet`: without Default Response."""
    octets = foundation.encode(message)
    return ZclFrame(GLOBAL, direction, t.side.next_tsn(), message.COMMAND, octets, manufacturer, quiet)


def specific(
    t: Tester, command: int, payload: bytes = b"", *, manufacturer: int | None = None, quiet: bool = False
) -> ZclFrame:
    """Return a command of a cluster, to its server."""
    return ZclFrame(CLUSTER, TO_SERVER, t.side.next_tsn(), command, payload, manufacturer, quiet)


def reading(t: Tester, *attributes: int, manufacturer: int | None = None) -> ZclFrame:
    """Return Read Attributes."""
    return general(t, foundation.ReadAttributes(attributes), manufacturer=manufacturer)


def read(t: Tester, cluster: int, *attributes: int) -> Frame:
    """Read attributes of the device; the case fails unless there is one response."""
    answers = t.ask(cluster, reading(t, *attributes))
    return only(t, answers, "read-attributes-response")


def only(t: Tester, answers: list[Frame], name: str) -> Frame:
    """Return the one answer; the case fails if there is another number of them, or another kind."""
    t.require(
        len(answers) == 1 and answers[0].name == name,
        "one answer of the right kind is due",
        *answers,
        expected=f"one {name}",
        seen=", ".join(answer.name for answer in answers) or "no answer",
    )
    return answers[0]


def records(answer: Frame) -> dict[int, Any]:
    """Return the records of a Read Attributes Response, by attribute."""
    return {record.attribute: record for record in answer.message.records}


def value(answer: Frame, attribute: int) -> Any:
    """Return a value of a Read Attributes Response; None: it is not there."""
    record = records(answer).get(attribute)
    return None if record is None or record.data is None else record.data.value


def refused(t: Tester, answers: list[Frame], command: int, statuses: Iterable[int], what: str) -> Frame:
    """State that the one answer is a Default Response to `command` with one of `statuses`."""
    answer = only(t, answers, "default-response")
    wanted = tuple(statuses)
    t.require(
        answer.message.command == command and answer.message.status in wanted,
        f"{what} has another status",
        answer,
        expected=f"Default Response to command 0x{command:02x}, status "
        + " or ".join(f"0x{status:02x}" for status in wanted),
        seen=f"to command 0x{answer.message.command:02x}, status 0x{answer.message.status:02x}",
    )
    return answer


def hub_answers(t: Tester, cluster: int, command: Any, answer: Answer) -> None:
    """Have the hub answer a command as `answer` says, in place of its own handler."""
    side = t.hub.endpoint.servers.get(cluster) or t.hub.endpoint.clients[cluster]
    handler = side.handler(command)
    assert handler is not None

    def handle(received: Any, indication: Indication) -> CommandAnswer:
        assert handler is not None
        return answer(lambda: handler.handle(received, indication), received)

    side.add(on(command, handle))


def altered(answer: CommandAnswer, **fields: Any) -> Any:
    """Return a command of the hub with other values in some fields; one without those fields stays as it is."""
    made: Any = answer.command if isinstance(answer, Response) else answer
    return made.replace(**fields) if fields.keys() <= made.fields.keys() else made
