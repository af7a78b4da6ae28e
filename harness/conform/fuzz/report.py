"""`report.json` of `hanbench conform --fuzz`: what was sent, what the device recovered from, and what killed it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from hanbench import __version__
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge, Layer
from hanbench.harness.conform.result import NOTICE, Identity
from hanbench.harness.words import counted

SCHEMA = "hanbench/conform-fuzz"
VERSION = 2
INTERRUPTED = "interruption"
"""Why a run ended that was ended by Ctrl-C."""
_EVERY = {
    (Layer.MAC, Knowledge.OUTSIDE),
    (Layer.NWK, Knowledge.OUTSIDE),
    (Layer.APS, Knowledge.OUTSIDE),
    (Layer.NWK, Knowledge.NETWORK_KEY),
    (Layer.APS, Knowledge.NETWORK_KEY),
    (Layer.ZDP, Knowledge.NETWORK_KEY),
    (Layer.ZCL, Knowledge.NETWORK_KEY),
    (Layer.KEY_ESTABLISHMENT, Knowledge.NETWORK_KEY),
    (Layer.ZCL, Knowledge.LINK_KEY),
}
"""What a run of some length sends."""


class SentRow(Struct, frozen=True):
    """How many frames of a layer were sent with this knowledge of keys."""

    layer: Layer
    knowledge: Knowledge
    frames: int


class Recovery(Struct, frozen=True):
    """A device that was silent, and then answered again."""

    after_frames: int
    """Frames of the whole run before it."""
    seconds: float
    """From the last frame to the next answer."""
    heard_s: float | None = None
    """From the last frame to the next one of the device, acknowledgements aside: of a sleeper its next poll."""


class KillingFrame(Struct, frozen=True):
    """One frame of a sequence that kills."""

    frame: FuzzFrame
    psdu: str
    """As on the air, hexadecimal, with FCS."""
    line: str
    """In words. Keys are redacted."""


class Kill(Struct, frozen=True, kw_only=True):
    """Frames after which the device was dead."""

    after_frames: int
    """Frames of the whole run before it."""
    why: str
    reproduced: bool
    """Whether the sequence kills a fresh device too."""
    runs: int
    """Fresh devices on which shorter sequences were tried."""
    sequence: tuple[KillingFrame, ...]
    file: str
    """File in the folder, for `--fuzz-replay`."""
    capture: str
    """Capture in the folder; its keys are in the file beside it."""
    replay: str
    """The command that repeats it."""


class Timing(Struct, frozen=True, kw_only=True):
    """How long a run took, seconds."""

    seconds: float
    """Real time, with joining and with the search for what killed."""
    sending: float
    """Real time in which frames were made and sent, and the device was looked at, without its silences."""
    frames: int
    """Frames that were sent in that time."""
    processor: float
    """Processor time of the same part, of hanbench and of a device in its process."""
    bench: float
    """The bench's clock, of all devices together."""
    real_time: bool
    """Whether the bench's clock is that on the wall, as with a command."""


class FuzzReport(Struct, frozen=True, kw_only=True):
    """The content of `report.json`."""

    schema: str = SCHEMA
    version: int = VERSION
    notice: str = NOTICE
    hanbench: str = __version__
    device: Identity
    bench: str
    cohort: str
    seed: str
    date: str = ""
    """The day (UTC) of the run, YYYY-MM-DD."""
    ended: str
    """Why the run ended: time, frames, kills or interruption."""
    timing: Timing
    devices: int
    """Fresh devices that were put to it."""
    frames: int
    longest_batch: int
    """Most frames between two looks at the device."""
    sent: tuple[SentRow, ...]
    recovery_limit_s: float
    recoveries: tuple[Recovery, ...]
    kills: tuple[Kill, ...]
    unexplained: str = ""
    """How a device is dead of which an interrupted run did not find out what killed it; empty: none is."""
    not_done: tuple[str, ...] = ()
    """What this run shows nothing about, in sentences."""

    @property
    def rate(self) -> float:
        """Frames per second of the time in which they were sent."""
        return self.timing.frames / self.timing.sending if self.timing.sending else 0.0

    @property
    def processor_rate(self) -> float:
        """Frames per second of processor time."""
        return self.timing.frames / self.timing.processor if self.timing.processor else 0.0

    @property
    def slowest_recovery_s(self) -> float | None:
        """The longest recovery, seconds; None: there was none."""
        return max((each.seconds for each in self.recoveries), default=None)

    @property
    def badge(self) -> str:
        """The run in one line, for a log of CI."""
        kills, recoveries = counted(len(self.kills), "kill"), counted(len(self.recoveries), "recovery", "recoveries")
        return (
            f"fuzz {self.device.kind}: {self.frames} frames, {kills}, {recoveries} "
            f"(hanbench {self.hanbench}, seed {self.seed}; not a certificate)"
        )


def not_done(
    kind: str, sent: Collection[tuple[Layer, Knowledge]], longest_batch: int, ended: str, unexplained: str = ""
) -> tuple[str, ...]:
    """Return what a run shows nothing about, in sentences.

    `unexplained`: how a device is dead of which the run did not find out what killed it.
    """
    unsent = [f"{layer.value} ({known.value})" for layer, known in sorted(_EVERY - set(sent))]
    parting = "by which a router may leave, move or ask for keys" if kind == "hub" else "by which it may leave or move"
    found = [
        f"Under a key the device was sent no sound message {parting}: a device that obeys one has no fault.",
        f"It was looked at after {longest_batch} frames at most: a restart from which it is back by then is not seen.",
        "What a frame leaves behind that shows only after the run was not looked for.",
        "Frames to other devices of the home, and other channels than that of the network, were not sent.",
    ]
    if unsent:
        found.insert(0, f"Nothing was sent of: {', '.join(unsent)}. The run was too short.")
    if ended == INTERRUPTED:
        found.insert(0, "The run was interrupted.")
    if unexplained:
        found.insert(0, f"A device is dead ({unexplained}), and of which frames was not found out.")
    if ended == "kills":
        found.insert(0, "The run ended early: it had found as many kills as it looks for.")
    return tuple(found)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `report.json`."""
    return msgspec.json.schema(FuzzReport)
