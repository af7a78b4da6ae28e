"""A home that is put back is as it was: what it then sends, it sent before, octet by octet and microsecond by
microsecond; and a home that was never put back sends the same."""

from __future__ import annotations

from collections import OrderedDict, deque
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND
from tests.fuzz import corpus
from tests.fuzz.checkpoint import Checkpoint
from tests.fuzz.home import Home, fresh_home, injected
from tests.fuzz.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Slotted:
    __slots__ = ("later", "text")

    def __init__(self) -> None:
        self.text = "before"


class Watched(dict[str, int]):
    """A table that does more when something is set."""

    def __setitem__(self, key: str, value: int) -> None:
        raise AssertionError("a restored table tells nobody")


def counter() -> Callable[[], int]:
    count = 0

    def add() -> int:
        nonlocal count
        count += 1
        return count

    return add


def test_all_kinds_of_objects_get_their_content_back() -> None:
    watched = Watched(a=1)
    root: dict[str, Any] = {
        "list": [1],
        "deque": deque([1], maxlen=3),
        "set": {1},
        "ordered": OrderedDict(a=1, b=2),
        "watched": watched,
        "slots": Slotted(),
        "count": counter(),
        "random": Random(1),
    }
    checkpoint = Checkpoint(root)
    first = root["random"].random()
    for _ in range(2):
        assert root["count"]() == 1
        root["list"].append(2)
        root["deque"].extend((2, 3, 4))
        root["set"].clear()
        root["ordered"].move_to_end("a")
        dict.__setitem__(watched, "b", 2)
        root["slots"].text, root["slots"].later = "after", 1
        root["new"] = 1
        checkpoint.restore()
        assert root["random"].random() == first
        checkpoint.restore()
    assert (root["list"], list(root["deque"]), root["deque"].maxlen, root["set"]) == ([1], [1], 3, {1})
    assert (list(root["ordered"]), dict(watched), root["slots"].text) == (["a", "b"], {"a": 1}, "before")
    assert not hasattr(root["slots"], "later")
    assert "new" not in root


def test_an_object_whose_state_cannot_be_seen_is_refused() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="cannot be kept"):
        Checkpoint([numbers()])


def told(home: Home, octets: bytes) -> list[tuple[int, bytes]]:
    """What is on the air while the frames of an input come, and a minute after them."""
    sent: list[tuple[int, bytes]] = []
    home.han.medium.observers.append(lambda transmission: sent.append((transmission.end, transmission.psdu)))
    for frame in injected(octets):
        home.give(frame, home.psdu(frame))
        home.clock.run_for(200 * MILLISECOND)
    home.clock.run_for(60 * SECOND)
    return sent


def test_a_home_that_is_put_back_does_the_same_again() -> None:
    inputs = [path.read_bytes() for path in corpus.files_of("stack.taken")[::9]]
    expected = [told(Home(), octets) for octets in inputs]
    assert any(expected)
    for _ in range(2):
        assert [told(fresh_home(), octets) for octets in inputs] == expected


def test_a_snapshot_sees_tables_counters_keys_and_timers() -> None:
    home = fresh_home()
    device = home.devices[1]
    before = snapshot(device)
    assert len(before) > 200
    network = device.storage.network
    assert network is not None
    network.pan_id ^= 1
    device.storage.link_keys[next(iter(device.storage.link_keys))].incoming += 7
    device.stack.nwk.security._incoming[0, 5] = 9
    seen = {each.partition(" ->")[0].partition(":")[0].rpartition("/")[2] for each in changes(before, snapshot(device))}
    assert seen == {"pan_id", "incoming", "[(0, 5)]"}
