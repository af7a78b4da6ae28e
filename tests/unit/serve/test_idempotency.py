"""A request with an idempotency key is done once.

The behaviour is that of the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key):
the same key with the same request gets the first answer; with another request, status 422.
"""

from __future__ import annotations

import asyncio

import pytest

from hanbench.harness.control.errors import BUSY, NOT_UP_YET, UNKNOWN_FAULT, ControlError
from hanbench.harness.serve.idempotency import KEPT, KEPT_FOR, Done, Idempotency
from tests.support.served import Served


class Work:
    """Counts how often it is done."""

    def __init__(self, error: ControlError | None = None) -> None:
        self.done = 0
        self.error = error
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> Done:
        self.done += 1
        number = self.done
        await self.may_end.wait()
        return Done(str(number).encode(), self.error)


def test_the_same_key_gets_the_same_answer_and_is_done_once() -> None:
    async def test() -> None:
        remembered, work = Idempotency(), Work()
        answers = [await remembered.once("k", b"what", work) for _ in range(3)]
        assert [each.answer for each in answers] == [b"1"] * 3
        assert (await remembered.once("other", b"what", work)).answer == b"2"

    asyncio.run(test())


def test_requests_of_one_key_at_a_time_wait_for_the_first() -> None:
    async def test() -> None:
        remembered, work = Idempotency(), Work()
        work.may_end.clear()
        waiting = [asyncio.ensure_future(remembered.once("k", b"what", work)) for _ in range(5)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # its client has gone: the others, and those to come, still get the answer
        work.may_end.set()
        assert {each.answer for each in await asyncio.gather(*waiting[1:])} == {b"1"}
        assert work.done == 1

    asyncio.run(test())


def test_an_error_is_remembered_unless_nothing_was_done() -> None:
    async def test() -> None:
        remembered = Idempotency()
        for kind, times in ((UNKNOWN_FAULT, 1), (BUSY, 2), (NOT_UP_YET, 2)):
            work = Work(ControlError(kind, "x"))
            await remembered.once(kind.code, b"what", work)
            await remembered.once(kind.code, b"what", work)
            assert work.done == times, kind

    asyncio.run(test())


def test_keys_are_forgotten_after_a_while_and_their_number_is_bounded() -> None:
    async def test() -> None:
        now = [0.0]
        remembered, work = Idempotency(lambda: now[0]), Work()
        await remembered.once("k", b"what", work)
        now[0] = KEPT_FOR + 1
        await remembered.once("k", b"what", work)
        assert work.done == 2
        for number in range(KEPT):
            await remembered.once(f"k{number}", b"what", work)
        before = work.done
        await remembered.once(f"k{KEPT - 1}", b"what", work)
        assert work.done == before
        await remembered.once("k", b"what", work)  # the oldest had to go
        assert work.done == before + 1

    asyncio.run(test())


def test_keys_in_work_are_never_forgotten() -> None:
    async def test() -> None:
        remembered, work = Idempotency(), Work()
        work.may_end.clear()
        waiting = [asyncio.ensure_future(remembered.once(f"k{number}", b"what", work)) for number in range(KEPT)]
        await asyncio.sleep(0)
        with pytest.raises(ControlError) as caught:
            await remembered.once("one more", b"what", work)
        assert caught.value.kind.code == "invalid-request"  # a blank in the key
        with pytest.raises(ControlError) as caught:
            await remembered.once("one-more", b"what", work)
        assert caught.value.kind is BUSY
        work.may_end.set()
        await asyncio.gather(*waiting)
        assert work.done == KEPT

    asyncio.run(test())


def test_over_http(service: Served) -> None:
    first = service.post("speed", {"speed": 2.0}, Idempotency_Key="a-key")
    service.post("speed", {"speed": 1.0})
    again = service.post("speed", {"speed": 2.0}, Idempotency_Key="a-key")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert service.get("/api/benches/virtual/state").json["clock"]["speed"] == 1.0
    other = service.post("speed", {"speed": 3.0}, Idempotency_Key="a-key")
    assert (other.status, other.code) == (422, "key-reused")
    assert service.post("pause", {}, Idempotency_Key="a-key").code == "key-reused"
    assert service.post("speed", {"speed": 3.0}, Idempotency_Key="k" * 65).code == "invalid-request"
    assert service.post("speed", {"speed": 3.0}, Idempotency_Key="").code == "invalid-request"
    assert service.get("/api/benches/virtual/state").json["clock"]["speed"] == 1.0
