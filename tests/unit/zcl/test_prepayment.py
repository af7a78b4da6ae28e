"""Prepayment: octets written by hand from the layout of SE annex D.7."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.clusters import PREPAYMENT, prepayment
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
    assert (id, name, type) in [(row.id, row.name, row.type) for row in PREPAYMENT.attributes]


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
    ("message", "direction", "id", "octets"),
    [
        (
            prepayment.SelectAvailableEmergencyCredit(command_issue_date_time=0x2A000000, originating_device=2),
            TO_SERVER,
            0x00,
            "0000002a02",
        ),
        (prepayment.ConsumerTopUp(originating_device=2, top_up_code=b"12345"), TO_SERVER, 0x04, "02053132333435"),
        (
            prepayment.CreditAdjustment(
                issuer_event_id=1, start_time=0, credit_adjustment_type=0, credit_adjustment_value=-500
            ),
            TO_SERVER,
            0x05,
            "0100000000000000000cfeffff",
        ),
        (
            prepayment.ChangePaymentMode(
                provider_id=1,
                issuer_event_id=2,
                implementation_date_time=0,
                proposed_payment_control_configuration=PaymentControl.PREPAYMENT_ENABLED
                | PaymentControl.CONTACTOR_FITTED,
                cut_off_value=0,
            ),
            TO_SERVER,
            0x06,
            "010000000200000000000000820000000000",
        ),
        (prepayment.SetLowCreditWarningLevel(low_credit_warning_level=100), TO_SERVER, 0x09, "64000000"),
        (
            prepayment.PublishPrepaySnapshot(
                **SNAPSHOT, snapshot_payload_type=0, snapshot_payload=DebtCreditStatus(-1, 2, 3, 4, 5, -6)
            ),
            TO_CLIENT,
            0x01,
            SNAPSHOT_OCTETS + "00ffffffff02000000030000000400000005000000faffffff",
        ),
        (
            prepayment.PublishPrepaySnapshot(**SNAPSHOT, snapshot_payload_type=0x80, snapshot_payload=b"\x01\x02"),
            TO_CLIENT,
            0x01,
            SNAPSHOT_OCTETS + "800102",
        ),
        (
            prepayment.ConsumerTopUpResponse(
                result_type=0, top_up_value=2000, source_of_top_up=2, credit_remaining=2500
            ),
            TO_CLIENT,
            0x03,
            "00d007000002c4090000",
        ),
        (
            prepayment.PublishTopUpLog(
                command_index=0, total_number_of_commands=1, top_ups=(TopUp(b"1", 5, 6), TopUp(b"", -5, 7))
            ),
            TO_CLIENT,
            0x05,
            "00010131050000000600000000fbffffff07000000",
        ),
        (
            prepayment.PublishDebtLog(command_index=0, total_number_of_commands=1, repayments=(Repayment(1, 2, 0, 3),)),
            TO_CLIENT,
            0x06,
            "000101000000020000000003000000",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(message, direction, id, octets):
    found, row = PREPAYMENT.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (prepayment.ConsumerTopUp, "02053132"),
        (prepayment.PublishPrepaySnapshot, SNAPSHOT_OCTETS + "00ffffffff"),
        (prepayment.PublishPrepaySnapshot, SNAPSHOT_OCTETS),
        (prepayment.PublishTopUpLog, "000101310500"),
        (prepayment.PublishDebtLog, "0001010000000200000000"),
    ],
)
def test_truncated_ones_are_refused(command, octets):
    _, row = PREPAYMENT.command(command)
    with pytest.raises(RemoteProtocolError):
        row.decode(bytes.fromhex(octets))
