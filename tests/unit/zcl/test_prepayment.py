"""Prepayment: octets written by hand from the layout of SE annex D.7."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.clusters import PREPAYMENT
from hanbench.emulator.zcl.clusters.prepayment import DebtCreditStatus, PaymentControl, Repayment, TopUp
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER


@pytest.mark.parametrize(
    ("id", "name", "type"),
    [
        (0x0001, "CreditRemaining", t.INT32),
        (0x0020, "TotalCreditAdded", t.UINT48),
        (0x0143, "TopUpCode5", t.OCTET_STRING),
        (0x0239, "DebtRecoveryTopUpPercentage3", t.UINT16),
        (0x051F, "PreviousDayCostConsumptionReceived", t.UINT48),
        (0x052D, "PreviousDay8CostConsumptionReceived", t.UINT48),
        (0x053B, "PreviousWeek5CostConsumptionReceived", t.UINT48),
        (0x055A, "PreviousMonth13CostConsumptionDelivered", t.UINT48),
        (0x055C, "HistoricalFreezeTime", t.UINT16),
    ],
)
def test_an_attribute_has_its_id_name_and_type(id, name, type):
    row = PREPAYMENT.attribute(name)
    assert (row.id, row.type) == (id, type)


SNAPSHOT = {
    "snapshot_id": 1,
    "snapshot_time": 0x2A000000,
    "total_snapshots_found": 1,
    "command_index": 0,
    "total_number_of_commands": 1,
    "snapshot_cause": 1,
}
SNAPSHOT_OCTETS = "010000000000002a01000101000000"


@pytest.mark.parametrize(
    ("name", "direction", "id", "values", "octets"),
    [
        (
            "SelectAvailableEmergencyCredit",
            TO_SERVER,
            0x00,
            {"command_issue_date_time": 0x2A000000, "originating_device": 2},
            "0000002a02",
        ),
        (
            "ConsumerTopUp",
            TO_SERVER,
            0x04,
            {"originating_device": 2, "top_up_code": b"12345"},
            "02053132333435",
        ),
        (
            "CreditAdjustment",
            TO_SERVER,
            0x05,
            {"issuer_event_id": 1, "start_time": 0, "credit_adjustment_type": 0, "credit_adjustment_value": -500},
            "0100000000000000000cfeffff",
        ),
        (
            "ChangePaymentMode",
            TO_SERVER,
            0x06,
            {
                "provider_id": 1,
                "issuer_event_id": 2,
                "implementation_date_time": 0,
                "proposed_payment_control_configuration": PaymentControl.PREPAYMENT_ENABLED
                | PaymentControl.CONTACTOR_FITTED,
                "cut_off_value": 0,
            },
            "010000000200000000000000820000000000",
        ),
        ("SetLowCreditWarningLevel", TO_SERVER, 0x09, {"low_credit_warning_level": 100}, "64000000"),
        (
            "PublishPrepaySnapshot",
            TO_CLIENT,
            0x01,
            SNAPSHOT | {"snapshot_payload_type": 0, "snapshot_payload": DebtCreditStatus(-1, 2, 3, 4, 5, -6)},
            SNAPSHOT_OCTETS + "00ffffffff02000000030000000400000005000000faffffff",
        ),
        (
            "PublishPrepaySnapshot",
            TO_CLIENT,
            0x01,
            SNAPSHOT | {"snapshot_payload_type": 0x80, "snapshot_payload": b"\x01\x02"},
            SNAPSHOT_OCTETS + "800102",
        ),
        (
            "ConsumerTopUpResponse",
            TO_CLIENT,
            0x03,
            {"result_type": 0, "top_up_value": 2000, "source_of_top_up": 2, "credit_remaining": 2500},
            "00d007000002c4090000",
        ),
        (
            "PublishTopUpLog",
            TO_CLIENT,
            0x05,
            {"command_index": 0, "total_number_of_commands": 1, "top_ups": (TopUp(b"1", 5, 6), TopUp(b"", -5, 7))},
            "00010131050000000600000000fbffffff07000000",
        ),
        (
            "PublishDebtLog",
            TO_CLIENT,
            0x06,
            {"command_index": 0, "total_number_of_commands": 1, "repayments": (Repayment(1, 2, 0, 3),)},
            "000101000000020000000003000000",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(name, direction, id, values, octets):
    found, row = PREPAYMENT.command(name)
    assert (found, row.id) == (direction, id)
    assert row.encode(**values).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == values


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("ConsumerTopUp", "02053132"),
        ("PublishPrepaySnapshot", SNAPSHOT_OCTETS + "00ffffffff"),
        ("PublishPrepaySnapshot", SNAPSHOT_OCTETS),
        ("PublishTopUpLog", "000101310500"),
        ("PublishDebtLog", "0001010000000200000000"),
    ],
)
def test_truncated_ones_are_refused(name, octets):
    _, row = PREPAYMENT.command(name)
    with pytest.raises(RemoteProtocolError):
        row.decode(bytes.fromhex(octets))
