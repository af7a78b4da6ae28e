"""A dongle that answers as a recorded session of real firmware did, whatever the order of the host's commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from hanbench.emulator.radio.spinel import frames
from hanbench.emulator.radio.spinel.frames import SpinelFrame

Question = tuple[int, int, bytes]
"""Command, property and value."""


class RecordedAnswers:
    """The answers of one recording, for `ScriptedPort.answer`.

    A question that was asked several times gets its answers in their order. Notifications that came before the next
    question follow the answer.
    """

    def __init__(self, file: Path) -> None:
        self._answers: dict[Question, list[list[SpinelFrame]]] = defaultdict(list)
        asked: dict[int, list[SpinelFrame]] = {}
        latest: list[SpinelFrame] = []
        for line in file.read_text().splitlines():
            if line.startswith("#"):
                continue
            direction, _, octets = line.partition(" ")
            frame = frames.decode(bytes.fromhex(octets))
            if direction == ">":
                latest = asked[frame.tid] = []
                self._answers[_question(frame)].append(latest)
            elif frame.tid == frames.UNSOLICITED:
                latest.append(frame)
            else:
                asked[frame.tid].append(frame)

    def __call__(self, frame: SpinelFrame) -> Iterable[SpinelFrame]:
        recorded = self._answers[_question(frame)]
        assert recorded, f"the firmware was never asked {frame}"
        answers = recorded.pop(0)
        return [each._replace(tid=frame.tid if each.tid else 0) for each in answers]


def _question(frame: SpinelFrame) -> Question:
    return frame.command, frame.property, frame.value
