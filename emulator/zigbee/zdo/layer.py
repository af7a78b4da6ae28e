"""The Zigbee Device Objects of one node: endpoint 0 (R22, 2.5).

Messages are decoded and given to the server or the client. No message of a peer raises: malformed ones are counted
under MALFORMED_ZDP, requests that are not implemented are answered with NOT_SUPPORTED.
"""

from __future__ import annotations

from collections import Counter

from hanbench.emulator.clock import Clock
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest, ApsTransport
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.client import ENDPOINT, PROFILE, ZdoClient
from hanbench.emulator.zigbee.zdo.context import ZdoContext
from hanbench.emulator.zigbee.zdo.server import ZdoServer
from hanbench.emulator.zigbee.zdo.status import ZdpStatus


class Zdo:
    """Endpoint 0: `client` sends requests, `server` answers them."""

    def __init__(
        self, transport: ApsTransport, clock: Clock, context: ZdoContext, counters: Counter[DropReason] | None = None
    ) -> None:
        self.counters: Counter[DropReason] = Counter() if counters is None else counters
        self.client = ZdoClient(transport, clock)
        self.server = ZdoServer(context)
        self._context = context
        self._transport = transport
        transport.register(ENDPOINT, self.receive)

    def announce(self) -> None:
        """Announce this node's addresses to the network, after joining and rejoining."""
        context = self._context
        self.client.announce(context.short, context.ieee, context.node_descriptor.capability)

    def receive(self, indication: ApsIndication) -> None:
        """Receive a message from the APS."""
        try:
            tsn, message = zdp.decode(indication.cluster, indication.payload)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1
            if error.reason is DropReason.UNSUPPORTED:
                self._not_supported(indication)
            return
        if indication.cluster & zdp.RESPONSE:
            self.client.resolve(indication.src, tsn, message)
        elif isinstance(message, zdp.DeviceAnnce) and message.short != indication.src:
            self.counters[DropReason.ADDRESS_CONFLICT] += 1
        else:
            source = indication.src
            self.server.handle(message, indication.broadcast, lambda response: self.client.send(source, tsn, response))

    def _not_supported(self, indication: ApsIndication) -> None:
        if indication.broadcast or indication.cluster & zdp.RESPONSE or not indication.payload:
            return
        cluster, payload = indication.cluster | zdp.RESPONSE, bytes((indication.payload[0], ZdpStatus.NOT_SUPPORTED))
        self._transport.send(ApsRequest(indication.src, cluster, payload, PROFILE, ENDPOINT, ENDPOINT))
