"""No decision is lost: broker, bench and consumer are killed (-9); every decision arrives, in order, once after `seq`.

The consumer is mosquitto_sub, whose output is its memory; it acknowledges with mosquitto_pub. What was decided stands
in the controller's own log.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.deciding import LOG, NAME
from tests.support.mosquitto import Listener, Mosquitto, needs_mosquitto, until

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
KILLS = 50 if NIGHTLY else 5
"""Of each of the three."""
TOPIC = f"hanbench/{NAME}/decision"


class Consumer:
    """Reads decisions with mosquitto_sub, takes those that follow on each other, and acknowledges them."""

    def __init__(self, broker: Mosquitto, folder: Path) -> None:
        self.taken: list[dict[str, Any]] = []
        self.duplicates = 0
        self._broker = broker
        self._folder = folder
        self._lives: list[tuple[Listener, int]] = []
        self._told = 0.0
        folder.mkdir()

    def start(self) -> None:
        """Connect, with the session that it had."""
        kept = ("-c", "-i", "consumer", "-x", "3600")
        self._lives.append((Listener(self._broker.port, TOPIC, self._folder / f"{len(self._lives)}", *kept), 0))

    def kill(self) -> None:
        self._lives[-1][0].stop()

    @property
    def alive(self) -> bool:
        return self._lives[-1][0].alive

    def look(self) -> None:
        """Read what has come, and acknowledge up to where it is without gaps, at most four times a second."""
        for place, (life, read) in enumerate(self._lives):
            heard = life.heard
            for message in heard[read:]:
                self._take(json.loads(message.payload))
            self._lives[place] = (life, len(heard))
        if time.monotonic() - self._told > 0.25:
            self._told = time.monotonic()
            receipt = json.dumps({"seq": len(self.taken)})
            command = ["mosquitto_pub", "-p", str(self._broker.port), "-q", "1", "-t", f"{TOPIC}/ack", "-m", receipt]
            subprocess.run(command, check=False, capture_output=True, timeout=60)

    def _take(self, decision: dict[str, Any]) -> None:
        seq = decision["seq"]
        if seq == len(self.taken) + 1:
            self.taken.append(decision)
        elif seq <= len(self.taken):
            assert self.taken[seq - 1] == decision  # the same number is the same decision
            self.duplicates += 1


class Bench:
    """The process that decides, in one life after the other."""

    def __init__(self, broker: Mosquitto, folder: Path, *options: str) -> None:
        self.lives = 0
        self._broker = broker
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes]
        folder.mkdir()

    def start(self) -> None:
        self.lives += 1
        arguments = [str(self._folder), self._broker.url, f"life-{self.lives}", *self._options]
        with (self._folder / "output").open("ab") as out:
            command = [sys.executable, "-m", "tests.support.deciding", *arguments]
            self._process = subprocess.Popen(command, stdout=out, stderr=out)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def output(self) -> str:
        return (self._folder / "output").read_text()

    def decided(self) -> tuple[list[tuple[str, int, str]], set[tuple[str, int]]]:
        """The actions in the controller's log, and those of them that it knows to be accepted."""
        gave: dict[tuple[str, int], str] = {}
        accepted: set[tuple[str, int]] = set()
        path = self._folder / LOG
        for line in path.read_text().splitlines() if path.exists() else ():
            life, number, text = line.split(" ", 2)
            if text == "-":
                accepted |= {key for key in gave if key[0] == life and key[1] <= int(number)} - accepted
            else:
                gave[life, int(number)] = text
        return [(*key, text) for key, text in gave.items()], accepted


def compare(taken: list[dict[str, Any]], bench: Bench, accepted: set[tuple[str, int]]) -> None:
    """The accepted decisions of the controller's log have arrived, in its order, and nothing that it did not give."""
    gave, _ = bench.decided()
    arrived = [(each["controller"], each["number"], each["text"]) for each in taken]
    assert len(set(arrived)) == len(arrived)
    assert {each[:2] for each in arrived} >= accepted
    assert arrived == [each for each in gave if each in set(arrived)]


@pytest.fixture
def broker(tmp_path: Path) -> Mosquitto:
    needs_mosquitto()
    return Mosquitto(tmp_path / "broker")  # with the defaults: it saves every 30 minutes, and keeps 1,000 messages


def test_a_broker_killed_20_times_under_load_loses_no_decision_for_an_offline_consumer(
    broker: Mosquitto, tmp_path: Path
) -> None:
    bench, consumer = Bench(broker, tmp_path / "bench", "60"), Consumer(broker, tmp_path / "consumer")
    with broker:
        consumer.start()
        until(lambda: TOPIC in broker.log.read_text(errors="replace") or consumer.alive)
        time.sleep(0.2)
        consumer.kill()
        bench.start()
        try:
            for _ in range(20):
                before = len(bench.decided()[0])
                until(lambda before=before: len(bench.decided()[0]) > before + 10)
                broker.kill()
                broker.start()
            consumer.start()
            accepted = collect(bench, consumer)
        finally:
            bench.kill()
            consumer.kill()
        assert len(accepted) > 200
        compare(consumer.taken, bench, accepted)


@pytest.mark.timeout(3600 if NIGHTLY else 240)
def test_broker_bench_and_consumer_killed_at_random_lose_no_decision(broker: Mosquitto, tmp_path: Path) -> None:
    bench, consumer = Bench(broker, tmp_path / "bench"), Consumer(broker, tmp_path / "consumer")
    chance = random.Random(13)
    kills: list[Callable[[], None]] = [broker.kill, bench.kill, consumer.kill] * KILLS
    starts = {broker.kill: broker.start, bench.kill: bench.start, consumer.kill: consumer.start}
    chance.shuffle(kills)
    with broker:
        consumer.start()
        bench.start()
        try:
            for kill in kills:
                pass_time(bench, consumer, chance, 60.0 if kill == bench.kill else 0.7)
                kill()
                starts[kill]()
                if not consumer.alive:  # mosquitto_sub gives up if there is no broker at its start
                    consumer.start()
            accepted = collect(bench, consumer)
        finally:
            bench.kill()
            consumer.kill()
        assert len(accepted) >= KILLS
        compare(consumer.taken, bench, accepted)


def pass_time(bench: Bench, consumer: Consumer, chance: random.Random, longest: float) -> None:
    """Wait for an accepted decision, though no longer than that, and a little more: a kill comes at any moment."""
    before, end = len(bench.decided()[1]), time.monotonic() + longest
    while time.monotonic() < end and len(bench.decided()[1]) == before:
        consumer.look()
        time.sleep(0.02)
    time.sleep(chance.uniform(0.0, 0.2))


def collect(bench: Bench, consumer: Consumer) -> set[tuple[str, int]]:
    """Wait until all has arrived that has been accepted by now, and return that."""
    _, accepted = bench.decided()

    def all_there() -> bool:
        if not consumer.alive:
            consumer.start()
        consumer.look()
        return {(each["controller"], each["number"]) for each in consumer.taken} >= accepted

    until(all_there, 120)
    return accepted
