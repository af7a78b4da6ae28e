"""The HAN-connectivity check: can the hub reach the gas meter over the HAN?

What the TMAD's own check does is not public; this one is hanbench's (all of it `assumed`, but for the code GT01,
`inferred`). The head end asks the hub, over the WAN interface. To pass, the GSME must stand in the hub's device
table and answer APS-acknowledged reads of its identity and of its register within a time that covers at least one
of its wakes. A check that fails proves first and last that everything else works: the WAN, the bench, and the
electricity meter on the same HAN. Where one of them does not, the check says nothing about the GSME: inconclusive.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import WanReply
from hanbench.emulator.devices.ids import HUB_ENDPOINT
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.case.vocabulary import Subject, Verdict
from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.han.han import Han, OutageError

GT01 = "GT01"
"""The gas meter's HAN-related error."""
IDENTITY = (BasicAttributes.ManufacturerName.id, BasicAttributes.ModelIdentifier.id)
REGISTER = (MeteringAttributes.CurrentSummationDelivered.id,)
METER_ENDPOINT = HUB_ENDPOINT
CONTROL_PATIENCE = 40 * SECOND
"""For the electricity meter, which listens all the time."""
WAN_PATIENCE = 30
"""Seconds for the hub itself to answer."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A verdict and what it rests on."""

    verdict: Verdict
    started: int
    ended: int
    """Microseconds of the clock."""
    detail: str
    code: str | None = None
    cause: Subject | None = None
    """Who is to blame for anything but a pass."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(slots=True)
class HanConnectivityCheck:
    """The check and its settings."""

    wakes: float = 2.0
    """The GSME has this many wake intervals to answer."""
    margin: int = 60
    """And this many seconds more."""
    mirror_suffices: bool = False
    """Let a fresh mirror pass for a live meter: wrong, and here to show what goes wrong."""

    async def run(self, han: Han) -> CheckResult:
        """Carry the check out once."""
        started, outages = han.clock.now, han.outages
        with EvidenceRecorder(han.medium, han.role_of) as witness:
            try:
                verdict, cause, detail = await han.or_outage(self._verdict(han))
            except OutageError as outage:
                verdict, cause, detail = Verdict.INCONCLUSIVE, Subject.BENCH, _bench_failed(str(outage))
        if han.outages != outages or han.failure is not None:
            # Whatever was seen meanwhile, or was not, may be the bench's doing.
            failure = han.failure or "a radio was gone for a while"
            verdict, cause, detail = Verdict.INCONCLUSIVE, Subject.BENCH, _bench_failed(failure)
        evidence = witness.between("gsme")
        if verdict is not Verdict.PASS:
            evidence = tuple(sorted({*evidence, *witness.between("esme")}))
        code = GT01 if verdict is Verdict.FAIL else None
        return CheckResult(verdict, started, han.clock.now, detail, code, cause, evidence)

    async def _verdict(self, han: Han) -> tuple[Verdict, Subject | None, str]:
        failure = await self._control(han)
        if failure is not None:
            return Verdict.INCONCLUSIVE, *failure
        detail = await self._gsme_failure(han)
        if detail is None:
            return Verdict.PASS, None, "the GSME answered with its identity and its register"
        # What was well at the start may have failed meanwhile, and would explain the silence.
        failure = await self._control(han)
        if failure is not None:
            return Verdict.INCONCLUSIVE, *failure
        if not han.present("esme"):
            return Verdict.INCONCLUSIVE, Subject.BENCH, f"{detail}, and no ESME is there to show that the HAN works"
        return Verdict.FAIL, Subject.GSME, detail

    async def _control(self, han: Han) -> tuple[Subject, str] | None:
        """What, other than the GSME, does not work."""
        if han.failure is not None:
            return Subject.BENCH, _bench_failed(han.failure)
        table = await han.ask(han.wan.device_table, patience=WAN_PATIENCE)
        if not table.delivered:
            return Subject.WAN, "the hub does not answer over the WAN"
        if not han.present("esme"):
            return None
        reply = await self._read(han, han.settings.esme.ieee, BASIC.id, IDENTITY, CONTROL_PATIENCE)
        if not reply.delivered:
            return Subject.WAN, "the hub stopped answering over the WAN"
        if reply.reply is None or not reply.reply.ok:
            return Subject.ESME, "the ESME does not answer on the HAN"
        return None

    async def _gsme_failure(self, han: Han) -> str | None:
        """Why the GSME does not count as reached; None if it does."""
        ieee = han.settings.gsme.ieee
        table = await han.ask(han.wan.device_table, patience=WAN_PATIENCE)
        if not table.delivered or ieee not in [entry.ieee for entry in table.value]:
            return "the GSME is not in the hub's device table"
        if self.mirror_suffices and await self._mirror_is_fresh(han):
            return None
        patience = int(self.wakes * han.settings.gsme.wake_interval) + self.margin * SECOND
        identity, register = await asyncio.gather(
            self._read(han, ieee, BASIC.id, IDENTITY, patience), self._read(han, ieee, METERING.id, REGISTER, patience)
        )
        for what, reply, wanted in (("identity", identity, IDENTITY), ("register", register, REGISTER)):
            if reply.reply is None or not reply.reply.ok:
                return f"the GSME did not answer the read of its {what} within {patience // SECOND} s"
            if any(attribute not in reply.reply.values for attribute in wanted):
                return f"the GSME answered, but without its {what}"
        return None

    async def _mirror_is_fresh(self, han: Han) -> bool:
        mirror = await han.ask(han.wan.mirror, han.settings.gsme.ieee, patience=WAN_PATIENCE)
        return mirror.value is not None and han.clock.now - mirror.value <= 2 * han.settings.gsme.wake_interval

    async def _read(self, han: Han, ieee: int, cluster: int, attributes: tuple[int, ...], patience: int) -> WanReply:
        return await han.ask(
            lambda done: han.wan.read(ieee, METER_ENDPOINT, cluster, attributes, done, timeout=patience),
            patience=patience / SECOND + WAN_PATIENCE,
        )


def _bench_failed(failure: str) -> str:
    return f"the bench itself has failed: {failure}"
