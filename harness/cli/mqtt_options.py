"""The options about a broker, which `up` and `serve` share. It imports nothing heavy: `--help` loads it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from hanbench.harness.cli.values import FILE


class MqttChoice(NamedTuple):
    """What the user said about the broker."""

    mqtt: str | None
    mqtt_commands: bool
    mqtt_frames: bool
    mqtt_home_assistant: bool
    mqtt_glow: bool
    mqtt_password_file: Path | None
    mqtt_ca: Path | None
    mqtt_certificate: Path | None
    mqtt_key: Path | None


_OPTIONS = (
    click.option(
        "--mqtt",
        metavar="URL",
        help="Publish at a broker: mqtt://HOST:PORT/PREFIX, or mqtts://; PORT and PREFIX may be left out, USER@ may "
        "stand before HOST.",
    ),
    click.option(
        "--mqtt-commands", is_flag=True, help="Carry out requests from the broker; its users can then break the bench."
    ),
    click.option("--mqtt-frames", is_flag=True, help="Publish each frame too."),
    click.option(
        "--mqtt-home-assistant", is_flag=True, help="Tell Home Assistant of the bench (below homeassistant/)."
    ),
    click.option("--mqtt-glow", is_flag=True, help="Publish the meters as a Hildebrand Glow does (below glow/)."),
    click.option(
        "--mqtt-password-file",
        type=FILE,
        help="File with the password (or HANBENCH_MQTT_PASSWORD_FILE; or HANBENCH_MQTT_PASSWORD itself).",
    ),
    click.option(
        "--mqtt-ca",
        type=FILE,
        help="CAs that vouch for the broker (PEM), or HANBENCH_MQTT_CA; default: the system's.",
    ),
    click.option("--mqtt-certificate", type=FILE, help="Own certificate (PEM); or HANBENCH_MQTT_CERTIFICATE."),
    click.option(
        "--mqtt-key", type=FILE, help="Its key (PEM), or HANBENCH_MQTT_KEY; default: in the file of the certificate."
    ),
)


def mqtt_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options about a broker, passed as `mqtt: MqttChoice`."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        choice = MqttChoice(*(options.pop(name) for name in MqttChoice._fields))
        return command(**options, mqtt=choice)

    decorated: Callable[..., Any] = gathered
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated
