"""Annotations for the fields of cluster commands, under the short names of the data types (ZCL r8, table 2-10).

A field annotated `Uint16` is an int and lies on the air as a uint16. `Optional...` fields may be left out together with
all that follow; then they are None.
"""

from __future__ import annotations

from typing import Annotated

from hanbench.emulator.layout import Trailing
from hanbench.emulator.zcl import types

Bool = Annotated[bool | None, types.BOOLEAN]
"""None: 0xFF, which is neither."""
Bitmap8 = Annotated[int, types.BITMAP8]
Bitmap16 = Annotated[int, types.BITMAP16]
Bitmap32 = Annotated[int, types.BITMAP32]
Uint8 = Annotated[int, types.UINT8]
Uint16 = Annotated[int, types.UINT16]
Uint24 = Annotated[int, types.UINT24]
Uint32 = Annotated[int, types.UINT32]
Uint48 = Annotated[int, types.UINT48]
Int8 = Annotated[int, types.INT8]
Int16 = Annotated[int, types.INT16]
Int32 = Annotated[int, types.INT32]
Enum8 = Annotated[int, types.ENUM8]
Octstr = Annotated[bytes | None, types.OCTET_STRING]
"""None: the length 0xFF, which means no value."""
String = Annotated[str | bytes | None, types.CHARACTER_STRING]
"""None: the length 0xFF, which means no value. Octets that are not UTF-8 stay octets."""
UtcTime = Annotated[int, types.UTC_TIME]
"""Seconds since 2000-01-01T00:00:00Z."""
Eui64 = Annotated[int, types.EUI64]

OptionalBitmap8 = Annotated[int | None, Trailing(types.BITMAP8)]
OptionalUint8 = Annotated[int | None, Trailing(types.UINT8)]
OptionalUint32 = Annotated[int | None, Trailing(types.UINT32)]
OptionalEnum8 = Annotated[int | None, Trailing(types.ENUM8)]
OptionalOctstr = Annotated[bytes | None, Trailing(types.OCTET_STRING)]
