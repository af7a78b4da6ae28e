"""A dead device: which of its frames killed it, and the files that show it and repeat it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hanbench.harness.capture import keyfile
from hanbench.harness.capture.recorder import Recorder
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.fuzz.frame import FuzzFrame, FuzzSequence, write_sequence
from hanbench.harness.conform.fuzz.report import Kill, KillingFrame
from hanbench.harness.conform.fuzz.session import Outcome, Session
from hanbench.harness.conform.fuzz.shrink import shrunk
from hanbench.harness.files import WholeFile
from hanbench.harness.frames import Dissector

FEW, REAL_FEW = 64, 16
"""Frames that are suspected at first, in virtual and in real time."""
MOST_RUNS, MOST_REAL_RUNS = 60, 24
"""Fresh devices for one sequence that is made shorter, in virtual and in real time."""
PART = 4_096
"""Frames between two looks at a device to which a sequence is sent again: it is looked at once, at the end."""
SHOWN = 64
"""Frames of a sequence that no fresh device dies of, which are shown."""


class Coroner:
    """Finds what killed a device of one setting, and writes it into `folder`; None: nothing is written."""

    def __init__(self, setting: Setting, folder: Path | None, command: str, between: Callable[[], object]) -> None:
        """`command`: replays on the same device, without the file. `between` is called before each fresh device."""
        self._setting = setting
        self._folder = folder
        self._command = command
        self._between = between
        self._runs = 0

    def kill(self, number: int, seed: str, history: Sequence[FuzzFrame], after: int, why: str) -> Kill:
        """Return the shortest sequence found, with its files written. Raises OutputError, and errors of a bench.

        `history`: all frames of the device, of which the last ones are suspected first. `after`: frames of the run.
        """
        self._runs = 0
        suspects = self._suspects(seed, history)
        sequence = self._shortest(seed, suspects) if suspects else tuple(history[-SHOWN:])
        name = f"fuzz-kill-{number}"
        shown = self._recorded(seed, sequence, name)
        if self._folder is not None:
            write_sequence(
                self._folder / f"{name}.json", FuzzSequence(dut=self._setting.kind, seed=seed, frames=sequence)
            )
        file = f"{name}.json"
        return Kill(
            after_frames=after,
            why=why,
            reproduced=bool(suspects),
            runs=self._runs,
            sequence=shown,
            file=file,
            capture=f"{name}.pcapng",
            replay=f"{self._command} --fuzz-replay {file if self._folder is None else self._folder / file}",
        )

    @property
    def _most(self) -> int:
        return MOST_REAL_RUNS if self._setting.real_time else MOST_RUNS

    def _suspects(self, seed: str, history: Sequence[FuzzFrame]) -> Sequence[FuzzFrame]:
        """Return the latest frames that kill a fresh device; none: not even all of them do."""
        latest = REAL_FEW if self._setting.real_time else FEW
        while self._runs < self._most:
            if self._kills(seed, history[-latest:]):
                return history[-latest:]
            if latest >= len(history):
                break
            latest *= 8
        return ()

    def _shortest(self, seed: str, suspects: Sequence[FuzzFrame]) -> tuple[FuzzFrame, ...]:
        """Return the shortest part that kills.

        In real time a device counts as dead while it is sought when it misses two wakes; the result must kill for good.
        """
        if not self._setting.real_time:
            return shrunk(suspects, lambda frames: self._kills(seed, frames), self._most - self._runs)
        hasty = shrunk(suspects, lambda frames: self._kills(seed, frames, hasty=True), self._most - self._runs)
        return hasty if len(hasty) == len(suspects) or self._kills(seed, hasty) else tuple(suspects)

    def _kills(self, seed: str, frames: Sequence[FuzzFrame], *, hasty: bool = False) -> bool:
        self._between()
        self._runs += 1
        return not replayed(self._setting, seed, frames, hasty=hasty).alive

    def _recorded(self, seed: str, frames: Sequence[FuzzFrame], name: str) -> tuple[KillingFrame, ...]:
        """Play a sequence once more; write the capture, and return the frames as they were on the air."""
        session = Session(self._setting, seed)
        try:
            session.play(frames, PART, session.wake_limit_s)
            dissect = Dissector(session.bench.han.keys)
            psdus = list(session.attacker.psdus)[-len(frames) :]
            if self._folder is not None:
                write_capture(session, self._folder / f"{name}.pcapng")
            return tuple(
                KillingFrame(frame, psdu.hex(), dissect(psdu).line) for frame, psdu in zip(frames, psdus, strict=False)
            )
        finally:
            session.close()


def replayed(setting: Setting, seed: str, frames: Sequence[FuzzFrame], *, hasty: bool = False) -> Outcome:
    """Send a sequence to a fresh device, on the bench of this seed. Raises the errors of a bench.

    `hasty`: a device that misses two wakes counts as dead.
    """
    session = Session(setting, seed)
    try:
        return session.play(frames, PART, session.wake_limit_s if hasty else None)
    finally:
        session.close()


def write_capture(session: Session, path: Path) -> None:
    """Write the latest frames of a session, with the keys in a file beside it. Raises OutputError."""
    han = session.bench.han
    with WholeFile(path) as stream:
        recorder = Recorder(han.medium, stream, epoch=han.calendar.epoch)
        for transmission in session.latest:
            recorder(transmission)
        recorder.detach()
    keyfile.write(keyfile.beside(path), han.keys)
