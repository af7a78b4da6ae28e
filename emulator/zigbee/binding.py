"""An entry of the binding table: which cluster of which endpoint sends where (R22, 2.2.8.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from hanbench.emulator.layout import U8, U16, U64, RecordType, when

GROUP, EXTENDED = 0x01, 0x03
"""Destination address modes."""


def _to_device(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] == EXTENDED)


def _to_group(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] == GROUP)


@dataclass(frozen=True, slots=True)
class Binding:
    """One entry; also the body of Bind_req, Unbind_req and Mgmt_Bind_rsp."""

    source: Annotated[int, U64]
    """EUI-64 of the device that sends."""
    source_endpoint: Annotated[int, U8]
    cluster: Annotated[int, U16]
    mode: Annotated[int, U8] = EXTENDED
    group: Annotated[int | None, when(_to_group, U16)] = None
    destination: Annotated[int | None, when(_to_device, U64)] = None
    """EUI-64 of the device that receives."""
    destination_endpoint: Annotated[int | None, when(_to_device, U8)] = None


BINDING = RecordType(Binding)
