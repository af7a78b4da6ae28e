"""A method for each verb, for the clients. Generated from the table of verbs: `make docs`."""

# fmt: off
# ruff: noqa: E501

from __future__ import annotations

from typing import Literal, TypeVar

from hanbench.harness.control import answers, requests
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import Request

A = TypeVar("A")


class Methods:
    """The verbs as methods; each returns its answer, and raises ControlError."""

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        raise NotImplementedError

    def state(self) -> answers.BenchState:
        """Tell the state of the bench: clock, speed, seed, rules, faults, scenario, captures."""
        return self.ask(requests.StateRequest())

    def nodes(self, *, home: str | None = None) -> answers.NodeList:
        """Tell the state of every node."""
        return self.ask(requests.NodesRequest(home=home))

    def node(self, node: str) -> NodeState:
        """Tell the state of one node."""
        return self.ask(requests.NodeRequest(node=node))

    def inject(self, fault: str, *, wait_s: float = 5.0, home: str | None = None) -> answers.ActiveFaultList:
        """Inject a fault."""
        return self.ask(requests.InjectRequest(fault=fault, wait_s=wait_s, home=home))

    def heal(self, fault: str, *, wait_s: float = 5.0, home: str | None = None) -> answers.ActiveFaultList:
        """Heal a fault; a meter is reachable again at its next wake, or after it has rejoined."""
        return self.ask(requests.HealRequest(fault=fault, wait_s=wait_s, home=home))

    def power(self, node: str, action: Literal['off', 'on', 'cycle']) -> answers.NodeAnswer:
        """Switch the power of a node: a meter's battery or mains, the hub's mains."""
        return self.ask(requests.PowerRequest(node=node, action=action))

    def check(self, *, wait_s: float = 86400.0, home: str | None = None) -> answers.CheckAnswer:
        """Run a HAN-connectivity check of the gas meter."""
        return self.ask(requests.CheckRequest(wait_s=wait_s, home=home))

    def commission(self, devices: tuple[Literal['esme', 'gsme'], ...] = ('esme', 'gsme'), *, wait_s: float = 86400.0, home: str | None = None) -> answers.CommissioningAnswer:
        """Commission meters, all or none: read the identity and the register of each over the WAN."""
        return self.ask(requests.CommissionRequest(devices=devices, wait_s=wait_s, home=home))

    def wan(self, ask: Literal['device-table', 'mirror', 'identity', 'register', 'read'], device: str | None = None, *, cluster: int | None = None, attributes: tuple[int, ...] = (), timeout_s: float = 7200.0, wait_s: float = 86400.0, home: str | None = None) -> answers.WanAnswer:
        """Ask the hub something over its WAN interface, as a head end does."""
        return self.ask(requests.WanRequest(ask=ask, device=device, cluster=cluster, attributes=attributes, timeout_s=timeout_s, wait_s=wait_s, home=home))

    def speed(self, speed: float) -> answers.ClockState:
        """Set the speed of the bench's clock, from the present moment on."""
        return self.ask(requests.SpeedRequest(speed=speed))

    def pause(self, action: Literal['on', 'off'] = 'on') -> answers.ClockState:
        """Pause the bench's clock, or resume it; requests are still answered."""
        return self.ask(requests.PauseRequest(action=action))

    def step(self, *, within_s: float = 86400.0) -> answers.StepAnswer:
        """Run to the next frame, as fast as the processor allows, and pause there."""
        return self.ask(requests.StepRequest(within_s=within_s))

    def scenario(self, action: Literal['play', 'stop'], scenario: str | None = None, *, text: str | None = None, controller: str = 'reference', home: str | None = None) -> answers.ScenarioAnswer:
        """Play a scenario on this HAN from now on, or stop the one that plays; the HAN stays as it is."""
        return self.ask(requests.ScenarioRequest(action=action, scenario=scenario, text=text, controller=controller, home=home))

    def capture(self, action: Literal['start', 'stop', 'list'], capture: str | None = None) -> answers.CaptureList:
        """Start another capture, stop one, or list all."""
        return self.ask(requests.CaptureRequest(action=action, capture=capture))

    def press(self, node: str, button: Literal['join', 'leave', 'button'], *, wait_s: float = 5.0) -> answers.NodeAnswer:
        """Press a button of a device: join the HAN, leave it, or the device's own button."""
        return self.ask(requests.PressRequest(node=node, button=button, wait_s=wait_s))

    def table(self, node: str) -> answers.DeviceTables:
        """Tell the tables in a device's memory: keys (redacted), children, neighbours, device table, addresses."""
        return self.ask(requests.TableRequest(node=node))

    def events(self, *, after: int | None = None, kinds: tuple[str, ...] = (), limit: int = 100) -> answers.EventPage:
        """Tell the bench's events: those after one that is known, or from now on."""
        return self.ask(requests.EventsRequest(after=after, kinds=kinds, limit=limit))

    def frame(self, number: int) -> answers.FrameAnswer:
        """Fold out one of the latest frames, layer by layer."""
        return self.ask(requests.FrameRequest(number=number))


class AsyncMethods:
    """The verbs as coroutines; each returns its answer, and raises ControlError."""

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        raise NotImplementedError

    async def state(self) -> answers.BenchState:
        """Tell the state of the bench: clock, speed, seed, rules, faults, scenario, captures."""
        return await self.ask(requests.StateRequest())

    async def nodes(self, *, home: str | None = None) -> answers.NodeList:
        """Tell the state of every node."""
        return await self.ask(requests.NodesRequest(home=home))

    async def node(self, node: str) -> NodeState:
        """Tell the state of one node."""
        return await self.ask(requests.NodeRequest(node=node))

    async def inject(self, fault: str, *, wait_s: float = 5.0, home: str | None = None) -> answers.ActiveFaultList:
        """Inject a fault."""
        return await self.ask(requests.InjectRequest(fault=fault, wait_s=wait_s, home=home))

    async def heal(self, fault: str, *, wait_s: float = 5.0, home: str | None = None) -> answers.ActiveFaultList:
        """Heal a fault; a meter is reachable again at its next wake, or after it has rejoined."""
        return await self.ask(requests.HealRequest(fault=fault, wait_s=wait_s, home=home))

    async def power(self, node: str, action: Literal['off', 'on', 'cycle']) -> answers.NodeAnswer:
        """Switch the power of a node: a meter's battery or mains, the hub's mains."""
        return await self.ask(requests.PowerRequest(node=node, action=action))

    async def check(self, *, wait_s: float = 86400.0, home: str | None = None) -> answers.CheckAnswer:
        """Run a HAN-connectivity check of the gas meter."""
        return await self.ask(requests.CheckRequest(wait_s=wait_s, home=home))

    async def commission(self, devices: tuple[Literal['esme', 'gsme'], ...] = ('esme', 'gsme'), *, wait_s: float = 86400.0, home: str | None = None) -> answers.CommissioningAnswer:
        """Commission meters, all or none: read the identity and the register of each over the WAN."""
        return await self.ask(requests.CommissionRequest(devices=devices, wait_s=wait_s, home=home))

    async def wan(self, ask: Literal['device-table', 'mirror', 'identity', 'register', 'read'], device: str | None = None, *, cluster: int | None = None, attributes: tuple[int, ...] = (), timeout_s: float = 7200.0, wait_s: float = 86400.0, home: str | None = None) -> answers.WanAnswer:
        """Ask the hub something over its WAN interface, as a head end does."""
        return await self.ask(requests.WanRequest(ask=ask, device=device, cluster=cluster, attributes=attributes, timeout_s=timeout_s, wait_s=wait_s, home=home))

    async def speed(self, speed: float) -> answers.ClockState:
        """Set the speed of the bench's clock, from the present moment on."""
        return await self.ask(requests.SpeedRequest(speed=speed))

    async def pause(self, action: Literal['on', 'off'] = 'on') -> answers.ClockState:
        """Pause the bench's clock, or resume it; requests are still answered."""
        return await self.ask(requests.PauseRequest(action=action))

    async def step(self, *, within_s: float = 86400.0) -> answers.StepAnswer:
        """Run to the next frame, as fast as the processor allows, and pause there."""
        return await self.ask(requests.StepRequest(within_s=within_s))

    async def scenario(self, action: Literal['play', 'stop'], scenario: str | None = None, *, text: str | None = None, controller: str = 'reference', home: str | None = None) -> answers.ScenarioAnswer:
        """Play a scenario on this HAN from now on, or stop the one that plays; the HAN stays as it is."""
        return await self.ask(requests.ScenarioRequest(action=action, scenario=scenario, text=text, controller=controller, home=home))

    async def capture(self, action: Literal['start', 'stop', 'list'], capture: str | None = None) -> answers.CaptureList:
        """Start another capture, stop one, or list all."""
        return await self.ask(requests.CaptureRequest(action=action, capture=capture))

    async def press(self, node: str, button: Literal['join', 'leave', 'button'], *, wait_s: float = 5.0) -> answers.NodeAnswer:
        """Press a button of a device: join the HAN, leave it, or the device's own button."""
        return await self.ask(requests.PressRequest(node=node, button=button, wait_s=wait_s))

    async def table(self, node: str) -> answers.DeviceTables:
        """Tell the tables in a device's memory: keys (redacted), children, neighbours, device table, addresses."""
        return await self.ask(requests.TableRequest(node=node))

    async def events(self, *, after: int | None = None, kinds: tuple[str, ...] = (), limit: int = 100) -> answers.EventPage:
        """Tell the bench's events: those after one that is known, or from now on."""
        return await self.ask(requests.EventsRequest(after=after, kinds=kinds, limit=limit))

    async def frame(self, number: int) -> answers.FrameAnswer:
        """Fold out one of the latest frames, layer by layer."""
        return await self.ask(requests.FrameRequest(number=number))
