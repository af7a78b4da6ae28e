"""Prices: the hub publishes what the head end sets, a display shows what holds now (SE 1.4a, annex D.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.listeners import Listeners
from hanbench.emulator.zcl import Answer, ClusterClient, ClusterServer, Endpoint, Indication, Status
from hanbench.emulator.zcl.clusters import PRICE
from hanbench.emulator.zcl.clusters.price import REQUESTOR_LISTENS, UNTIL_CHANGED, PriceControl

STERLING = 826
"""ISO 4217."""
KEPT = 16
"""Prices that a hub keeps, the one that holds and those to come."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price from `start` (UTC seconds) on."""

    issuer_event_id: int
    start: int
    price: int
    """Hundred-thousandths of a pound for a kilowatt hour."""
    label: bytes
    tier: int = 1
    tiers: int = 1
    acknowledge: bool = False


class Prices:
    """The hub's part. `server` goes on its endpoint."""

    def __init__(self, utc: Callable[[], int]) -> None:
        self._utc = utc
        self._prices: list[Price] = []
        self.listeners = Listeners(PRICE.id)
        self.acknowledged: list[tuple[int, int]] = []
        """Short address and issuer event id of each acknowledgement."""
        self.server = ClusterServer(
            PRICE,
            {"CommodityType": 0, "Currency": STERLING},
            {
                "GetCurrentPrice": self._current_wanted,
                "GetScheduledPrices": self._scheduled_wanted,
                "PriceAcknowledgement": self._acknowledged,
            },
        )

    @property
    def current(self) -> Price | None:
        """What holds now: the price that started last."""
        return max((p for p in self._prices if p.start <= self._utc()), key=lambda p: p.start, default=None)

    def publish(self, price: Price) -> None:
        """Take a price from the head end, and tell who has asked before."""
        kept = [p for p in self._prices if p.start != price.start]
        self._prices = sorted((*kept, price), key=lambda p: p.start)[-KEPT:]
        self.listeners.tell("PublishPrice", self._fields(price))

    def _current_wanted(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.listeners.add(indication)
        current = self.current
        return Status.NOT_FOUND if current is None else ("PublishPrice", self._fields(current))

    def _scheduled_wanted(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.listeners.add(indication)
        start = values["start_time"] or self._utc()
        wanted = [p for p in self._prices if p.start >= start][: values["number_of_events"] or KEPT]
        if not wanted:
            return Status.NOT_FOUND
        # One answers the question, with its number; the others follow by themselves.
        for price in wanted[1:]:
            place = indication.src, indication.src_endpoint
            self.listeners.endpoint.command(*place, PRICE.id, "PublishPrice", self._fields(price))
        return "PublishPrice", self._fields(wanted[0])

    def _acknowledged(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.acknowledged.append((indication.src, values["issuer_event_id"]))
        return None

    def _fields(self, price: Price) -> dict[str, Any]:
        return {
            "provider_id": 1,
            "rate_label": price.label,
            "issuer_event_id": price.issuer_event_id,
            "current_time": self._utc(),
            "unit_of_measure": 0,
            "currency": STERLING,
            "price_trailing_digit_and_price_tier": 5 << 4 | price.tier,
            "number_of_price_tiers_and_register_tier": price.tiers << 4 | price.tier,
            "start_time": price.start,
            "duration_in_minutes": UNTIL_CHANGED,
            "price": price.price,
            "price_ratio": 0xFF,
            "generation_price": 0xFFFFFFFF,
            "generation_price_ratio": 0xFF,
            "alternate_cost_delivered": 0xFFFFFFFF,
            "alternate_cost_unit": 0xFF,
            "alternate_cost_trailing_digit": 0xFF,
            "number_of_block_thresholds": 0xFF,
            "price_control": PriceControl.ACKNOWLEDGE if price.acknowledge else 0,
        }


class PriceListener:
    """A display's part. `client` goes on its endpoint; `shown` gets each price that comes."""

    def __init__(self, utc: Callable[[], int], shown: Callable[[dict[str, Any]], None]) -> None:
        self._utc = utc
        self._shown = shown
        self.client = ClusterClient(PRICE, {"PublishPrice": self._published})
        self.endpoint: Endpoint
        """Set by the device."""

    def ask(self) -> None:
        """Ask for the price that holds now; the hub tells of every later one."""
        place = HUB, HUB_ENDPOINT
        self.endpoint.command(*place, PRICE.id, "GetCurrentPrice", {"command_options": REQUESTOR_LISTENS})

    def _published(self, values: dict[str, Any], indication: Indication) -> Answer:
        self._shown(values)
        if (values["price_control"] or 0) & PriceControl.ACKNOWLEDGE:
            acknowledgement = {
                "provider_id": values["provider_id"],
                "issuer_event_id": values["issuer_event_id"],
                "price_ack_time": self._utc(),
                "price_control": values["price_control"],
            }
            place = indication.src, indication.src_endpoint
            self.endpoint.command(*place, PRICE.id, "PriceAcknowledgement", acknowledgement)
        return None
