"""Prices: the hub publishes those that the head end sets, a display shows them (SE 1.4a, annex D.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.listeners import Listeners
from hanbench.emulator.devices.services.recent_log import RecentLog
from hanbench.emulator.zcl import ClusterClient, ClusterServer, CommandAnswer, Endpoint, Indication, Status, on
from hanbench.emulator.zcl.clusters import PRICE
from hanbench.emulator.zcl.clusters.price import (
    REQUESTOR_LISTENS,
    UNTIL_CHANGED,
    GetCurrentPrice,
    GetScheduledPrices,
    PriceAcknowledgement,
    PriceAttributes,
    PriceControl,
    PublishPrice,
)

STERLING = 826
"""ISO 4217."""
KEPT = 16
"""Prices that a hub keeps: the one in force and those to come."""


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
        self.acknowledged: RecentLog[tuple[int, int]] = RecentLog()
        """Short address and issuer event id of each acknowledgement."""
        self.server = ClusterServer(
            PRICE,
            {PriceAttributes.CommodityType: 0, PriceAttributes.Currency: STERLING},
            (
                on(GetCurrentPrice, self._current_wanted),
                on(GetScheduledPrices, self._scheduled_wanted),
                on(PriceAcknowledgement, self._acknowledged),
            ),
        )

    @property
    def current(self) -> Price | None:
        """The price in force: the one that started last."""
        return max((p for p in self._prices if p.start <= self._utc()), key=lambda p: p.start, default=None)

    def publish(self, price: Price) -> None:
        """Take a price from the head end, and publish it to the devices that have asked before."""
        kept = [p for p in self._prices if p.start != price.start]
        self._prices = sorted((*kept, price), key=lambda p: p.start)[-KEPT:]
        self.listeners.notify(self._published(price))

    def _current_wanted(self, request: GetCurrentPrice, indication: Indication) -> CommandAnswer:
        self.listeners.add(indication)
        current = self.current
        return Status.NOT_FOUND if current is None else self._published(current)

    def _scheduled_wanted(self, request: GetScheduledPrices, indication: Indication) -> CommandAnswer:
        self.listeners.add(indication)
        start = request.start_time or self._utc()
        wanted = [p for p in self._prices if p.start >= start][: request.number_of_events or KEPT]
        if not wanted:
            return Status.NOT_FOUND
        # The first has the request's sequence number; the others have numbers of their own.
        for price in wanted[1:]:
            place = indication.src, indication.src_endpoint
            self.listeners.endpoint.command(*place, PRICE.id, self._published(price))
        return self._published(wanted[0])

    def _acknowledged(self, acknowledgement: PriceAcknowledgement, indication: Indication) -> CommandAnswer:
        self.acknowledged.append((indication.src, acknowledgement.issuer_event_id))
        return None

    def _published(self, price: Price) -> PublishPrice:
        return PublishPrice(
            provider_id=1,
            rate_label=price.label,
            issuer_event_id=price.issuer_event_id,
            current_time=self._utc(),
            unit_of_measure=0,
            currency=STERLING,
            price_trailing_digit_and_price_tier=5 << 4 | price.tier,
            number_of_price_tiers_and_register_tier=price.tiers << 4 | price.tier,
            start_time=price.start,
            duration_in_minutes=UNTIL_CHANGED,
            price=price.price,
            price_ratio=0xFF,
            generation_price=0xFFFFFFFF,
            generation_price_ratio=0xFF,
            alternate_cost_delivered=0xFFFFFFFF,
            alternate_cost_unit=0xFF,
            alternate_cost_trailing_digit=0xFF,
            number_of_block_thresholds=0xFF,
            price_control=PriceControl.ACKNOWLEDGE if price.acknowledge else 0,
        )


class PriceListener:
    """A display's part. `client` goes on its endpoint; `shown` gets each price."""

    def __init__(self, utc: Callable[[], int], shown: Callable[[PublishPrice], None]) -> None:
        self._utc = utc
        self._shown = shown
        self.client = ClusterClient(PRICE, (on(PublishPrice, self._published),))
        self.endpoint: Endpoint
        """Set by the device."""

    def ask(self) -> None:
        """Ask for the price in force; the hub publishes every later one."""
        self.endpoint.command(HUB, HUB_ENDPOINT, PRICE.id, GetCurrentPrice(REQUESTOR_LISTENS))

    def _published(self, price: PublishPrice, indication: Indication) -> CommandAnswer:
        self._shown(price)
        control = price.price_control or 0
        if control & PriceControl.ACKNOWLEDGE:
            acknowledgement = PriceAcknowledgement(price.provider_id, price.issuer_event_id, self._utc(), control)
            self.endpoint.command(indication.src, indication.src_endpoint, PRICE.id, acknowledgement)
        return None
