"""`check`, `commission`."""

from __future__ import annotations

from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.checks import commission as commission_devices
from hanbench.harness.control.answers import CheckAnswer, CommissioningAnswer
from hanbench.harness.control.errors import CANNOT_CHECK, SCENARIO_PLAYING, ControlError
from hanbench.harness.control.events import CheckProgress, CommissioningProgress
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.live_home import LiveHome
from hanbench.harness.control.requests import CheckRequest, CommissionRequest
from hanbench.profiles.errors import ProfileError


async def check(bench: LiveBench, request: CheckRequest) -> Work[CheckAnswer]:
    """Run a HAN-connectivity check; one that is asked for meanwhile begins when it has ended."""
    home = _checkable(bench.home(request.home))
    attempt = home.new_attempt()

    async def done() -> CheckAnswer:
        async with home.checking:
            await home.faults.settled()
            await home.case.check_begins()
            home.journal.add(CheckProgress, attempt=attempt)
            found = await HanConnectivityCheck().run(home.han, attempt)
            home.checked(found.check)
            home.journal.add(CheckProgress, attempt=attempt, check=found.check)
            await home.case.checked(found.check)
        home.nodes.look()
        return CheckAnswer("ended", attempt, found.check, None if found.mirror is None else found.mirror.words)

    return bench.work(done(), so_far=lambda: CheckAnswer("in-progress", attempt))


async def commission(bench: LiveBench, request: CommissionRequest) -> Work[CommissioningAnswer]:
    """Commission meters."""
    home = _checkable(bench.home(request.home))
    devices = tuple(MeterRole(each) for each in request.devices)

    async def done() -> CommissioningAnswer:
        async with home.checking:
            await home.faults.settled()
            home.journal.add(CommissioningProgress, devices=request.devices)
            found = (await commission_devices(home.han, devices, HanConnectivityCheck())).commissioning
            home.journal.add(CommissioningProgress, devices=request.devices, commissioning=found)
            await home.case.commissioned(found)
        return CommissioningAnswer("ended", found)

    return bench.work(done(), so_far=lambda: CommissioningAnswer("in-progress"))


def _checkable(home: LiveHome) -> LiveHome:
    """Return a home. Raises ControlError if it cannot be checked now."""
    try:
        home.file.can_check()
    except ProfileError as error:
        raise ControlError(CANNOT_CHECK, error.problem) from None
    if home.played is not None:
        raise ControlError(SCENARIO_PLAYING, f"{home.played.scenario.id} plays, and its controller runs the checks")
    return home
