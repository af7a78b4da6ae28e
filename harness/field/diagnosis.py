"""The diagnosis of one capture: read, dissected, told who is who, searched for signs, ruled on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hanbench.harness.capture.foreign import ForeignCapture
from hanbench.harness.field.home import Home, home_of
from hanbench.harness.field.keys import FieldKeys
from hanbench.harness.field.matching import Match, matches
from hanbench.harness.field.observation import Observed, observe
from hanbench.harness.field.phases import Phases, phases_of
from hanbench.harness.field.sign import Evidence, Sign
from hanbench.harness.field.signs import signs
from hanbench.harness.field.sniffer import Sniffed, sniffed
from hanbench.harness.field.verdict import FieldVerdict, Ruling, rule, without_meter
from hanbench.profiles.diagnosis import DiagnosisFile, Says, diagnosis_file


@dataclass(frozen=True)
class Diagnosis:
    """What a capture says."""

    capture: ForeignCapture
    sniffed: Sniffed
    keys: FieldKeys
    observed: Observed
    home: Home
    phases: Phases | None
    """None: there is no gas meter to speak of, or no frame."""
    signs: dict[str, Sign]
    ranked: tuple[Match, ...]
    """The classes of faults that fit, best first; those that the verdict allows."""
    ruling: Ruling

    @property
    def verdict(self) -> FieldVerdict:
        return self.ruling.verdict

    @property
    def path(self) -> Path:
        return Path(self.capture.path)


def diagnose(
    capture: ForeignCapture,
    keys: FieldKeys,
    *,
    gsme: int | None = None,
    wake: int | None = None,
    file: DiagnosisFile | None = None,
) -> Diagnosis:
    """Diagnose a capture. Keys in the capture join `keys`.

    `gsme`: the gas meter's EUI-64, and `wake`: the time between two of its wakes in microseconds; None: not known.
    """
    file = file or diagnosis_file()
    heard = sniffed(capture.frames)
    observed = observe(heard.frames, keys)
    home = home_of(observed, gsme)
    ruling = without_meter(home, heard)
    phases = phases_of(home, file.rules, wake) if home.gsme is not None and home.frames else None
    found: dict[str, Sign] = {}
    ranked: tuple[Match, ...] = ()
    if phases is not None:
        found = signs(Evidence(home, phases, file.rules))
        ranked = matches(file.classes, found)
        ruling = ruling or rule(phases, ranked, heard, file.rules)
    assert ruling is not None  # a home without phases has no gas meter, or no network
    ranked = _allowed(ranked, ruling)
    return Diagnosis(capture, heard, keys, observed, home, phases, found, ranked, ruling)


def _allowed(ranked: tuple[Match, ...], ruling: Ruling) -> tuple[Match, ...]:
    """Return the classes that agree with the verdict: a meter that is heard well has not failed.

    Where nothing is proved about the meter, the classes remain that say nothing about it: they say why.
    """
    if ruling.verdict is FieldVerdict.FAILURE:
        return tuple(match for match in ranked if match.fault_class.says is Says.FAILED)
    if ruling.verdict is FieldVerdict.HEARD_WELL:
        return tuple(match for match in ranked if match.fault_class.says is Says.HEARD)
    return tuple(match for match in ranked if match.fault_class.says is Says.NOTHING)
