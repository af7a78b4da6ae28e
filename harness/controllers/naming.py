"""What controllers are called in output and reports. Imports none of them, and of addresses what a URL needs."""

from __future__ import annotations

from hanbench.harness.foreign_text import cleaned


def named(spec: str) -> str:
    """Return `spec` fit for output and reports: a URL without user, password and query."""
    if not is_url(spec):
        return cleaned(spec)
    from hanbench.harness.controllers.endpoint_address import shown

    return cleaned(shown(spec))


def is_url(spec: str) -> bool:
    """Return whether `spec` is the URL of an endpoint, or of the broker through which a controller is reached."""
    if "://" not in spec and spec.partition(":")[0].lower() not in ("http", "https"):
        return False
    from hanbench.harness.broker.address import is_broker_url

    return is_broker_url(spec) or spec.partition(":")[0].lower() in ("http", "https")
