"""Wrong hubs: acknowledgements, repetitions, endpoints and fragments of the APS."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.aps.commands import RemoveDevice
from hanbench.emulator.zigbee.aps.data import ApsStatus
from hanbench.emulator.zigbee.aps.layer import DUPLICATE_TIME
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")


@WRONG.add("hub-acts-on-each-copy", "HAPS", "zigbee-rs/zigbee-rs#71")
def acts_on_each_copy(hub: Any, note: Note) -> None:
    """It acts on a message as often as it comes."""

    class Forgetful(DuplicateTable):
        """A duplicate rejection table that remembers nothing."""

        def seen(self, key: Any, now: int) -> bool:
            if super().seen(key, now):
                note()
            return False

    hub.stack.aps._recent = Forgetful(DUPLICATE_TIME)


@WRONG.add("hub-acknowledges-the-first-copy-alone", "HAPS")
def acknowledges_first_alone(hub: Any, note: Note) -> None:
    """It drops a message that it has had, and does not acknowledge it again."""
    had: set[tuple[int, int, bytes]] = set()

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        key = src, frame.counter, frame.payload
        if key in had:
            note()
        else:
            had.add(key)
            former(frame, src)

    wrapped(hub.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("hub-repeats-its-answers-without-end", "HAPS")
def repeats_without_end(hub: Any, note: Note) -> None:
    """It sends an answer again and again until it is acknowledged."""

    def unanswered(former: Any, message: Any) -> None:
        note()
        message.tries = 1
        former(message)

    wrapped(hub.stack.aps, "_unanswered", unanswered)


@WRONG.add("hub-never-repeats-its-answers", "HAPS")
def never_repeats(hub: Any, note: Note) -> None:
    """It sends an answer once, whether it is acknowledged or not."""

    def unanswered(former: Any, message: Any) -> None:
        note()
        message.tries = 100
        former(message)

    wrapped(hub.stack.aps, "_unanswered", unanswered)


@WRONG.add("hub-acknowledges-unasked", "HAPS")
def acknowledges_unasked(hub: Any, note: Note) -> None:
    """It acknowledges messages that ask for no acknowledgement."""

    def data(former: Any, frame: Any, indication: Any) -> None:
        if not frame.ack_request:
            note()
            hub.stack.aps._acknowledge(frame, indication.src)
        former(frame, indication)

    wrapped(hub.stack.aps, "_data", data)


@WRONG.add("hub-answers-at-every-endpoint", "HAPS")
def answers_everywhere(hub: Any, note: Note) -> None:
    """What is for an endpoint that it does not have is answered by the one that it has."""
    endpoint = hub.endpoint

    def deliver(message: Any) -> bool:
        note()
        endpoint.receive(message._replace(dst_endpoint=endpoint.id))
        return True

    hub.stack.aps.on_no_endpoint = deliver


@WRONG.add("hub-knows-no-fragments", "HAPS")
def knows_no_fragments(hub: Any, note: Note) -> None:
    """It drops fragments."""
    wrapped(hub.stack.aps, "_reassemble", lambda former, frame, src: note())


@WRONG.add("hub-acts-on-a-part", "HAPS")
def acts_on_a_part(hub: Any, note: Note) -> None:
    """It takes a message for whole when its last fragment comes, whatever is missing."""
    parts: dict[tuple[int, int], tuple[int, dict[int, bytes]]] = {}

    def reassemble(former: Any, frame: Any, src: int) -> bytes | None:
        whole: bytes | None = former(frame, src)
        fragment, key = frame.fragment, (src, frame.counter)
        if fragment.first:
            parts[key] = fragment.block, {0: frame.payload}
            return whole
        total, had = parts.get(key, (0, {}))
        had[fragment.block] = frame.payload
        if whole is None and fragment.block == total - 1 and len(had) < total:
            note()
            return b"".join(had[each] for each in sorted(had))
        return whole

    wrapped(hub.stack.aps, "_reassemble", reassemble)


@WRONG.add("hub-removes-whom-a-member-names", "HAPS")
def removes_named(hub: Any, note: Note) -> None:
    """It removes a device when a member says so, as if that were the Trust Centre."""

    def remove(command: Any, frame: Any, indication: Any) -> None:
        note()
        hub.forget(command.target)

    hub.stack.aps.on_command[RemoveDevice.ID] = remove


@WRONG.add("hub-sends-one-fragment-to-sleepers", "HAPS")
def one_fragment(hub: Any, note: Note) -> None:
    """Of a long answer to a child that sleeps it sends the first fragment."""

    def attempt(former: Any, message: Any) -> None:
        child = hub.storage.children.get(message.request.dst)
        if message.block and child is not None and not child.rx_on:
            note()
            hub.stack.clock.call_later(0, hub.stack.aps._finish, message, ApsStatus.NO_ACK)
        else:
            former(message)

    wrapped(hub.stack.aps, "_attempt", attempt)


@WRONG.add("hub-sends-each-frame-once", "HAPS")
def each_frame_once(hub: Any, note: Note) -> None:
    """Its radio sends no frame again that is not acknowledged."""

    def transmit(former: Any, psdu: bytes, done: Any = None, *, retries: int = 3) -> None:
        if retries:
            note()
        former(psdu, done, retries=0)

    wrapped(hub.stack.mac, "transmit", transmit)
