"""Wrong firmwares: configured reporting."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import Status, foundation
from hanbench.emulator.zcl.clusters import METERING
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="esme")


def _configured(device: Any, change: Any) -> None:
    """Have `change` look at each record of Configure Reporting of Metering; it returns the record to take."""

    def configure(former: Any, record: Any, *rest: Any) -> Any:
        return former(change(record), *rest)

    wrapped(device.endpoint.servers[METERING.id].reporting, "configure", configure)


@WRONG.add("reports-at-the-least-interval", "ZCL", "ptvoinfo/zigbee-configurable-firmware#149")
def reports_at_the_least_interval(device: Any, note: Note) -> None:
    """It reports at the least interval that it was told, whether anything has changed or not."""

    def change(record: Any) -> Any:
        if record.minimum and record.maximum != 0xFFFF:
            note()
            return record.replace(maximum=record.minimum)
        return record

    _configured(device, change)


@WRONG.add("ignores-the-least-interval", "ZCL", "Koenkk/zigbee2mqtt#3771")
def ignores_the_least_interval(device: Any, note: Note) -> None:
    """It reports each change at once, whatever its least interval is."""
    reporting = device.endpoint.servers[METERING.id].reporting

    def fire(former: Any) -> None:
        note()
        former()
        for rule in reporting._rules.values():
            rule.sent -= 55_000_000

    wrapped(reporting, "_fire", fire)


@WRONG.add("reports-in-minutes", "ZCL", "espressif/esp-zigbee-sdk#256")
def reports_in_minutes(device: Any, note: Note) -> None:
    """It takes the longest interval for minutes."""

    def change(record: Any) -> Any:
        if record.maximum in (0, 0xFFFF):
            return record
        note()
        return record.replace(maximum=record.maximum * 60)

    _configured(device, change)


@WRONG.add("never-ends-its-reports", "ZCL")
def never_ends_its_reports(device: Any, note: Note) -> None:
    """It goes on with its reports when it was told to report no more."""

    def configure(former: Any, record: Any, *rest: Any) -> Any:
        if record.maximum == 0xFFFF:
            note()
            return Status.SUCCESS
        return former(record, *rest)

    wrapped(device.endpoint.servers[METERING.id].reporting, "configure", configure)


@WRONG.add("drops-a-configuration-for-one-error", "ZCL", "espressif/esp-zigbee-sdk#855")
def drops_a_configuration_for_one_error(device: Any, note: Note) -> None:
    """It carries out nothing of a configuration in which one record is wrong, and says nothing of the others."""
    server = device.endpoint.servers[METERING.id]

    def general(former: Any, message: Any, *arguments: Any) -> Any:
        if not isinstance(message, foundation.ConfigureReporting):
            return former(message, *arguments)
        rules = dict(server.reporting._rules)
        found = former(message, *arguments)
        if found.failures and len(message.records) > 1:
            note()
            server.reporting._rules.clear()
            server.reporting._rules.update(rules)
        return found

    wrapped(server, "general", general)


@WRONG.add("takes-crossed-intervals", "ZCL")
def takes_crossed_intervals(device: Any, note: Note) -> None:
    """It takes a longest interval that is below the least one."""

    def change(record: Any) -> Any:
        if record.maximum and record.minimum and record.maximum < record.minimum:
            note()
            return record.replace(minimum=record.maximum)
        return record

    _configured(device, change)
