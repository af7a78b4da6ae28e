"""aiospinel as the host of two dongles: it probes both, sends through one, and hears with the other.

`aiospinel_host.py SENDER LISTENER CHANNEL PSDU...` prints a line of JSON for the probe and for each frame.
"""

from __future__ import annotations

import asyncio
import json
import sys

import serialx
from aiospinel import CommandID, PropertyID, SpinelProtocol

STATUS_WAIT = 5


async def connect(port: str) -> SpinelProtocol:
    _, protocol = await serialx.create_serial_connection(
        asyncio.get_running_loop(), SpinelProtocol, url=port, baudrate=460800, rtscts=True
    )
    assert isinstance(protocol, SpinelProtocol)
    return protocol


async def put(radio: SpinelProtocol, what: PropertyID, value: bytes) -> bytes:
    answer = await radio.send_command(CommandID.PROP_VALUE_SET, what.serialize() + value, retries=0)
    return answer.data


async def main(sender_port: str, listener_port: str, channel: int, psdus: list[bytes]) -> None:
    sender, listener = await connect(sender_port), await connect(listener_port)
    print(json.dumps({"versions": [await sender.probe(), await listener.probe()]}), flush=True)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    listener.add_property_listener(PropertyID.STREAM_RAW, heard.put_nowait)
    for radio in (sender, listener):
        await put(radio, PropertyID.PHY_ENABLED, b"\x01")
        await put(radio, PropertyID.PHY_CHAN, bytes((channel,)))
    await put(listener, PropertyID.MAC_PROMISCUOUS_MODE, b"\x02")
    await put(listener, PropertyID.MAC_RAW_STREAM_ENABLED, b"\x01")
    for psdu in psdus:
        # Channel, back-offs, retries and CSMA-CA are what aiospinel leaves to its caller.
        request = len(psdu).to_bytes(2, "little") + psdu + bytes((channel, 4, 0, 1))
        status = await put(sender, PropertyID.STREAM_RAW, request)
        received = await asyncio.wait_for(heard.get(), STATUS_WAIT)
        length = int.from_bytes(received[:2], "little")
        metadata = received[2 + length :]
        print(
            json.dumps(
                {
                    "status": status.hex(),
                    "psdu": received[2 : 2 + length].hex(),
                    "rssi": int.from_bytes(metadata[:1], signed=True),
                    "channel": metadata[6],
                }
            ),
            flush=True,
        )
    await asyncio.sleep(0.5)
    print(json.dumps({"left over": heard.qsize()}), flush=True)
    await sender.disconnect()
    await listener.disconnect()


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]), [bytes.fromhex(argument) for argument in sys.argv[4:]])
    )
