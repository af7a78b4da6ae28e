"""Clients of a bench that is up (`hanbench up`): see docs/control.md."""

from __future__ import annotations

from hanbench.harness.control.client import AsyncClient, Client, ControlError, benches_up

__all__ = ["AsyncClient", "Client", "ControlError", "benches_up"]
