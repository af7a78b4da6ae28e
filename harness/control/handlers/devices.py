"""`power`, `press`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from hanbench.emulator.devices import AnyDevice, AnyJoiningDevice, CommsHub, Gsme, JoiningDevice
from hanbench.harness.control.answers import NodeAnswer
from hanbench.harness.control.errors import NO_POWER, ControlError
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.live_home import LiveHome
from hanbench.harness.control.requests import PowerRequest, PressRequest
from hanbench.harness.faults.site_visit import BATTERY_OUT, LEFT_AFTER
from hanbench.harness.han.formation import PERMIT_SECONDS, join


async def power(bench: LiveBench, request: PowerRequest) -> NodeAnswer | Work[NodeAnswer]:
    """Switch the power of a node."""
    home, role = bench.node(request.node)
    device = home.nodes.device(role)
    if request.action == "cycle":
        return _work(home, device, _cycle(device))
    if request.action == "on":
        device.power_on()
    else:
        device.power_off()
    home.nodes.look()
    return NodeAnswer("ended", home.nodes.state(device.name))


async def _cycle(device: AnyDevice) -> None:
    device.power_off()
    await asyncio.sleep(BATTERY_OUT)
    device.power_on()


async def press(bench: LiveBench, request: PressRequest) -> Work[NodeAnswer]:
    """Press a button of a device."""
    home, role = bench.node(request.node)
    device = home.nodes.device(role)
    if not device.powered:
        raise ControlError(NO_POWER, f"the {request.node} has no power")
    match request.button, device:
        case "join", JoiningDevice():
            return _work(home, device, _join(home, device))
        case "leave", JoiningDevice():
            return _work(home, device, _leave(device))
        case "leave", CommsHub():
            return _work(home, device, _close(device))
    return _work(home, device, _own_button(device))


async def _join(home: LiveHome, device: AnyJoiningDevice) -> None:
    """Open the HAN for a device, as at its installation, and let it join; one that is a member stays one."""
    if device.stack.joined:
        return
    if home.han.emulates("hub"):
        home.han.hub.preauthorise(device.settings.ieee, device.settings.joining_key)
        home.han.hub.permit_join(PERMIT_SECONDS)
    try:
        await join(home.han, device)
    finally:
        if home.han.emulates("hub"):
            home.han.hub.permit_join(0)


async def _leave(device: AnyJoiningDevice) -> None:
    if device.storage.network is not None:
        device.stack.maintenance.leave(False)
        await asyncio.sleep(LEFT_AFTER)


async def _close(hub: CommsHub) -> None:
    """A hub does not leave its own HAN: it closes it for joining."""
    hub.permit_join(0)


async def _own_button(device: AnyDevice) -> None:
    match device:
        case CommsHub():
            device.permit_join(PERMIT_SECONDS)
        case Gsme():
            device.wake()
        case _ if device.stack.joined:
            device.stack.zdo.announce()


def _work(home: LiveHome, device: AnyDevice, action: Coroutine[object, object, None]) -> Work[NodeAnswer]:
    async def done() -> NodeAnswer:
        await action
        home.nodes.look()
        return NodeAnswer("ended", home.nodes.state(device.name))

    return home.bench.work(done(), so_far=lambda: NodeAnswer("in-progress", home.nodes.state(device.name)))
