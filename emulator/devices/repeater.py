"""The repeater: a Smart Energy range extender (device 0x0008), on mains, which relays and takes children."""

from __future__ import annotations

from hanbench.emulator.devices.conduct import JoiningConduct
from hanbench.emulator.devices.device import JoiningDevice
from hanbench.emulator.devices.ids import RANGE_EXTENDER
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.settings import RepeaterSettings
from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE
from hanbench.emulator.zcl.clusters.basic import POWER_SOURCE_MAINS
from hanbench.emulator.zigbee.stack import RouterStack


class Repeater(JoiningDevice[RepeaterSettings, JoiningConduct, RouterStack]):
    """One repeater. It has no application beyond what every Smart Energy device has (SE 1.4a, 6.2)."""

    stack_type = RouterStack

    @property
    def profile_conduct(self) -> JoiningConduct:
        return JoiningConduct(join=self.settings.node.join, renews_keys=self.settings.key_establishment.renews)

    def build(self) -> None:
        self.endpoint = self.add_endpoint(
            self.settings.endpoint,
            RANGE_EXTENDER,
            self.device_servers(POWER_SOURCE_MAINS),
            (KEEP_ALIVE.id, BASIC.id, self._initiator.side),
        )
        self.keep_alive = KeepAlive(self.endpoint, self.settings.keep_alive, self._random, self.look_for_network)

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        self.keep_alive.start()
        self.keys.ensure(self.secured)
