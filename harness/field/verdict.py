"""The verdict on the gas meter: heard well, a HAN failure is supported, or nothing is proved; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from hanbench.emulator.clock import SECOND
from hanbench.harness.field.home import Device, Home
from hanbench.harness.field.matching import Match
from hanbench.harness.field.phases import Phases
from hanbench.harness.field.sniffer import Sniffed
from hanbench.harness.field.wakes import WakesFrom
from hanbench.harness.field.words import Number, hours, moment
from hanbench.profiles.diagnosis import DiagnosisRules, Says


class FieldVerdict(StrEnum):
    """What a capture says about the gas meter."""

    HEARD_WELL = "heard well"
    FAILURE = "supports a HAN failure"
    NOTHING = "proves nothing"


@dataclass(frozen=True)
class Ruling:
    """A verdict with its reasons."""

    verdict: FieldVerdict
    why: str
    """One sentence."""
    code: str
    """Stable name of the reason: `proof`, `silence`, `no-key`, `too-short` ..."""
    advice: str = ""
    """What to do to get a better capture; empty: nothing."""


def without_meter(home: Home, sniffed: Sniffed) -> Ruling | None:
    """Return the ruling on a capture in which nothing can be said about a gas meter, or None."""
    if not home.pans:
        return _nothing("no-network", "no frame belongs to a ZigBee network", "look at the channel of the sniffer")
    if not any(frame.opened and frame.nwk_counter is not None for frame in home.frames):
        return _nothing(
            "no-key",
            "no key opens the frames of this network",
            "give the network key, or the meter's install code and a capture of its joining",
        )
    if home.candidates:
        return _nothing("which-meter", _which(home.candidates), "name it with --gsme")
    if home.gsme is None:
        return _nothing(
            "no-meter",
            "no device behaves as a gas meter",
            "name it with --gsme, and capture for some hours: it sleeps for half an hour and more",
        )
    return None


def _which(candidates: Sequence[Device]) -> str:
    """Return what is known of the devices that may be the gas meter."""
    heard = sorted(candidates, key=lambda device: device.first)
    listed = "; ".join(
        f"{each.ieee:016x} ({Number(each.frames):frame}, {moment(each.first)} to {moment(each.last)} UTC)"
        for each in heard
    )
    one_after_the_other = all(earlier.last < later.first for earlier, later in pairwise(heard))
    hint = "; one fell silent before the other began: exchanged?" if one_after_the_other else ""
    return f"more than one device may be the gas meter: {listed}{hint}"


def rule(phases: Phases, ranked: Sequence[Match], sniffed: Sniffed, rules: DiagnosisRules) -> Ruling:
    """Return the ruling on a gas meter. `ranked`: the classes that fit, best first."""
    failures = [match for match in ranked if match.fault_class.says is Says.FAILED]
    damaged = sniffed.damaged / max(1, sniffed.damaged + len(sniffed.frames))
    badly = phases.hub_loss > rules.loss_max or phases.others_since < rules.hub_frames_min
    if failures and not badly and _settles(failures[0], phases):
        return _failure(failures[0], phases)
    if phases.well and phases.without_proof < phases.bar:
        last = phases.well[-1]
        return Ruling(
            FieldVerdict.HEARD_WELL,
            f"the hub acknowledged {len(phases.well)} of the meter's frames under its link key, the last one "
            f"(frame {last.number}) {hours(phases.without_proof)} before the end",
            "proof",
        )
    if damaged > rules.damaged_max:
        return _nothing(
            "damaged", f"{damaged:.0%} of the frames are damaged", "place the sniffer nearer to the hub and the meter"
        )
    # Whoever does not hear the hub does not hear it acknowledge anything.
    if phases.heard < phases.needed and (badly or phases.without_proof >= phases.bar):
        return _hub_not_heard(phases, sniffed)
    if phases.others_since < rules.hub_frames_min:
        return _hub_not_heard(phases, sniffed)
    if phases.heard < phases.needed:
        return _too_short(phases)
    if not failures:
        return _nothing(
            "unexplained",
            "the hub acknowledges none of the meter's readings, and no known fault fits",
            "capture a HAN-connectivity check, and give all keys",
        )
    return _failure(failures[0], phases)


def _settles(match: Match, phases: Phases) -> bool:
    settles = match.fault_class.settles_s
    if settles is None or match.signs[0].count < 1 or phases.heard < settles * SECOND:
        return False
    return match.strength >= 80 and match.signs[0].count >= 2


def _failure(match: Match, phases: Phases) -> Ruling:
    title = f"{match.fault_class.title[0].lower()}{match.fault_class.title[1:]}"
    begin = "in the whole capture" if not phases.well else f"since frame {phases.well[-1].number}"
    wakes = f"time for {Number(phases.heard // phases.interval):wake}"
    if phases.heard < phases.without_proof - phases.interval:
        wakes = f"the sniffer heard the hub in {hours(phases.heard)} of it, {wakes}"
    return Ruling(
        FieldVerdict.FAILURE,
        f"{title}: {begin}, {hours(phases.without_proof)}, nothing shows that the hub heard it ({wakes})",
        match.fault_class.id,
        match.fault_class.action,
    )


def _hub_not_heard(phases: Phases, sniffed: Sniffed) -> Ruling:
    channels = ", ".join(map(str, sniffed.channels)) or "unknown"
    missed = f", and misses {phases.hub_loss:.0%} of the hub's frames then" if phases.hub_loss else ""
    since = "" if not phases.well else f" since the meter was last heard well (frame {phases.well[-1].number})"
    return _nothing(
        "hub-not-heard",
        f"in the {hours(phases.without_proof)}{since} the sniffer hears the hub for {hours(phases.heard)}{missed}; "
        "what the hub acknowledges cannot be told without it",
        f"place the sniffer nearer to the hub: its channel ({channels}) may be the wrong one, or the hub too far or "
        f"without power",
    )


def _too_short(phases: Phases) -> Ruling:
    loss = max(phases.loss, phases.hub_loss)
    assumed = phases.wakes.known is WakesFrom.ASSUMED
    known_better = ", or give --wake if it is known to wake more often" if assumed else ""
    return _nothing(
        "too-short",
        f"{hours(phases.heard)} without proof; the meter wakes every {hours(phases.interval)} "
        f"({phases.wakes.known}), and a sniffer that misses {loss:.0%} of all frames must hear "
        f"{Number(phases.wakes_needed):wake}",
        f"capture for at least {hours(phases.needed + phases.interval)}{known_better}",
    )


def _nothing(code: str, why: str, advice: str) -> Ruling:
    return Ruling(FieldVerdict.NOTHING, why, code, advice)
