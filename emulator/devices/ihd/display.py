"""The screen of a display."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.emulator.zcl.clusters.price import PublishPrice


@dataclass(slots=True)
class Display:
    """What the customer sees; None where a value is not known yet."""

    electricity_wh: int | None = None
    demand_w: int | None = None
    gas_litres: int | None = None
    price: int | None = None
    """Hundred-thousandths of a pound for a kilowatt hour."""
    rate: str = ""
    message: str | None = None

    def show_price(self, published: PublishPrice) -> None:
        self.price = published.price
        self.rate = (published.rate_label or b"").decode("ascii", "replace")

    def show_message(self, text: str | None) -> None:
        self.message = text
