"""The server of the Zigbee Device Objects (R22, 2.4.4): requests in, responses out.

A broadcast request is answered only where the specification asks for it: by the device that it names, or that
matches.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.context import EnergyReport, NodeAddress, ZdoContext
from hanbench.emulator.zigbee.zdo.descriptors import SimpleDescriptor
from hanbench.emulator.zigbee.zdo.status import ZdpStatus

ANY_PROFILE = 0xFFFF
FIRST_BROADCAST = 0xFFF8

MAX_ADDRESSES, MAX_NEIGHBORS, MAX_BINDINGS = 25, 3, 3
"""Entries that fit in one unfragmented response; a requester asks for the rest by start index."""

MAX_SCANS = 5
"""Energy scans that one request may ask for."""

Respond = Callable[[zdp.ZdpMessage], None]


class ZdoServer:
    """Answers for one node."""

    def __init__(self, context: ZdoContext) -> None:
        self._context = context
        self.on_announce: Callable[[zdp.DeviceAnnce], None] | None = None

    def handle(self, request: zdp.ZdpMessage, broadcast: bool, respond: Respond) -> None:
        """Carry out a request; `respond` is called for each response: never, now or later, more than once for scans."""
        if isinstance(request, zdp.MgmtNwkUpdateReq):
            self._network_update(request, broadcast, respond)
            return
        response = self._answer(request, broadcast)
        if response is not None:
            respond(response)

    def _answer(self, request: zdp.ZdpMessage, broadcast: bool) -> zdp.ZdpMessage | None:
        match request:
            case zdp.NwkAddrReq() | zdp.IeeeAddrReq():
                return self._address(request, broadcast)
            case zdp.NodeDescReq() | zdp.PowerDescReq() | zdp.SimpleDescReq() | zdp.ActiveEpReq():
                return None if broadcast else self._descriptor(request)
            case zdp.MatchDescReq():
                return self._match(request, broadcast)
            case zdp.DeviceAnnce():
                if self.on_announce is not None:
                    self.on_announce(request)
                return None
            case zdp.ParentAnnce():
                return self._parent_announced(request)
            case zdp.MgmtPermitJoiningReq():
                status = self._context.permit_join(request.duration, bool(request.tc_significance))
                return None if broadcast else zdp.MgmtPermitJoiningRsp(status)
        return None if broadcast else self._manage(request)

    def _manage(self, request: zdp.ZdpMessage) -> zdp.ZdpMessage | None:
        match request:
            case zdp.BindReq():
                return zdp.BindRsp(self._rejection(request.binding) or self._context.bindings.bind(request.binding))
            case zdp.UnbindReq():
                return zdp.UnbindRsp(self._rejection(request.binding) or self._context.bindings.unbind(request.binding))
            case zdp.MgmtLqiReq(start_index=start):
                neighbors = self._context.neighbors()
                page = tuple(neighbors[start : start + MAX_NEIGHBORS])
                return zdp.MgmtLqiRsp(ZdpStatus.SUCCESS, len(neighbors), start, page)
            case zdp.MgmtBindReq(start_index=start):
                bindings = self._context.bindings
                page_ = bindings[start : start + MAX_BINDINGS]
                return zdp.MgmtBindRsp(ZdpStatus.SUCCESS, len(bindings), start, page_)
            case zdp.MgmtLeaveReq():
                rejoin, remove = bool(request.flags & zdp.REJOIN), bool(request.flags & zdp.REMOVE_CHILDREN)
                ieee = request.ieee or self._context.ieee
                return zdp.MgmtLeaveRsp(self._context.leave(ieee, rejoin=rejoin, remove_children=remove))
        return None

    def _address(self, request: zdp.NwkAddrReq | zdp.IeeeAddrReq, broadcast: bool) -> zdp.ZdpMessage | None:
        kind = zdp.NwkAddrRsp if isinstance(request, zdp.NwkAddrReq) else zdp.IeeeAddrRsp
        own = NodeAddress(self._context.ieee, self._context.short)
        known = (own, *self._context.children())
        if isinstance(request, zdp.NwkAddrReq):
            found = next((each for each in known if each.ieee == request.ieee), None)
        else:
            found = next((each for each in known if each.short == request.short), None)
        if found is None:
            return None if broadcast else kind(ZdpStatus.DEVICE_NOT_FOUND, *_unknown(request))
        if request.request_type == zdp.SINGLE:
            return kind(ZdpStatus.SUCCESS, *found)
        if request.request_type != zdp.EXTENDED:
            return None if broadcast else kind(ZdpStatus.INV_REQUESTTYPE, *found)
        children = tuple(child.short for child in self._context.children()) if found == own else ()
        start = request.start_index
        return kind(ZdpStatus.SUCCESS, *found, (start, children[start : start + MAX_ADDRESSES]))

    def _descriptor(
        self, request: zdp.NodeDescReq | zdp.PowerDescReq | zdp.SimpleDescReq | zdp.ActiveEpReq
    ) -> zdp.ZdpMessage:
        context = self._context
        status = self._node_status(request.short)
        match request:
            case zdp.NodeDescReq(short=short):
                return zdp.NodeDescRsp(status, short, None if status else context.node_descriptor)
            case zdp.PowerDescReq(short=short):
                return zdp.PowerDescRsp(status, short, None if status else context.power_descriptor)
            case zdp.ActiveEpReq(short=short):
                endpoints = () if status else tuple(each.endpoint for each in context.simple_descriptors())
                return zdp.ActiveEpRsp(status, short, endpoints)
        found = next((each for each in context.simple_descriptors() if each.endpoint == request.endpoint), None)
        if not status and not 1 <= request.endpoint <= 254:
            status = ZdpStatus.INVALID_EP
        elif not status and found is None:
            status = ZdpStatus.NOT_ACTIVE
        return zdp.SimpleDescRsp(status, request.short, None if status else found)

    def _match(self, request: zdp.MatchDescReq, broadcast: bool) -> zdp.ZdpMessage | None:
        short = self._context.short
        status = ZdpStatus.SUCCESS if request.short >= FIRST_BROADCAST else self._node_status(request.short)
        if status:
            return None if broadcast else zdp.MatchDescRsp(status, request.short, ())
        matching = tuple(each.endpoint for each in self._context.simple_descriptors() if _matches(each, request))
        if broadcast and not matching:
            return None
        return zdp.MatchDescRsp(ZdpStatus.SUCCESS, short, matching)

    def _parent_announced(self, request: zdp.ParentAnnce) -> zdp.ZdpMessage | None:
        """Answer with the children that are in this node's table as well (R22, 2.4.3.1.12)."""
        own = {child.ieee for child in self._context.children()}
        disputed = tuple(ieee for ieee in request.children if ieee in own)
        return zdp.ParentAnnceRsp(ZdpStatus.SUCCESS, disputed) if disputed else None

    def _node_status(self, short: int) -> ZdpStatus:
        """SUCCESS for this node, NO_DESCRIPTOR for a child (a parent keeps no descriptors), else DEVICE_NOT_FOUND."""
        if short == self._context.short:
            return ZdpStatus.SUCCESS
        if any(child.short == short for child in self._context.children()):
            return ZdpStatus.NO_DESCRIPTOR
        return ZdpStatus.DEVICE_NOT_FOUND

    def _rejection(self, binding: Binding) -> ZdpStatus | None:
        """The status with which a binding is refused; None: it is not."""
        if binding.source != self._context.ieee or (binding.group is None and binding.destination is None):
            return ZdpStatus.NOT_SUPPORTED
        if all(each.endpoint != binding.source_endpoint for each in self._context.simple_descriptors()):
            return ZdpStatus.INVALID_EP
        return None

    def _network_update(self, request: zdp.MgmtNwkUpdateReq, broadcast: bool, respond: Respond) -> None:
        """Scan, or change channel or parameters; scans and wrong requests are answered (R22, 2.4.3.3.9)."""
        channels = tuple(channel for channel in range(11, 27) if request.channels >> channel & 1)
        update_id = request.update_id or 0
        if request.duration <= zdp.LONGEST_SCAN and channels and not broadcast:
            self._scan(request, channels, min(request.count or 0, MAX_SCANS), respond)
        elif request.duration == zdp.CHANGE_CHANNEL and len(channels) == 1:
            self._context.change_channel(channels[0], update_id)
        elif request.duration == zdp.CHANGE_PARAMETERS and channels:
            self._context.change_parameters(request.channels, update_id, request.manager or 0)
        elif not broadcast:
            respond(zdp.MgmtNwkUpdateNotify(ZdpStatus.INV_REQUESTTYPE, request.channels, 0, 0, ()))

    def _scan(self, request: zdp.MgmtNwkUpdateReq, channels: tuple[int, ...], left: int, respond: Respond) -> None:
        if left <= 0:
            return

        def scanned(report: EnergyReport) -> None:
            mask = sum(1 << channel for channel in channels)
            sent, failed = report.transmissions & 0xFFFF, report.failures & 0xFFFF
            respond(zdp.MgmtNwkUpdateNotify(ZdpStatus.SUCCESS, mask, sent, failed, report.energies))
            self._scan(request, channels, left - 1, respond)

        self._context.energy_scan(channels, request.duration, scanned)


def _unknown(request: zdp.NwkAddrReq | zdp.IeeeAddrReq) -> NodeAddress:
    """The addresses in a response about an unknown device: the one asked for, and all ones."""
    if isinstance(request, zdp.NwkAddrReq):
        return NodeAddress(request.ieee, 0xFFFF)
    return NodeAddress(0xFFFF_FFFF_FFFF_FFFF, request.short)


def _matches(descriptor: SimpleDescriptor, request: zdp.MatchDescReq) -> bool:
    """A profile and at least one cluster in common (R22, 2.4.4.2.7)."""
    if request.profile not in (descriptor.profile, ANY_PROFILE):
        return False
    served = set(descriptor.inputs) & set(request.inputs)
    used = set(descriptor.outputs) & set(request.outputs)
    return bool(served or used)
