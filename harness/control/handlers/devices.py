"""`power`, `press`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from hanbench.emulator.devices import AnyDevice, AnyJoiningDevice, CommsHub, Gsme, JoiningDevice
from hanbench.harness.control.answers import NodeAnswer
from hanbench.harness.control.errors import NO_POWER, ControlError
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.requests import PowerRequest, PressRequest
from hanbench.harness.faults.site_visit import BATTERY_OUT, LEFT_AFTER
from hanbench.harness.han.formation import PERMIT_SECONDS, join


async def power(bench: LiveBench, request: PowerRequest) -> NodeAnswer | Work[NodeAnswer]:
    """Switch the power of a node."""
    device = bench.nodes.device(request.node)
    if request.action == "cycle":
        return _work(bench, device, _cycle(device))
    if request.action == "on":
        device.power_on()
    else:
        device.power_off()
    bench.nodes.look()
    return NodeAnswer("ended", bench.nodes.state(device.name))


async def _cycle(device: AnyDevice) -> None:
    device.power_off()
    await asyncio.sleep(BATTERY_OUT)
    device.power_on()


async def press(bench: LiveBench, request: PressRequest) -> Work[NodeAnswer]:
    """Press a button of a device."""
    device = bench.nodes.device(request.node)
    if not device.powered:
        raise ControlError(NO_POWER, f"the {device.name} has no power")
    match request.button, device:
        case "join", JoiningDevice():
            return _work(bench, device, _join(bench, device))
        case "leave", JoiningDevice():
            return _work(bench, device, _leave(device))
        case "leave", CommsHub():
            return _work(bench, device, _close(device))
    return _work(bench, device, _own_button(device))


async def _join(bench: LiveBench, device: AnyJoiningDevice) -> None:
    """Open the HAN for a device, as at its installation, and let it join; one that is a member stays one."""
    if device.stack.joined:
        return
    if bench.han.emulates("hub"):
        bench.han.hub.preauthorise(device.settings.ieee, device.settings.joining_key)
        bench.han.hub.permit_join(PERMIT_SECONDS)
    try:
        await join(bench.han, device)
    finally:
        if bench.han.emulates("hub"):
            bench.han.hub.permit_join(0)


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


def _work(bench: LiveBench, device: AnyDevice, action: Coroutine[object, object, None]) -> Work[NodeAnswer]:
    async def done() -> NodeAnswer:
        await action
        bench.nodes.look()
        return NodeAnswer("ended", bench.nodes.state(device.name))

    return bench.work(done(), so_far=lambda: NodeAnswer("in-progress", bench.nodes.state(device.name)))
