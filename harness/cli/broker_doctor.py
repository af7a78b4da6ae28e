"""`hanbench doctor --mqtt URL`: what works at a broker, and what does not."""

from __future__ import annotations

import asyncio

from hanbench.harness.broker.address import BrokerAddress, broker_address
from hanbench.harness.broker.errors import AddressError
from hanbench.harness.broker.examination import Finding, examine
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json
from hanbench.harness.cli.tables import table


def examine_broker(url: str, as_json: bool) -> int:
    """Try a broker out, and print what was found. Return the exit status: 0, 2 or 3, as the command's help says."""
    try:
        address = broker_address(url)
    except AddressError as error:
        raise BadInput(None, "--mqtt", str(error)) from None
    log(f"trying {address} ...")
    found = asyncio.run(_findings(address))
    if as_json:
        print_json(found)
    else:
        table(("trial", "result", "found"), [(each.trial, each.verdict, each.detail) for each in found])
    failed = {each.trial for each in found if each.verdict == "failed"}
    if "connection" in failed:
        return ExitStatus.BAD_INPUT
    return ExitStatus.UNKNOWN if failed else ExitStatus.EXPECTED


async def _findings(address: BrokerAddress) -> list[Finding]:
    return [each async for each in examine(address)]
