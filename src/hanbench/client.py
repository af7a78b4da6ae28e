"""Clients of a bench that is up (`hanbench up`, `hanbench serve`): see docs/python-client.md."""

from __future__ import annotations

from hanbench.harness.control import events
from hanbench.harness.control.async_client import AsyncClient
from hanbench.harness.control.client import Client, ControlError, benches_up, connect

__all__ = ["AsyncClient", "Client", "ControlError", "benches_up", "connect", "events"]
