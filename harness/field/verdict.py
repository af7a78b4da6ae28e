"""The verdict on the gas meter: heard well, a HAN failure is supported, or nothing is proved; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanbench.emulator.clock import SECOND
from hanbench.harness.field.home import Home
from hanbench.harness.field.matching import Match
from hanbench.harness.field.phases import Phases
from hanbench.harness.field.signs_of_radio import hours
from hanbench.harness.field.sniffer import Sniffed
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
        listed = ", ".join(f"{device.ieee:016x}" for device in home.candidates)
        return _nothing("which-meter", f"more than one device may be the gas meter: {listed}", "name it with --gsme")
    if home.gsme is None:
        return _nothing(
            "no-meter",
            "no device behaves as a gas meter",
            "name it with --gsme, and capture for some hours: it sleeps for half an hour and more",
        )
    return None


def rule(home: Home, phases: Phases, ranked: Sequence[Match], sniffed: Sniffed, rules: DiagnosisRules) -> Ruling:
    """Return the ruling on a gas meter. `ranked`: the classes that fit, best first."""
    failures = [match for match in ranked if match.fault_class.says is Says.FAILED]
    damaged = sniffed.damaged / max(1, sniffed.damaged + len(sniffed.frames))
    quick = next((match for match in failures if _settles(match, phases)), None)
    if quick is not None and quick is failures[0]:
        return _failure(quick, phases)
    hub_gone = phases.hub_silent_for >= phases.needed > phases.heard
    if phases.well and phases.heard < phases.needed and not hub_gone:
        last = phases.well[-1]
        return Ruling(
            FieldVerdict.HEARD_WELL,
            f"the hub acknowledged {len(phases.well)} of the meter's frames under its link key, the last one "
            f"(frame {last.number}) {hours(phases.end - last.time)} before the end",
            "proof",
        )
    if damaged > rules.damaged_max:
        return _nothing(
            "damaged", f"{damaged:.0%} of the frames are damaged", "place the sniffer nearer to the hub and the meter"
        )
    if hub_gone or phases.others_since < rules.hub_frames_min:
        return _hub_not_heard(home, phases, sniffed)
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
    last = "in the whole capture" if not phases.well else f"since frame {phases.well[-1].number}"
    return Ruling(
        FieldVerdict.FAILURE,
        f"{match.fault_class.title[0].lower()}{match.fault_class.title[1:]}: {last} ({hours(phases.heard)}, "
        f"{phases.heard / phases.interval:.0f} wakes), nothing shows that the hub heard it",
        match.fault_class.id,
    )


def _hub_not_heard(home: Home, phases: Phases, sniffed: Sniffed) -> Ruling:
    channels = ", ".join(map(str, sniffed.channels)) or "unknown"
    return _nothing(
        "hub-not-heard",
        f"the sniffer hears the hub's frames no more than {phases.others_since} times in that time",
        f"the sniffer's channel ({channels}) may be the wrong one, or the hub too far or without power",
    )


def _too_short(phases: Phases) -> Ruling:
    assumed = "measured" if phases.interval_measured else "assumed"
    return _nothing(
        "too-short",
        f"{hours(phases.heard)} without proof; the meter wakes every {hours(phases.interval)} ({assumed}), and a "
        f"sniffer that misses {phases.loss:.0%} of all frames must hear {phases.wakes_needed} wakes",
        f"capture for at least {hours(phases.needed + phases.interval)}",
    )


def _nothing(code: str, why: str, advice: str) -> Ruling:
    return Ruling(FieldVerdict.NOTHING, why, code, advice)
