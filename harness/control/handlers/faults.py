"""`inject`, `heal`."""

from __future__ import annotations

from hanbench.harness.case.check import Subject
from hanbench.harness.control.answers import ActiveFaultList
from hanbench.harness.control.errors import NOT_ACTIVE, NOT_EMULATED, UNKNOWN_FAULT, ControlError, unknown_name
from hanbench.harness.control.events import FaultChanged
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.live_home import LiveHome
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
    home = bench.home(request.home)
    for role in (*_OF_SUBJECT[fault.subject], fault.needs):
        if role is not None and not home.han.emulates(role):
            raise ControlError(NOT_EMULATED, f"{fault.name} needs an emulated {role}")
    return _work(home, fault, heals=False)


async def heal(bench: LiveBench, request: HealRequest) -> Work[ActiveFaultList]:
    """Heal a fault."""
    fault = _fault(request.fault)
    home = bench.home(request.home)
    if fault not in home.faults.active:
        active = ", ".join(each.name for each in home.faults.active) or "none"
        raise ControlError(NOT_ACTIVE, f"{fault.name} is not active; active: {active}")
    return _work(home, fault, heals=True)


def _fault(name: str) -> Fault:
    if name not in FAULTS:
        raise unknown_name(UNKNOWN_FAULT, "fault", name, FAULTS)
    return FAULTS[name]


def _work(home: LiveHome, fault: Fault, *, heals: bool) -> Work[ActiveFaultList]:
    def tell(phase: str, detail: str = "") -> None:
        home.journal.add(FaultChanged, fault=fault.name, phase=phase, detail=detail)

    async def done() -> ActiveFaultList:
        tell("healing" if heals else "begun")
        home.note(f"hanbench: {fault.name} {'is healed' if heals else 'begins'} ({fault.title.lower()})")
        try:
            await (home.faults.remove(fault) if heals else home.faults.add(fault))
        except Exception as error:
            tell("failed", " ".join(str(error).split()))
            raise
        tell("healed" if heals else "active")
        home.nodes.look()
        return _answer(home, "ended")

    return home.bench.work(done(), so_far=lambda: _answer(home, "in-progress"))


def _answer(home: LiveHome, progress: str) -> ActiveFaultList:
    return ActiveFaultList(progress, tuple(each.name for each in home.faults.active))  # type: ignore[arg-type]
