"""Price: octets written by hand from the layout of SE annex D.4, tails that older devices leave out."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.clusters import PRICE, price
from hanbench.emulator.zcl.clusters.price import MatrixPrice, PriceControl, TierLabel
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

PUBLISHED: dict[str, Any] = {
    "provider_id": 0x11223344,
    "rate_label": b"Day",
    "issuer_event_id": 7,
    "current_time": 0x2A000000,
    "unit_of_measure": 0,
    "currency": 826,
    "price_trailing_digit_and_price_tier": 0x51,
    "number_of_price_tiers_and_register_tier": 0x21,
    "start_time": 0,
    "duration_in_minutes": 0xFFFE,
    "price": 2834,
    "price_ratio": 1,
}
OCTETS = "4433221103446179070000000000002a003a03512100000000feff120b000001"
TAIL: dict[str, Any] = {
    "generation_price": 500,
    "generation_price_ratio": 2,
    "alternate_cost_delivered": 184,
    "alternate_cost_unit": 1,
    "alternate_cost_trailing_digit": 0x30,
    "number_of_block_thresholds": 0,
    "price_control": PriceControl.ACKNOWLEDGE,
}
LEFT_OUT = (
    "number_of_generation_tiers",
    "generation_tier",
    "extended_number_of_price_tiers",
    "extended_price_tier",
    "extended_register_tier",
)


@pytest.mark.parametrize(
    ("id", "name", "type"),
    [
        (0x0000, "Tier1PriceLabel", t.OCTET_STRING),
        (0x002F, "Tier48PriceLabel", t.OCTET_STRING),
        (0x0100, "Block1Threshold", t.UINT48),
        (0x010F, "BlockThresholdCount", t.UINT8),
        (0x01FE, "Tier15Block15Threshold", t.UINT48),
        (0x0201, "BlockPeriodDuration", t.UINT24),
        (0x0301, "StandingCharge", t.UINT32),
        (0x040F, "NoTierBlock16Price", t.UINT32),
        (0x04FF, "Tier15Block16Price", t.UINT32),
        (0x050F, "PriceTier16", t.UINT32),
        (0x052F, "PriceTier48", t.UINT32),
        (0x0610, "TariffLabel", t.OCTET_STRING),
        (0x0616, "Currency", t.UINT16),
        (0x0704, "LastBillingPeriodConsolidatedBill", t.UINT32),
        (0x0852, "CreditPaymentRef5", t.OCTET_STRING),
        (0x802F, "ReceivedTier48PriceLabel", t.OCTET_STRING),
        (0x84FF, "RxTier15Block16Price", t.UINT32),
    ],
)
def test_an_attribute_has_its_id_name_and_type(id, name, type):
    assert (id, name, type) in [(row.id, row.name, row.type) for row in PRICE.attributes]


def test_a_price_as_an_old_device_publishes_it_ends_with_its_ratio():
    direction, row = PRICE.command(price.PublishPrice)
    assert (direction, row.id) == (TO_CLIENT, 0x00)
    message = price.PublishPrice(**PUBLISHED)
    assert row.encode(message).hex() == OCTETS
    assert row.decode(bytes.fromhex(OCTETS)) == message
    assert {getattr(message, name) for name in (*TAIL, *LEFT_OUT)} == {None}


def test_a_later_device_goes_on_after_it():
    _, row = PRICE.command(price.PublishPrice)
    octets = OCTETS + "f401000002b800000001300001"
    message = price.PublishPrice(**PUBLISHED, **TAIL)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message
    assert {getattr(message, name) for name in LEFT_OUT} == {None}


def test_a_tail_has_no_holes():
    _, row = PRICE.command(price.PublishPrice)
    with pytest.raises(LocalProtocolError):
        row.encode(price.PublishPrice(**PUBLISHED, price_control=1))


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (price.GetCurrentPrice(command_options=1), TO_SERVER, 0x00, "01"),
        (price.GetScheduledPrices(start_time=0x2A000000, number_of_events=5), TO_SERVER, 0x01, "0000002a05"),
        (
            price.PriceAcknowledgement(provider_id=1, issuer_event_id=7, price_ack_time=0x2A000001, price_control=1),
            TO_SERVER,
            0x02,
            "01000000070000000100002a01",
        ),
        (price.GetPriceMatrix(issuer_tariff_id=9), TO_SERVER, 0x07, "09000000"),
        (price.GetTariffCancellation(), TO_SERVER, 0x10, ""),
        (
            price.PublishConversionFactor(
                issuer_event_id=1, start_time=2, conversion_factor=102264, conversion_factor_trailing_digit=0x50
            ),
            TO_CLIENT,
            0x02,
            "0100000002000000788f010050",
        ),
        (
            price.PublishPriceMatrix(
                provider_id=1,
                issuer_event_id=2,
                start_time=3,
                issuer_tariff_id=4,
                command_index=0,
                total_number_of_commands=1,
                sub_payload_control=1,
                prices=(MatrixPrice(1, 1500), MatrixPrice(2, 2834)),
            ),
            TO_CLIENT,
            0x05,
            "0100000002000000030000000400000000010101dc05000002120b0000",
        ),
        (
            price.PublishBlockThresholds(
                provider_id=1,
                issuer_event_id=2,
                start_time=3,
                issuer_tariff_id=4,
                command_index=0,
                total_number_of_commands=1,
                sub_payload_control=0,
                thresholds=((1, (100, 200)), (2, (300,))),
            ),
            TO_CLIENT,
            0x06,
            "0100000002000000030000000400000000010012640000000000c80000000000212c0100000000",
        ),
        (
            price.PublishTierLabels(
                provider_id=1,
                issuer_event_id=2,
                issuer_tariff_id=4,
                command_index=0,
                total_number_of_commands=1,
                labels=(TierLabel(1, b"Night"), TierLabel(2, b"Day")),
            ),
            TO_CLIENT,
            0x08,
            "01000000020000000400000000010201054e696768740203446179",
        ),
        (price.CancelTariff(provider_id=1, issuer_tariff_id=4, tariff_type=0), TO_CLIENT, 0x0E, "010000000400000000"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(message, direction, id, octets):
    found, row = PRICE.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (price.PublishPrice, OCTETS[:-2]),
        (price.PublishPrice, "44332211ff446179"),
        (price.GetCurrentPrice, ""),
        (price.PublishBlockThresholds, "010000000200000003000000040000000001001264"),
        (price.PublishPriceMatrix, "0100000002000000030000000400000000010101dc05"),
        (price.PublishTierLabels, "0100000002000000040000000001030105"),
    ],
)
def test_truncated_ones_are_refused(command, octets):
    _, row = PRICE.command(command)
    with pytest.raises(RemoteProtocolError):
        row.decode(bytes.fromhex(octets))


def test_thresholds_that_fit_no_row_are_refused():
    _, row = PRICE.command(price.PublishBlockThresholds)
    head = dict.fromkeys(
        (
            "provider_id",
            "issuer_event_id",
            "start_time",
            "issuer_tariff_id",
            "command_index",
            "total_number_of_commands",
            "sub_payload_control",
        ),
        0,
    )
    wrong: list[Any] = [[(1, (1,) * 16)], ((16, (1,)),), 5, ((1, (-1,)),)]
    for thresholds in wrong:
        with pytest.raises(LocalProtocolError):
            row.encode(price.PublishBlockThresholds(**head, thresholds=thresholds))
