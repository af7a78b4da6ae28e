"""The test of the fuzzer: it must find each firmware that dies at a frame or two, and shrink what kills it to those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.fuzz.firmwares import WRONG, fragile_choice
from hanbench.harness.conform.fuzz.fuzzer import Fuzzer, FuzzPlan
from hanbench.harness.conform.selftest import healthy_setting
from hanbench.profiles.rulesets import Cohort

MOST_FRAMES = 8_000
"""Frames within which a firmware must be found."""
MOST_LEFT = 2
"""Frames that may be left of a sequence: one of the firmwares needs two."""


class FragileResult(Struct, frozen=True):
    """What the fuzzer found of one firmware."""

    id: str
    does: str
    source: str
    frames: int
    """Frames until it was dead, rounded up to a whole batch."""
    left: int
    """Frames of the shortest sequence; 0: it was not found."""
    happened: int
    """How often it did what is wrong with it."""
    line: str
    """The last frame of the sequence in words."""

    @property
    def caught(self) -> bool:
        """Whether it was found, for what is wrong with it, and shrunk."""
        return 0 < self.left <= MOST_LEFT and self.happened > 0


def fuzz_selftest(seed: str = "1", ids: Sequence[str] | None = None) -> Iterator[FragileResult]:
    """Yield the result of each firmware, or of these."""
    for firmware in WRONG.listed:
        if ids is not None and firmware.id not in ids:
            continue
        happened: list[bool] = []
        healthy = healthy_setting(Cohort.IOC, firmware.kind, seed)
        setting = Setting(
            healthy.kind, fragile_choice(firmware.id, happened), healthy.pics, healthy.pixit, healthy.cohort, seed
        )
        report = Fuzzer(FuzzPlan(setting, frames=MOST_FRAMES, kills=1)).run()
        kill = next(iter(report.kills), None)
        sequence = () if kill is None or not kill.reproduced else kill.sequence
        line = sequence[-1].line if sequence else ""
        yield FragileResult(
            firmware.id, firmware.does, firmware.source, report.frames, len(sequence), len(happened), line
        )
