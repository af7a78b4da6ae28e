"""Conversion of a home's device profiles to the settings of emulated devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.devices.settings import (
    DeviceSettings,
    EsmeSettings,
    GsmeSettings,
    HubSettings,
    IhdSettings,
    KeepAliveSettings,
    KeyEstablishmentSettings,
    LogicalType,
    NodeConfig,
    RepeaterSettings,
)
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.radio.propagation import Position
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.emulator.zigbee.nwk.config import JoinPolicy
from hanbench.emulator.zigbee.security.cbke import Authority, Identity
from hanbench.harness.han.addresses import OWN_BLOCK, device_address, network_plan
from hanbench.harness.han.credentials import Credentials
from hanbench.profiles import devices as profile
from hanbench.profiles.cohorts import Household

MADE_UP_AUTHORITY = OWN_BLOCK + 0xCA0000
SLOW_LINK_STATUS_S = 4 * 3600
SLOW_KEEP_ALIVE_MIN = 240
ROLES = ("hub", "esme", "gsme", "ihd", "repeater")
DEFAULT_SEED = "1"
"""That of a bench file which states none."""
COHORT_LETTERS = 8
"""Of a cohort in a serial number, which has at most 24 octets (SE 1.4a, D.3.2.2.4.9)."""


@dataclass(frozen=True, slots=True)
class HanSettings:
    """The settings of all devices of a home, and their positions."""

    hub: HubSettings
    esme: EsmeSettings
    gsme: GsmeSettings
    ihd: IhdSettings
    repeater: RepeaterSettings
    positions: Mapping[str, Position]

    def of(self, role: str) -> DeviceSettings:
        """Return the settings of the device of a role."""
        settings: DeviceSettings = getattr(self, role)
        return settings


ERAS = {
    profile.SmartEnergyVersion.SE_1_0: SmartEnergyEra.SE_1_1,
    profile.SmartEnergyVersion.SE_1_1: SmartEnergyEra.SE_1_1,
    profile.SmartEnergyVersion.SE_1_1B: SmartEnergyEra.SE_1_1,
    profile.SmartEnergyVersion.SE_1_2: SmartEnergyEra.SE_1_2,
    profile.SmartEnergyVersion.SE_1_4: SmartEnergyEra.SE_1_2,
}


def settings_for(
    home: Household,
    *,
    seed: int | str = DEFAULT_SEED,
    slow_background: bool = False,
    credentials: Credentials | None = None,
) -> HanSettings:
    """Return the settings of `home`, with certificates from `credentials` or made-up ones.

    Addresses, install codes and the network follow from `seed`.

    `slow_background` slows down Link Status and the mains meter's keep-alive, for runs of many days. No judged decision
    depends on them, and they are nine frames in ten.
    """
    period = SLOW_LINK_STATUS_S if slow_background else None
    made = HanSettings(
        hub=_hub(home, seed, period, SLOW_KEEP_ALIVE_MIN if slow_background else home.hub.keep_alive.base_min),
        esme=_esme(home, seed, period),
        gsme=_gsme(home, seed),
        ihd=_ihd(home, seed),
        repeater=_repeater(home, seed, period),
        positions={
            "hub": home.layout.hub_m,
            "esme": home.layout.esme_m,
            "gsme": home.layout.gsme_m,
            "ihd": home.layout.ihd_m,
            "repeater": _between(home.layout.hub_m, home.layout.gsme_m),
        },
    )
    return made if credentials is None else _with_credentials(made, credentials)


def _between(one: Position, other: Position) -> Position:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def moved(settings: HanSettings, by: Position) -> HanSettings:
    """Return the settings of the same home at another place, `by` metres from the first."""
    positions = {role: (x + by[0], y + by[1]) for role, (x, y) in settings.positions.items()}
    return replace(settings, positions=positions)


def _with_credentials(made: HanSettings, credentials: Credentials) -> HanSettings:
    """Return the same settings with certificates from a file; all devices trust its authorities and the made-up one."""
    trusted = {**credentials.authorities, MADE_UP_AUTHORITY: made_up_authority().public_key}
    changed: dict[str, Any] = {}
    for role in ROLES:
        settings = made.of(role)
        if role in credentials.identities:
            identity = credentials.identities[role]
            own: Credential | MadeUpCredential = Credential(replace(identity, others=trusted))
            settings = replace(settings, ieee=identity.certificate.subject)
        else:
            own = MadeUpCredential(settings.ieee, settings.manufacturer, trusted)
        changed[role] = replace(settings, key_establishment=replace(settings.key_establishment, credential=own))
    return replace(made, **changed)


def _common(home: Household, seed: int | str, role: str, device: profile.DeviceProfile) -> dict[str, Any]:
    """Return the settings that every device has."""
    address = device_address(seed, role, device.oui)
    return {
        "ieee": address.ieee,
        "key_establishment": KeyEstablishmentSettings(
            MadeUpCredential(address.ieee, device.manufacturer_code),
            ephemeral_time=device.key_establishment.ephemeral_s,
            confirm_time=device.key_establishment.confirm_s,
            capacity=device.key_establishments if isinstance(device, profile.HubProfile) else 0,
            renews=device.key_establishment.renews,
        ),
        "smart_energy": ERAS[device.smart_energy],
        "manufacturer": device.manufacturer_code,
        "maker": device.maker,
        "model": device.model,
        "serial": f"{home.cohort.value.upper()[:COHORT_LETTERS]}-{role.upper()}-{address.number:010d}",
        "install_code": b"" if role == "hub" else address.install_code,
        "endpoint": device.endpoint,
        "tx_power": device.radio.tx_power_dbm,
        "request_timeout": device.request_timeout_s * SECOND,
    }


@cache
def made_up_authority() -> Authority:
    """Return hanbench's own certificate authority. It is constant and not secret, because its devices are emulated."""
    return Authority(MADE_UP_AUTHORITY, split(0, "certificate authority"))


@lru_cache(maxsize=1024)
def made_up_identity(ieee: int, manufacturer: int) -> Identity:
    """Return the certificate of an emulated device, with its private key; the same each time."""
    return made_up_authority().issue(ieee, manufacturer, split(0, "certificate", f"{ieee:016x}"))


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate and private key that exist."""

    identity: Identity

    def __call__(self) -> Identity:
        return self.identity


@dataclass(frozen=True, slots=True)
class MadeUpCredential:
    """A certificate and private key that hanbench's own authority issues when they are needed."""

    ieee: int
    manufacturer: int
    others: Mapping[int, bytes] = field(default_factory=dict)
    """Public keys of further authorities that the device trusts, by issuer."""

    def __call__(self) -> Identity:
        identity = made_up_identity(self.ieee, self.manufacturer)
        return replace(identity, others=self.others) if self.others else identity


def with_address(settings: DeviceSettings, ieee: int) -> DeviceSettings:
    """Return the settings of the same device with another EUI-64, and a made-up certificate for that.

    Raises LocalProtocolError if the device has a certificate of another authority, which names another EUI-64.
    """
    establishment, own = settings.key_establishment, settings.key_establishment.credential
    if isinstance(own, MadeUpCredential):
        own = replace(own, ieee=ieee)
    elif own is not None and (subject := own().certificate.subject) != ieee:
        raise LocalProtocolError(f"its certificate names {subject:016x}")
    return replace(settings, ieee=ieee, key_establishment=replace(establishment, credential=own))


def with_wake_interval(settings: HanSettings, seconds: float) -> HanSettings:
    """Return the settings with another interval between two wakes of the gas meter.

    A hub with two-way mirroring tells its meters how often to report; it asks for the same then.
    """
    gsme = replace(settings.gsme, wake_interval=int(seconds * SECOND))
    return replace(settings, gsme=gsme, hub=replace(settings.hub, mirror_interval=max(1, int(seconds))))


def _router(
    device: profile.HubProfile | profile.EsmeProfile | profile.RepeaterProfile,
    role: LogicalType,
    link_status_period_s: int | None,
) -> dict[str, Any]:
    parenthood = device.parenthood
    period = parenthood.link_status_interval_s if link_status_period_s is None else link_status_period_s
    return {
        "role": role,
        "channels": device.radio.channels,
        "max_children": parenthood.max_children,
        "child_timeout_index": parenthood.child_timeout_index,
        "link_status_period": period * SECOND,
    }


def _policy(joining: profile.Joining) -> JoinPolicy:
    return JoinPolicy(
        scan_exponent=joining.scan_exponent,
        scan_rounds=joining.scan_rounds,
        key_wait=joining.key_wait_s * SECOND,
        rejoin=joining.rejoins,
        other_channels=joining.searches_other_channels,
        trust_center_rejoin=joining.trust_center_rejoin,
        rests=tuple(rest * SECOND for rest in joining.rests_s),
        jitter=joining.rest_jitter,
    )


def _keep_alive(settings: profile.KeepAliveProfile) -> KeepAliveSettings:
    return KeepAliveSettings(enabled=settings.enabled, failures=settings.failures)


def _hub(home: Household, seed: int | str, link_status_period_s: int | None, keep_alive_base: int) -> HubSettings:
    hub = home.hub
    return HubSettings(
        **_common(home, seed, "hub", hub),
        node=NodeConfig(**_router(hub, LogicalType.COORDINATOR, link_status_period_s)),
        network=network_plan(seed, home),
        mirrors=hub.mirrors.count,
        mirror_interval=hub.mirrors.interval_s,
        first_mirror_endpoint=hub.mirrors.first_endpoint,
        keep_alive_base=keep_alive_base,
        keep_alive_jitter=hub.keep_alive.jitter_s,
        wan_latency=hub.wan_latency_ms * MILLISECOND,
    )


def _esme(home: Household, seed: int | str, link_status_period_s: int | None) -> EsmeSettings:
    esme = home.esme
    return EsmeSettings(
        **_common(home, seed, "esme", esme),
        node=NodeConfig(**_router(esme, LogicalType.ROUTER, link_status_period_s), join=_policy(esme.joining)),
        keep_alive=_keep_alive(esme.keep_alive),
        relaxed_security=esme.relaxed_security,
        first_reading=esme.first_reading_wh,
        mean_power=esme.mean_power_w,
    )


def _gsme(home: Household, seed: int | str) -> GsmeSettings:
    gsme = home.gsme
    node = NodeConfig(
        LogicalType.END_DEVICE,
        rx_on=False,
        battery=True,
        channels=gsme.radio.channels,
        requested_timeout_index=gsme.end_device_timeout_index,
        poll_period=gsme.sleep.poll_interval_ms * MILLISECOND,
        poll_failures=gsme.sleep.poll_failures,
        join=_policy(gsme.joining),
    )
    return GsmeSettings(
        **_common(home, seed, "gsme", gsme),
        node=node,
        keep_alive=_keep_alive(gsme.keep_alive),
        relaxed_security=gsme.relaxed_security,
        wake_interval=gsme.sleep.wake_interval_s * SECOND,
        first_reading=gsme.first_reading_l,
        mean_flow=gsme.mean_flow_l_per_day,
        report_failures=gsme.report_failures,
        battery=gsme.battery_percent,
    )


def _ihd(home: Household, seed: int | str) -> IhdSettings:
    ihd = home.ihd
    node = NodeConfig(
        LogicalType.END_DEVICE,
        channels=ihd.radio.channels,
        requested_timeout_index=ihd.end_device_timeout_index,
        join=_policy(ihd.joining),
    )
    return IhdSettings(
        **_common(home, seed, "ihd", ihd),
        node=node,
        keep_alive=_keep_alive(ihd.keep_alive),
        electricity_interval=ihd.electricity_interval_s * SECOND,
        gas_interval=ihd.gas_interval_s * SECOND,
    )


def _repeater(home: Household, seed: int | str, link_status_period_s: int | None) -> RepeaterSettings:
    repeater = home.repeater
    node = NodeConfig(**_router(repeater, LogicalType.ROUTER, link_status_period_s), join=_policy(repeater.joining))
    return RepeaterSettings(
        **_common(home, seed, "repeater", repeater), node=node, keep_alive=_keep_alive(repeater.keep_alive)
    )
