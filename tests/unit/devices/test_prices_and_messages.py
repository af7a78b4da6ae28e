"""Prices and messages from the hub to the display, on a whole HAN."""

from __future__ import annotations

import asyncio
from functools import partial

from hanbench.emulator.devices.services.messages import CustomerMessage
from hanbench.emulator.devices.services.prices import Price
from hanbench.emulator.zcl.clusters.messaging import Importance
from tests.support.han import run_on_han

on_han = partial(run_on_han, seed="prices", display=True, settle=30)


def test_a_display_shows_a_published_price_and_acknowledges_it_if_asked():
    async def scenario(han):
        display, prices = han.ihd.display, han.hub.prices
        assert han.ihd.display.price is None
        prices.publish(Price(1, han.hub.utc, 1500, b"Night"))
        await asyncio.sleep(2)
        assert (display.price, display.rate) == (1500, "Night")
        assert prices.acknowledged == []
        prices.publish(Price(2, han.hub.utc, 2834, b"Day", tier=2, tiers=2, acknowledge=True))
        await asyncio.sleep(2)
        assert (display.price, display.rate) == (2834, "Day")
        assert prices.acknowledged == [(han.ihd.storage.network.short, 2)]

    on_han(scenario)


def test_a_display_that_was_away_asks_for_what_holds_now():
    async def scenario(han):
        han.ihd.power_off()
        han.hub.prices.publish(Price(1, han.hub.utc - 100, 1500, b"Night"))
        han.hub.prices.publish(Price(2, han.hub.utc - 50, 2834, b"Day"))
        han.hub.prices.publish(Price(3, han.hub.utc + 3600, 9999, b"Peak"))
        han.hub.messages.show(CustomerMessage(7, "Meter works on Monday"))
        await asyncio.sleep(60)
        han.ihd.power_on()
        await asyncio.sleep(20)
        assert (han.ihd.display.price, han.ihd.display.rate) == (2834, "Day")
        assert han.ihd.display.message == "Meter works on Monday"

    on_han(scenario)


def test_a_message_is_shown_confirmed_and_taken_back():
    async def scenario(han):
        messages = han.hub.messages
        messages.show(CustomerMessage(1, "Gas meter replaced on 2 May", Importance.HIGH, confirm=True))
        await asyncio.sleep(2)
        assert han.ihd.display.message == "Gas meter replaced on 2 May"
        assert messages.confirmed == [(han.ihd.storage.network.short, 1)]
        messages.cancel()
        await asyncio.sleep(2)
        assert han.ihd.display.message is None
        assert messages.last is None

    on_han(scenario)


def test_a_long_message_arrives_in_fragments():
    async def scenario(han):
        text = "Your electricity meter moves to the national network tonight. " * 3
        han.hub.messages.show(CustomerMessage(2, text))
        await asyncio.sleep(10)
        assert han.ihd.display.message == text

    on_han(scenario)


def test_prices_and_messages_travel_under_the_link_key_only():
    async def scenario(han):
        han.ihd.storage.link_keys.pop(han.hub.storage.ieee)
        han.hub.prices.publish(Price(1, han.hub.utc, 1500, b"Night"))
        await asyncio.sleep(30)
        assert han.ihd.display.price is None
        assert han.ihd.stack.counters["unknown-key"] > 0

    on_han(scenario)
