"""Captures of homes with named faults, as `hanbench diagnose` is measured on: whole, cut, thinned, and begun too late.

A home forms on the air; the fault comes some hours later; the head end checks the gas meter now and then. What a
sniffer cannot hear is left out: hanbench's own has no limit of sensitivity, and hears a meter that no hub hears.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, VirtualClock, run
from hanbench.emulator.mac import frames as mac
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import CapturedFrame, KeyRing, PcapngWriter, Recorder, read, tap
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import HanSettings
from tests.support.han import START, home_settings

HEALTHY = "healthy"
"""The name of the story without a fault."""
HOUR = 3600
BEFORE = 3 * HOUR
AFTER = 26 * HOUR
"""Seconds of the capture before and after the fault; a meter asks for the time once a day."""
LATE = 5 * 60
"""Seconds after the fault at which the capture of somebody who comes too late begins: the joinings and the first key
establishments are over, and a meter that tries again does so after a quarter of an hour."""
CHECKS = (2 * HOUR, 5 * HOUR)
"""When the head end checks the meter, seconds after the fault."""
LINK_STATUS = 300
"""Seconds between two Link Status, instead of 15: half of all frames would be those."""
SENSITIVITY = -100.0
"""dBm; fainter frames are not in the capture."""
THINNED = 0.3
"""Share of frames that the thinned capture misses."""
FAINT = 0.05
FADED = (0.0, 0.01, 0.03, 0.1)
"""Shares of the hub's frames that a sniffer hears that hears the hub badly."""


class Variant(StrEnum):
    """What is left of a capture."""

    WHOLE = "whole"
    CUT = "cut"
    THINNED = "thinned"
    LATE = "late"
    """It begins after the fault, without the joining and the key establishments."""
    FAINT = "faint"
    """The sniffer hears one in 20 of the hub's frames and acknowledgements."""
    FADING = "fading"
    """It hears none to one in ten of them from the fault on."""


FORMS = (Variant.WHOLE, Variant.CUT, Variant.THINNED, Variant.LATE)
"""Of each fault."""
HUB_BADLY_HEARD = (Variant.FAINT, Variant.FADING)
"""Of healthy homes besides: who does not hear the hub does not hear it answer."""


class FieldStory(NamedTuple):
    """One home, told once."""

    fault: str
    seed: str
    gsme: int
    onset: int
    """Microseconds since 1970 at which the fault came."""
    frames: tuple[CapturedFrame, ...]
    keys: KeyRing


def settings(seed: str) -> HanSettings:
    """Return the home of a seed: IOC, with keep-alive as in the field and Link Status every `LINK_STATUS` seconds."""
    made = home_settings(seed=seed, slow_background=False)
    period = LINK_STATUS * SECOND
    hub = replace(made.hub, node=replace(made.hub.node, link_status_period=period))
    esme = replace(made.esme, node=replace(made.esme.node, link_status_period=period))
    repeater = replace(made.repeater, node=replace(made.repeater.node, link_status_period=period))
    return replace(made, hub=hub, esme=esme, repeater=repeater)


def named(fault: str, seed: str) -> str:
    """Return the seed of a story's home: its addresses, network and install codes follow from it."""
    return f"field/{fault}/{seed}"


def home(fault: str, seed: str) -> Han:
    """Return the home of a story. A fault that needs a repeater has the places and walls of the bench `repeater`."""
    made, clock = settings(seed), VirtualClock()
    needs = None if fault == HEALTHY else FAULTS[fault].needs
    if needs is None:
        return Han(made, seed=seed, start=START, clock=clock)
    bench = BenchFile.find(needs).profile
    placed = {role: node.position_m for role, node in bench.present.items() if node.position_m is not None}
    made = replace(made, positions={**made.positions, **placed})
    han = Han(made, seed=seed, start=START, clock=clock, emulated=bench.emulated)
    for link in bench.links:
        one, other = (han.radios.on_air(name) for name in link.between)
        han.air.attenuate(one, other, link.attenuation_db)
    return han


def told(fault: str, seed: str, folder: Path, *, after: int = AFTER) -> FieldStory:
    """Return the story of a fault, or of `HEALTHY`. `folder`: for a scratch file."""
    han = home(fault, named(fault, seed))
    onset = 0

    async def story() -> None:
        nonlocal onset
        await form(han)
        await asyncio.sleep(BEFORE + random.Random(f"{fault} {seed}").uniform(0, HOUR))
        onset = han.clock.now
        injecting = asyncio.ensure_future(_inject(han, fault))
        begun = 0
        for at in CHECKS:
            await asyncio.sleep(at - begun)
            await _check(han)
            begun = round((han.clock.now - onset) / SECOND)
        await asyncio.sleep(max(0, after - begun))
        await injecting

    stream = BytesIO()
    recorder = Recorder(han.medium, stream, epoch=START)
    run(han.clock, story())
    recorder.detach()
    path = folder / f"{fault}-{seed}.pcapng"
    path.write_bytes(stream.getvalue())
    frames = tuple(each for each in read(path) if each.rssi is None or each.rssi >= SENSITIVITY)
    path.unlink()
    epoch = round(START.timestamp() * SECOND)
    return FieldStory(fault, seed, han.settings.gsme.ieee, epoch + onset, frames, han.keys)


async def _inject(han: Han, fault: str) -> None:
    if fault != HEALTHY:
        await FAULTS[fault].inject(han)


async def _check(han: Han) -> None:
    await HanConnectivityCheck().run(han)


def variant(story: FieldStory, kind: Variant) -> tuple[CapturedFrame, ...]:
    """Return what is left of a story's frames; the same for the same seed."""
    chance = random.Random(f"{story.fault} {story.seed} {kind}")
    frames = story.frames
    match kind:
        case Variant.CUT:
            begin = story.onset - round(chance.uniform(0.5, 2.5) * HOUR * SECOND)
            end = story.onset + round(chance.uniform(8, 24) * HOUR * SECOND)
            frames = tuple(each for each in frames if begin <= each.time <= end)
        case Variant.THINNED:
            frames = tuple(each for each in frames if chance.random() >= THINNED)
        case Variant.LATE:
            frames = tuple(each for each in frames if each.time >= story.onset + LATE * SECOND)
        case Variant.FAINT:
            frames = hub_heard(frames, FAINT, chance)
        case Variant.FADING:
            before = tuple(each for each in frames if each.time < story.onset)
            frames = before + hub_heard(frames[len(before) :], chance.choice(FADED), chance)
    return frames


def hub_heard(
    frames: tuple[CapturedFrame, ...], share: float, chance: random.Random, *, acks: bool = False
) -> tuple[CapturedFrame, ...]:
    """Return frames without most of those that the hub transmits. `share`: what is left; `acks`: all its are heard."""
    found, to_hub = [], False
    for each in frames:
        frame = mac.decode(each.psdu)
        hubs = to_hub and not acks if frame.type == mac.ACK else frame.src_mode == mac.SHORT and frame.src == 0
        to_hub = frame.dst_mode == mac.SHORT and frame.dst == 0
        if not hubs or chance.random() < share:
            found.append(each)
    return tuple(found)


def written(frames: Iterator[CapturedFrame] | tuple[CapturedFrame, ...], path: Path) -> Path:
    """Write frames as a capture, and return its path."""
    with path.open("wb") as stream:
        writer = PcapngWriter(stream, epoch=START)
        epoch = round(START.timestamp() * SECOND)
        for each in frames:
            heard = tap.encode(each.rssi or 0.0, each.lqi or 0, each.channel or 15)
            writer.write(each.time - epoch, each.psdu, heard)
    return path
