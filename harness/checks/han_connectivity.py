"""The HAN-connectivity check: whether the hub can reach the gas meter over the HAN.

The TMAD's own check is not public; this one is hanbench's (all of it `assumed`, but for the code GT01, `inferred`). The
head end asks the hub, over the WAN interface. To pass, the GSME must be in the hub's device table and answer
APS-acknowledged reads of its identity and of its register within a time that covers at least one of its wakes; its link
key must prove its EUI-64, and its identity must be the expected one (`identity.py`). A check fails only if the WAN
loses nothing, and if at its beginning and at its end all else works: the bench, and the electricity meter on the same
HAN. If one of them does not work, the check says nothing about the GSME, and is inconclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import WanReply
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.checks.identity import IDENTITY, ExpectedIdentity
from hanbench.harness.checks.mirror_age import MirrorAge, mirror_age
from hanbench.harness.checks.reading import read_meter, unproven
from hanbench.harness.checks.witness import Witness
from hanbench.harness.han.han import Han
from hanbench.harness.han.health import OutageError

GT01 = "GT01"
"""Code of a HAN-related error of the gas meter."""
STOPPED = "the hub stopped answering over the WAN"
CONTROL_WAIT = 40.0
"""Time-out for an answer of the electricity meter, which listens all the time; seconds."""


class EvidencedCheck(NamedTuple):
    """A check, with the frames that are its evidence."""

    check: HanCheck
    evidence: tuple[Evidence, ...]
    mirror: MirrorAge | None = None
    """The gas meter's mirror at the end; told, and no part of the verdict."""


class _VerdictReason(NamedTuple):
    """A verdict and its reason."""

    verdict: Verdict
    cause: Subject | None
    detail: str


@dataclass(slots=True)
class HanConnectivityCheck:
    """The check and its settings."""

    wakes: float = 2.0
    """Number of wake intervals in which the GSME must answer."""
    margin: int = 60
    """Seconds on top of those intervals."""
    mirror_suffices: bool = False
    """Let a fresh mirror pass for a live meter: wrong, and here to demonstrate the effect."""

    def sleep_allowance(self, han: Han) -> float:
        """Return the time in which the gas meter of `han` wakes as often as the check allows, in seconds."""
        return int(self.wakes * han.settings.gsme.wake_interval) / SECOND

    async def run(self, han: Han, attempt: int = 1) -> EvidencedCheck:
        """Run the check once, with the number `attempt`."""
        start, outages = han.clock.now, han.health.outages
        with EvidenceRecorder(han.medium, han.role_of) as recorder, Witness(han) as witness:
            try:
                found = await han.health.or_outage(self._verdict(han))
                if found.verdict is Verdict.FAIL:
                    # A dongle that has quietly stopped working would explain the meter's silence.
                    await han.radios.verify()
            except OutageError as outage:
                found = _bench_failed(str(outage))
        found = _as_witnessed(found, witness)
        if han.health.outages != outages or han.health.failure is not None:
            # An outage of the bench can explain every frame that was or was not seen.
            found = _bench_failed(han.health.failure or "a radio was gone for a while")
        evidence = recorder.between("gsme")
        if found.verdict is not Verdict.PASS:
            evidence = tuple(sorted({*evidence, *recorder.between("esme")}))
        mirror = mirror_age(han, self.sleep_allowance(han) + self.margin)
        return EvidencedCheck(_finished(han, attempt, start, found, evidence), evidence, mirror)

    async def _verdict(self, han: Han) -> _VerdictReason:
        failure = await self._control(han)
        if failure is not None:
            return failure
        found = await self._gsme_failure(han)
        if found is None:
            return _VerdictReason(Verdict.PASS, None, "the GSME answered with its identity and its register")
        if found.verdict is Verdict.INCONCLUSIVE:
            return found
        # A subject that worked at the start may have failed since, which would explain the silence.
        failure = await self._control(han)
        if failure is not None:
            return failure
        if not han.present("esme"):
            return _inconclusive(Subject.BENCH, f"{found.detail}, and no ESME is there to show that the HAN works")
        return found

    async def _control(self, han: Han) -> _VerdictReason | None:
        """Return an inconclusive finding if a subject other than the GSME does not work."""
        if han.health.failure is not None:
            return _bench_failed(han.health.failure)
        table = await han.head_end.device_table()
        if not table.delivered:
            return _inconclusive(Subject.WAN, "the hub does not answer over the WAN")
        if not han.present("esme"):
            return None
        found, proven = await self._esme(han, secured=False)
        if found is not None and not proven:
            # Any holder of the network key can answer in the ESME's name without its link key.
            found, _ = await self._esme(han, secured=True)
        return found

    async def _esme(self, han: Han, *, secured: bool) -> tuple[_VerdictReason | None, bool]:
        """Return what the ESME lacks, and whether that is proven: False if an answer came that no link key proves."""
        esme = han.settings.esme.ieee
        answer = await han.head_end.read(esme, BASIC.id, IDENTITY, timeout=CONTROL_WAIT, secured=secured)
        return self._esme_failure(han, answer), not unproven(answer)

    def _esme_failure(self, han: Han, answer: WanReply) -> _VerdictReason | None:
        if not answer.delivered:
            return _inconclusive(Subject.WAN, STOPPED)
        if answer.reply is None or not answer.reply.ok:
            return _inconclusive(Subject.ESME, "the ESME does not answer on the HAN")
        other = ExpectedIdentity.of(han, "esme").difference(BASIC.id, answer.reply)
        return None if other is None else _inconclusive(Subject.ESME, f"the ESME answered {other}")

    async def _gsme_failure(self, han: Han) -> _VerdictReason | None:
        """Return the reason why the GSME was not reached, or why that is unknown; None if it was reached."""
        ieee = han.settings.gsme.ieee
        table = await han.head_end.device_table()
        if not table.delivered:
            return _inconclusive(Subject.WAN, STOPPED)
        if ieee not in [entry.ieee for entry in table.value]:
            return _failed("the GSME is not in the hub's device table")
        if self.mirror_suffices and await self._mirror_is_fresh(han):
            return None
        wait = self.sleep_allowance(han) + self.margin
        found = await read_meter(han, "gsme", wait)
        if not found.delivered:
            return _inconclusive(Subject.WAN, STOPPED)
        return None if found.shortfall is None else _failed(found.shortfall)

    async def _mirror_is_fresh(self, han: Han) -> bool:
        mirror = await han.head_end.mirror_updated(han.settings.gsme.ieee)
        return mirror.value is not None and han.clock.now - mirror.value <= 2 * han.settings.gsme.wake_interval


def never_begun(han: Han, start: int, detail: str) -> HanCheck:
    """Return the inconclusive check of a bench that did not come up. `start`: microseconds of its clock."""
    return _finished(han, 1, start, _inconclusive(Subject.BENCH, detail), ())


def _finished(han: Han, attempt: int, start: int, found: _VerdictReason, evidence: tuple[Evidence, ...]) -> HanCheck:
    now = han.clock.now
    return HanCheck(
        attempt=attempt,
        verdict=found.verdict,
        started=han.calendar.date(start),
        finished=han.calendar.date(now),
        code=GT01 if found.verdict is Verdict.FAIL else None,
        cause=found.cause,
        detail=found.detail,
        frames=tuple(each.number for each in evidence),
        start=start / SECOND,
        end=now / SECOND,
    )


def _inconclusive(cause: Subject, detail: str) -> _VerdictReason:
    return _VerdictReason(Verdict.INCONCLUSIVE, cause, detail)


def _failed(detail: str) -> _VerdictReason:
    return _VerdictReason(Verdict.FAIL, Subject.GSME, detail)


def _as_witnessed(found: _VerdictReason, witness: Witness) -> _VerdictReason:
    """Return a verdict with what else was seen; a radio that lies explains every frame that is missing."""
    if found.verdict is Verdict.PASS:
        return found
    lie = witness.lying_radio
    if lie is not None:
        return _inconclusive(Subject.BENCH, lie)
    if found.verdict is not Verdict.FAIL:
        return found._replace(detail=found.detail + witness.turned_away)
    return found._replace(detail=found.detail + witness.gone + witness.polls_in_vain + witness.turned_away)


def _bench_failed(failure: str) -> _VerdictReason:
    return _inconclusive(Subject.BENCH, f"the bench itself has failed: {failure}")
