"""Device Management: commands by hand from SE 1.4a, annex D.10, and the identifiers of events."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import DEVICE_MANAGEMENT, device_management, event_ids
from hanbench.emulator.zcl.clusters.device_management import (
    CANCELLED,
    IMMEDIATELY,
    SUPPLY_OFF_ARMED,
    SUPPLY_UNCHANGED,
    ChangeControl,
    ConfigurationControl,
    ConfiguredEvent,
    EventConfiguration,
)
from hanbench.emulator.zcl.clusters.event_ids import ALL_EVENTS, EVENT_IDS, group_of
from hanbench.emulator.zcl.clusters.events import LogId
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (device_management.GetChangeOfTenancy(), TO_SERVER, 0x00, ""),
        (device_management.GetChangeOfSupplier(), TO_SERVER, 0x01, ""),
        (device_management.RequestNewPassword(password_type=2), TO_SERVER, 0x02, "02"),
        (device_management.GetSiteID(), TO_SERVER, 0x03, ""),
        (
            device_management.ReportEventConfiguration(
                command_index=0,
                total_commands=1,
                event_configurations=(
                    ConfiguredEvent(EVENT_IDS["LowBattery"], EventConfiguration.PUSH_TO_HAN | LogId.FAULT),
                    ConfiguredEvent(EVENT_IDS["TamperDetect"], 0),
                ),
            ),
            TO_SERVER,
            0x04,
            "00" + "01" + "0102" + "12" + "0202" + "00",
        ),
        (device_management.GetCIN(), TO_SERVER, 0x05, ""),
        (
            device_management.PublishChangeOfTenancy(
                provider_id=1,
                issuer_event_id=0x01020304,
                tariff_type=0,
                implementation_date_time=CANCELLED,
                proposed_tenancy_change_control=ChangeControl.CLEAR_PREPAYMENT_DATA | SUPPLY_UNCHANGED,
            ),
            TO_CLIENT,
            0x00,
            "01000000" + "04030201" + "00" + "ffffffff" + "00580000",
        ),
        (
            device_management.PublishChangeOfSupplier(
                current_provider_id=1,
                issuer_event_id=2,
                tariff_type=0,
                proposed_provider_id=3,
                provider_change_implementation_time=IMMEDIATELY,
                provider_change_control=ChangeControl.PRE_SNAPSHOTS | SUPPLY_OFF_ARMED,
                proposed_provider_name=b"New",
                proposed_provider_contact_details=b"",
            ),
            TO_CLIENT,
            0x01,
            "01000000" + "02000000" + "00" + "03000000" + "00000000" + "01080000" + "034e6577" + "00",
        ),
        (
            device_management.RequestNewPasswordResponse(
                issuer_event_id=2,
                implementation_date_time=0x01020304,
                duration_in_minutes=60,
                password_type=1,
                password=b"1234",
            ),
            TO_CLIENT,
            0x02,
            "02000000" + "04030201" + "3c00" + "01" + "0431323334",
        ),
        (
            device_management.UpdateSiteID(issuer_event_id=2, site_id_time=0, provider_id=1, site_id=b"MPAN"),
            TO_CLIENT,
            0x03,
            "02000000" + "00000000" + "01000000" + "044d50414e",
        ),
        (device_management.GetEventConfiguration(event_id=ALL_EVENTS), TO_CLIENT, 0x05, "ffff"),
        (
            device_management.UpdateCIN(
                issuer_event_id=2, cin_implementation_time=0, provider_id=1, customer_id_number=b"7"
            ),
            TO_CLIENT,
            0x06,
            "02000000" + "00000000" + "01000000" + "0137",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = DEVICE_MANAGEMENT.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


SET = DEVICE_MANAGEMENT.command(device_management.SetEventConfiguration)[1]


@pytest.mark.parametrize(
    ("control", "selector", "octets"),
    [
        (ConfigurationControl.LIST, {"event_ids": (0x0201, 0x0202)}, "02" + "0102" + "0202"),
        (ConfigurationControl.EVENT_GROUP, {"event_group_id": 0x02FF}, "ff02"),
        (ConfigurationControl.LOG_TYPE, {"log_id": LogId.NETWORK}, "05"),
        (ConfigurationControl.CONFIGURATION_MATCH, {"configuration_value_match": 0x12}, "12"),
    ],
)
def test_events_are_configured_by_list_group_log_or_what_they_were(
    control: ConfigurationControl, selector: dict[str, Any], octets: str
) -> None:
    message = device_management.SetEventConfiguration(
        issuer_event_id=7,
        start_date_time=0,
        event_configuration=EventConfiguration.PUSH_TO_WAN | LogId.SECURITY,
        configuration_control=control,
        **selector,
    )
    head = "07000000" + "00000000" + "0c" + f"{control:02x}"
    assert SET.encode(message).hex() == head + octets
    assert SET.decode(bytes.fromhex(head + octets)) == message


def test_events_of_one_kind_cannot_be_named_by_another() -> None:
    message = device_management.SetEventConfiguration(7, 0, 0, ConfigurationControl.LIST, event_group_id=0x02FF)
    with pytest.raises(LocalProtocolError, match="event_ids"):
        SET.encode(message)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("TOUTariffActivation", 0x0100),
        ("PublishCurrencyConversionRejected", 0x01E7),
        ("LowBattery", 0x0201),
        ("TerminalCoverClosed", 0x0229),
        ("TiltTamper", 0x0261),
        ("CommunicationErrorHAN", 0x027A),
        ("StayAwakeRequestWAN", 0x029F),
        ("GetSampledDataCommandRejected", 0x02E3),
        ("LocalConnect", 0x02ED),
        ("PublishUncontrolledFlowThresholdRejected", 0x02F9),
        ("CancelMessageRejected", 0x03C7),
        ("TopupValueTooLarge", 0x0433),
        ("SetOverallDebtCapRejected", 0x04EF),
        ("PublishSpecialDaysRejected", 0x05D3),
        ("UpdateCINRejected", 0x06D7),
        ("GetSupportedTunnelProtocolsCommandGenerated", 0x07D4),
        ("QuerySpecificFileResponseRejected", 0x08CE),
    ],
)
def test_an_event_has_its_identifier_and_is_an_attribute_of_the_client(name: str, id: int) -> None:
    assert EVENT_IDS[name] == id
    assert [(row.id, row.type) for row in DEVICE_MANAGEMENT.client_attributes if row.name == name] == [(id, t.BITMAP8)]


@pytest.mark.parametrize(
    ("rows", "group"),
    [
        (event_ids.PRICE, 0x01FF),
        (event_ids.METERING, 0x02FF),
        (event_ids.MESSAGING, 0x03FF),
        (event_ids.PREPAYMENT, 0x04FF),
        (event_ids.CALENDAR, 0x05FF),
        (event_ids.DEVICE_MANAGEMENT, 0x06FF),
        (event_ids.TUNNELING, 0x07FF),
        (event_ids.OTA, 0x08FF),
    ],
)
def test_events_of_a_set_are_of_one_group_and_none_is_the_group_itself(
    rows: tuple[tuple[str, int], ...], group: int
) -> None:
    assert {group_of(id) for _, id in rows} == {group}
    assert group not in {id for _, id in rows}
    assert all(EVENT_IDS[name] == id for name, id in rows)


def test_the_suppliers_of_both_directions_have_one_shape() -> None:
    table = {row.name: row for row in DEVICE_MANAGEMENT.attributes}
    delivered = [name for name, row in table.items() if 0x0100 <= row.id < 0x0120]
    assert len(delivered) == 8
    for name in delivered:
        received = table[f"Received{name}"]
        assert (received.id, received.type) == (table[name].id + 0x20, table[name].type)


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (device_management.RequestNewPassword, ""),
        (device_management.ReportEventConfiguration, "0001" + "0102" + "12" + "0202"),
        (device_management.PublishChangeOfTenancy, "01000000" + "04030201" + "00" + "ffffffff" + "005800"),
        (device_management.UpdateSiteID, "02000000" + "00000000" + "01000000" + "044d50"),
        (device_management.SetEventConfiguration, "07000000" + "00000000" + "0c" + "00" + "02" + "0102"),
        (device_management.SetEventConfiguration, "07000000" + "00000000" + "0c" + "02"),
    ],
    ids=["which password?", "an event and a part", "cut short", "text cut short", "fewer than counted", "which log?"],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        DEVICE_MANAGEMENT.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL
