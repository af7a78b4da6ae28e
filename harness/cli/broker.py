"""A bench at the broker that the user chose. aiomqtt is imported only if there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.broker.address import CredentialFiles, broker_address
from hanbench.harness.broker.errors import AddressError
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.mqtt_options import MqttChoice
from hanbench.harness.cli.output import log
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.mqtt.options import BrokerOptions


def broker_options(choice: MqttChoice, benches: Iterable[BenchFile]) -> BrokerOptions | None:
    """Return what the user chose for these benches; None: no broker. Raises BadInput."""
    if choice.mqtt is None:
        for name, value in choice._asdict().items():
            if value:
                raise BadInput(None, f"--{name.replace('_', '-')}", "expected --mqtt URL too")
        return None
    for option, wanted in (("home-assistant", choice.mqtt_home_assistant), ("glow", choice.mqtt_glow)):
        for bench in benches if wanted else ():
            if bench.profile.homes:
                problem = f"expected benches of one home; {bench.profile.id} has {len(bench.profile.homes)}"
                raise BadInput(None, f"--mqtt-{option}", problem)
    files = CredentialFiles(choice.mqtt_password_file, choice.mqtt_ca, choice.mqtt_certificate, choice.mqtt_key)
    try:
        address = broker_address(choice.mqtt, files)
    except AddressError as error:
        raise BadInput(None, "--mqtt", str(error)) from None
    return BrokerOptions(
        address, choice.mqtt_commands, choice.mqtt_frames, choice.mqtt_home_assistant, choice.mqtt_glow
    )


@asynccontextmanager
async def published(bench: BenchThread, options: BrokerOptions | None) -> AsyncIterator[None]:
    """Publish a bench at a broker, if there is one. See `publishing`."""
    if options is None:
        yield
        return
    from hanbench.harness.mqtt.publishing import publishing

    async with publishing(bench, options, log):
        yield
