"""Runs a soak: a bench as `serve` keeps it, and a page that follows; what is done each hour, and checks at the end."""

from __future__ import annotations

import http.client
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import NamedTuple

from msgspec import Struct

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.kept_capture import files_of
from hanbench.harness.case.check import Verdict
from hanbench.harness.cli.kept import Wanted, kept
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.events import EVENTS
from tests.support.served import WAIT, Served, served
from tests.support.soak.hours import SETTLED, Hour, Watch, growth, incomplete
from tests.support.soak.street import ID, Act, Street

TOGETHER = 40
"""Homes that are checked at a time; a bench works on 64 requests."""
MOST_GROWTH_MB = 0.25
"""Growth of the memory that is taken for flat, MB an hour; of 300 devices it is less than a kilobyte a device."""
SLACK_MB = 2.0
"""What an allocator may take in all, however short the run is."""
MOST_NEW_OBJECTS = 300
"""Growth of the number of Python objects that is taken for flat, an hour."""


class Wish(NamedTuple):
    """What is to be run."""

    folder: Path
    homes: int = 100
    hours: int = 24
    capture_size: int = 40_000_000
    """Octets of all captures."""
    speed: float = 3600.0
    """Seconds of the bench's clock in a real one, at most."""


class Found(Struct, frozen=True):
    """The result of a soak."""

    devices: int
    memory_growth_mb: float
    """An hour, from the hour `SETTLED` on."""
    object_growth: float
    """The same of Python objects."""
    hours: list[Hour]
    passed: int
    """Homes whose check passed in the end."""
    failed: int
    files_begun: int
    """Files of the capture, those that were removed included."""
    faults: list[str]
    """What was not as it must be; nothing: the soak passed."""


def soak(wish: Wish, told: Callable[[Hour], object] = lambda hour: None) -> Found:
    """Run a soak; `told` gets each hour. The folder is made, and keeps bench file, captures and journal.

    Raises RuntimeError if the bench ends before the soak.
    """
    street = Street(wish.homes, wish.hours)
    wish.folder.mkdir(parents=True, exist_ok=True)
    file = wish.folder / f"{ID}.toml"
    street.write(file)
    wanted = Wanted(
        BenchFile.find(str(file)),
        f"{ID}-{os.getpid()}",
        wish.folder / "bench",
        None,
        wish.speed,
        capture_size=wish.capture_size,
    )
    hours: Queue[Hour | None] = Queue()
    with kept(wanted) as ready:
        watch = Watch(ready.live, wish.hours, hours.put)
        thread = BenchThread(ready.live)
        thread.when_ended(lambda: hours.put(None))
        thread.start()
        with served([thread]) as service, _page(service, thread.name):
            driver = _Driver(service, thread, street)
            for number in range(wish.hours + 1):
                hour = hours.get()
                if hour is None:
                    raise RuntimeError(f"the bench has ended: {ready.live.end}") from thread.failure
                told(hour)
                driver.hour(number)
            verdicts = driver.check_all()
        faults = driver.faults + watch.faults
        (state,) = ready.live.captures.states
    names = [each.name for each in files_of(wanted.folder, ID)]
    if names != [each.file for each in state.files]:
        faults.append(f"the folder has {names}")
    for index in range(len(state.files)):
        faults += incomplete(wanted.folder, state, index)
    begun = int(Path(names[-1]).stem.removeprefix(ID)[1:] or 1)
    return judged(watch.hours, verdicts, begun, faults, wish)


def judged(hours: list[Hour], verdicts: list[Verdict], files: int, faults: list[str], wish: Wish) -> Found:
    """Compare the figures with their bounds."""
    memory, objects = growth(hours, lambda hour: hour.memory_mb), growth(hours, lambda hour: hour.objects)
    if memory > MOST_GROWTH_MB and memory * (wish.hours - SETTLED) > SLACK_MB:
        faults.append(f"memory grows by {memory:.3f} MB an hour; expected at most {MOST_GROWTH_MB}")
    if objects > MOST_NEW_OBJECTS:
        faults.append(f"{objects:.0f} Python objects more each hour; expected at most {MOST_NEW_OBJECTS}")
    most = max(hour.captured_mb for hour in hours) * 1e6
    if most > wish.capture_size:
        faults.append(f"the captures used {most:.0f} octets; expected at most {wish.capture_size}")
    return Found(
        wish.homes * 3,
        round(memory, 3),
        round(objects, 1),
        hours,
        verdicts.count(Verdict.PASS),
        verdicts.count(Verdict.FAIL),
        files,
        faults,
    )


@contextmanager
def _page(service: Served, name: str) -> Iterator[None]:
    """Read the stream of events of a bench, but its frames: these would take more of the processor than the bench."""

    connection = http.client.HTTPConnection(service.host, timeout=WAIT)

    def read() -> None:
        with suppress(OSError, http.client.HTTPException):  # the service has ended
            while response.read1(65_536):
                pass

    kinds = "&".join(f"kinds={kind}" for kind in EVENTS if kind != "frame")
    connection.request("GET", f"/api/benches/{name}/events?{kinds}")
    response = connection.getresponse()
    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        yield
    finally:
        connection.close()


class _Driver:
    """Does over HTTP what is done to the homes."""

    def __init__(self, service: Served, thread: BenchThread, street: Street) -> None:
        self.faults: list[str] = []
        self._service = service
        self._name = thread.name
        self._street = street

    def hour(self, number: int) -> None:
        """Look at the overview, and do what is done at this hour."""
        card = self._service.get("/api/overview").json["benches"][0]
        if not card["alive"]:
            self.faults.append(f"hour {number}: the bench has ended")
        for act in self._street.acts:
            if act.hour == number:
                self._do(act)

    def _do(self, act: Act) -> None:
        answer = self._service.post(act.verb, {**act.fields, "wait_s": 0}, self._name)
        if answer.status != 200:
            self.faults.append(f"{act}: status {answer.status}: {answer.body!r}")

    def check_all(self) -> list[Verdict]:
        """Check every home, and let every home that must pass read both meters."""
        with ThreadPoolExecutor(TOGETHER) as pool:
            return list(pool.map(self._check, self._street.homes))

    def _check(self, home: str) -> Verdict:
        answer = self._service.post("check", {"home": home}, self._name).json
        check = answer.get("check") or {}
        verdict = Verdict(check.get("verdict", Verdict.INCONCLUSIVE))
        if verdict is not self._street.truth(home):
            self.faults.append(f"{home}: {verdict}, {check.get('detail')}; expected {self._street.truth(home)}")
        for meter in ("esme", "gsme"):
            lives = meter == "esme" or home not in self._street.dead
            read = self._service.post("commission", {"home": home, "devices": [meter]}, self._name).json
            if read["commissioning"]["succeeded"] is not lives:
                self.faults.append(f"{home}: {meter} commissioned: {read['commissioning']}; expected {lives}")
        return verdict
