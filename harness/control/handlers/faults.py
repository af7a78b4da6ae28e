"""`inject`, `heal`."""

from __future__ import annotations

from hanbench.harness.case.check import Subject
from hanbench.harness.control.answers import ActiveFaultList
from hanbench.harness.control.errors import NOT_ACTIVE, NOT_EMULATED, UNKNOWN_FAULT, ControlError, unknown_name
from hanbench.harness.control.events import FaultChanged
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.requests import HealRequest, InjectRequest
from hanbench.harness.faults import FAULTS, Fault

_OF_SUBJECT: dict[Subject, tuple[str, ...]] = {
    Subject.GSME: ("hub", "gsme"),
    Subject.ESME: ("hub", "esme"),
    Subject.WAN: ("hub",),
    Subject.BENCH: (),
}
"""Devices that a fault of this subject needs."""


async def inject(bench: LiveBench, request: InjectRequest) -> Work[ActiveFaultList]:
    """Inject a fault."""
    fault = _fault(request.fault)
    for role in (*_OF_SUBJECT[fault.subject], fault.needs):
        if role is not None and not bench.han.emulates(role):
            raise ControlError(NOT_EMULATED, f"{fault.name} needs an emulated {role}")
    return _work(bench, fault, heals=False)


async def heal(bench: LiveBench, request: HealRequest) -> Work[ActiveFaultList]:
    """Heal a fault."""
    fault = _fault(request.fault)
    if fault not in bench.faults.active:
        active = ", ".join(each.name for each in bench.faults.active) or "none"
        raise ControlError(NOT_ACTIVE, f"{fault.name} is not active; active: {active}")
    return _work(bench, fault, heals=True)


def _fault(name: str) -> Fault:
    if name not in FAULTS:
        raise unknown_name(UNKNOWN_FAULT, "fault", name, FAULTS)
    return FAULTS[name]


def _work(bench: LiveBench, fault: Fault, *, heals: bool) -> Work[ActiveFaultList]:
    def tell(phase: str, detail: str = "") -> None:
        bench.journal.add(FaultChanged, fault=fault.name, phase=phase, detail=detail)

    async def done() -> ActiveFaultList:
        tell("healing" if heals else "begun")
        bench.note(f"hanbench: {fault.name} {'is healed' if heals else 'begins'} ({fault.title.lower()})")
        try:
            await (bench.faults.remove(fault) if heals else bench.faults.add(fault))
        except Exception as error:
            tell("failed", " ".join(str(error).split()))
            raise
        tell("healed" if heals else "active")
        bench.nodes.look()
        return _answer(bench, "ended")

    return bench.work(done(), so_far=lambda: _answer(bench, "in-progress"))


def _answer(bench: LiveBench, progress: str) -> ActiveFaultList:
    return ActiveFaultList(progress, tuple(each.name for each in bench.faults.active))  # type: ignore[arg-type]
