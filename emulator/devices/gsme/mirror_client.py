"""The meter's requests for a mirror, in the order of `mirror_states` (SE 1.4a, annex D.3.4.4)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.devices.gsme.flash import GasMeterFlash
from hanbench.emulator.devices.gsme.mirror_states import MirrorEvent, MirrorState, next_state
from hanbench.emulator.devices.gsme.wakefulness import Wakefulness
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl import Endpoint, Indication, Reply, Status
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR, RequestMirror, RequestMirrorResponse

PHYSICAL_ENVIRONMENT = BasicAttributes.PhysicalEnvironment.id
NO_SUCH_MIRROR = (Status.NOT_AUTHORIZED, Status.NOT_FOUND, Status.UNSUPPORTED_CLUSTER)
"""Statuses by which a hub says that an endpoint is no mirror of this meter (assumed; hubs differ)."""


class MirrorClient:
    """Gets one meter's mirror, whose endpoint is kept in flash."""

    def __init__(
        self, flash: GasMeterFlash, wakefulness: Wakefulness, mirrored: Callable[[], None], *, two_way: bool
    ) -> None:
        """`mirrored` is called when a mirror has been granted. `two_way`: the hub configures it then."""
        self._flash = flash
        self._wakefulness = wakefulness
        self._mirrored = mirrored
        self._two_way = two_way
        self.state = MirrorState.MIRRORED if flash.mirror else MirrorState.NONE
        self.endpoint: Endpoint
        """Set by the device."""

    def event(self, event: MirrorEvent) -> None:
        """Take the table's next step; an event that the table does not have in this state has no effect."""
        following = next_state(self.state, event)
        if following is None:
            return
        self.state = following
        if following is MirrorState.LOOKING:
            self._wakefulness.ask(BASIC.id, (PHYSICAL_ENVIRONMENT,), self._environment_read)
        elif following is MirrorState.REQUESTING:
            self._request()
        elif following is MirrorState.MIRRORED:
            self._mirrored()
        elif event is MirrorEvent.LOST:
            self._flash.mirror = 0

    def forget(self) -> None:
        """Forget the mirror: the meter asks for another one at its next wake."""
        self._flash.mirror = 0
        self.event(MirrorEvent.LOST)

    def report_refused(self, indication: Indication, status: int) -> None:
        """The hub refuses a report: if it says that there is no such mirror, ask for one at the next wake."""
        if indication.src == HUB and indication.src_endpoint == self._flash.mirror and status in NO_SUCH_MIRROR:
            self.event(MirrorEvent.LOST)

    def _environment_read(self, reply: Reply) -> None:
        offered = reply.ok and reply.values.get(PHYSICAL_ENVIRONMENT)
        self.event(MirrorEvent.OFFERED if offered else MirrorEvent.NOT_OFFERED)

    def _request(self) -> None:
        self._wakefulness.stay_awake()
        self.endpoint.command(HUB, HUB_ENDPOINT, METERING.id, RequestMirror(), self._answered)

    def _answered(self, reply: Reply) -> None:
        self._wakefulness.may_sleep()
        answer = reply.command
        endpoint = answer.endpoint_id if isinstance(answer, RequestMirrorResponse) else NO_MIRROR
        if endpoint == NO_MIRROR:
            self.event(MirrorEvent.REFUSED)
            return
        self._flash.mirror = endpoint
        if self._two_way:
            # ConfigureMirror follows.
            self._wakefulness.linger()
        self.event(MirrorEvent.GRANTED)
