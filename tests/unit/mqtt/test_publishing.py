"""A bench and its broker's side, without a broker: what must hold whatever the broker does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.broker.address import broker_address
from hanbench.harness.broker.message import Message
from hanbench.harness.case.vocabulary import Close, Outcome
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.files import OutputError
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.outbox import FILE, Outbox
from hanbench.harness.mqtt.publishing import publishing
from hanbench.harness.mqtt.requests import Requests
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics
from tests.support.mosquitto import free_port

TOPICS = Topics("lab/one", "b")


def bench(folder: Path) -> BenchThread:
    file = BenchFile.find("virtual")
    return BenchThread(LiveBench(file, assemble_street(file, PacedClock(1.0), seed="1"), folder, "b"))


def decide(thread: BenchThread, times: int = 1) -> None:
    for _ in range(times):
        thread.journal.add(DecisionMade, case="c", action=Close(Outcome.HOLD), text="closes the case")


def run_published(folder: Path, during: Callable[[BenchThread], None]) -> list[str]:
    """Run a bench beside a broker that is not there, and return what was told."""
    told: list[str] = []
    thread = bench(folder)
    thread.start()

    async def run() -> None:
        ended = asyncio.Event()
        thread.when_ended(lambda: loop.call_soon_threadsafe(ended.set))
        async with publishing(thread, BrokerOptions(broker_address(f"mqtt://127.0.0.1:{free_port()}")), told.append):
            while not told:
                await asyncio.sleep(0.01)
            during(thread)
            await ended.wait()

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        try:
            runner.run(asyncio.wait_for(run(), 60))
        finally:
            thread.stop()
    return told


def test_a_bench_without_its_broker_decides_and_keeps_what_it_decided(tmp_path: Path) -> None:
    began = 0.0

    def during(thread: BenchThread) -> None:
        nonlocal began
        decide(thread)
        began = time.monotonic()
        thread.stop_soon()

    told = run_published(tmp_path, during)
    assert "no broker listens there" in told[0]
    assert time.monotonic() - began < 30
    assert [row.seq for row in Outbox(tmp_path / FILE).after(0, 10)] == [1]


def test_a_bench_whose_outbox_is_full_ends_and_says_why(tmp_path: Path) -> None:
    def during(thread: BenchThread) -> None:
        owners = [getattr(store, "__self__", None) for store in thread.journal.stores]
        (outbox,) = (owner for owner in owners if isinstance(owner, Outbox))
        outbox._db.execute(f"PRAGMA max_page_count={outbox._db.execute('PRAGMA page_count').fetchone()[0]}")
        with pytest.raises(OutputError):
            decide(thread, 100)

    with pytest.raises(OutputError, match=f"{FILE}: the outbox of decisions cannot be written"):
        run_published(tmp_path, during)


def test_a_bench_with_a_damaged_outbox_is_not_published(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database " * 400)
    with pytest.raises(OutputError, match="damaged"):
        run_published(tmp_path, lambda thread: None)


def test_an_expired_request_is_not_carried_out() -> None:
    async def run() -> Tally:
        tally = Tally(lambda text: None)
        desk = Requests(None, TOPICS, tally)  # type: ignore[arg-type]  # nothing may reach the bench
        desk.received(None, Message(TOPICS.request("power"), b"{}", expires_at=time.monotonic() - 1))  # type: ignore[arg-type]
        assert not desk._work
        return tally

    assert asyncio.run(run()).refused == {"expired": 1}


@pytest.mark.parametrize(
    ("topic", "may"),
    [
        ("lab/one/b/response/me", True),
        ("lab/one/b/response/me/7", True),
        ("lab/one/b/response/", False),
        ("lab/one/b/response", False),
        ("lab/one/b/request/state", False),
        ("lab/one/b/state", False),
        ("lab/one/c/response/me", False),
        ("lab/one/b/response/+", False),
        ("lab/one/b/response/a/#", False),
        ("lab/one/b/response/\0", False),
        ("lab/one/b/response/" + 500 * "a", False),
        ("homeassistant/device/x/config", False),
    ],
)
def test_answers_go_only_below_the_benchs_responses(topic: str, may: bool) -> None:
    assert TOPICS.may_answer_at(topic) is may
