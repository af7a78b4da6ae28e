"""Certificates from a file: the published ones on the air, and files that are not what they should be."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.synchronous import Bench
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.credentials import load_credentials
from hanbench.harness.han.settings import made_up_authority, settings_for
from hanbench.profiles.benches import StartingState
from hanbench.profiles.certificates import path_of
from hanbench.profiles.cohorts import household
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Cohort
from tests.support.han import check_connectivity, run_on_han

PUBLISHED = path_of("published-test")
TEXT = PUBLISHED.read_text(encoding="utf-8")


def test_the_published_certificates_agree_keys_beside_made_up_ones():
    settings = settings_for(household(Cohort.IOC), slow_background=True, credentials=load_credentials("published-test"))
    assert (settings.hub.ieee, settings.gsme.ieee) == (1, 2)
    assert settings.esme.key_establishment.identity.certificate.issuer == made_up_authority().ieee

    async def scenario(han):
        assert (await check_connectivity(han)).verdict is Verdict.PASS
        for meter in (han.esme, han.gsme):
            mine, hubs = meter.storage.link_keys[1], han.hub.storage.link_keys[meter.storage.ieee]
            assert mine.key == hubs.key
            assert mine.origin is hubs.origin is KeyOrigin.ESTABLISHED

    run_on_han(scenario, seed="published", settings=settings, formed=True, settle=0)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'private_key = "00B8',
            'private_key = "00B9',
            "devices.hub.private_key: expected the private key that belongs",
        ),
        ('private_key = "00B8', 'private_key = "FFB8', "devices.hub.private_key: expected a private key"),
        ('private_key = "00B8', 'private_key = "B8', "devices.hub.private_key"),
        ('certificate = "0304', 'certificate = "0904', "devices.hub.certificate: expected points"),
        ('certificate = "0206', 'certificate = "0306', "devices.gsme.private_key"),
        ('issuer = "5445', 'issuer = "5545', "devices.hub.certificate: expected a certificate issued by 5545"),
        ('public_key = "0200', 'public_key = "zz00', "authorities[0].public_key"),
        ("[devices.gsme]", "[devices.gas]", "devices"),
        ("[[authorities]]", "[authorities]", "authorities"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path: Path, old: str, new: str, complaint: str):
    assert old in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_credentials(str(path))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    for secret in (device["private_key"] for device in tomllib.loads(TEXT)["devices"].values()):
        assert secret not in str(caught.value)


def test_two_devices_cannot_carry_one_certificate(tmp_path: Path):
    path = tmp_path / "mine.toml"
    hub = TEXT[TEXT.index("[devices.hub]") : TEXT.index("[devices.gsme]")]
    path.write_text(TEXT + "\n" + hub.replace("devices.hub", "devices.esme"), encoding="utf-8")
    with pytest.raises(ProfileError, match="different IEEE addresses"):
        load_credentials(str(path))


BENCH = 'id = "mine"\ntitle = "A bench"\nbegins = "new"\n[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n[nodes.ihd]\n'
ADDRESS = "00124b00aaaaaaaa"


def bench_with_address(folder: Path, role: str) -> str:
    path = folder / "mine.toml"
    path.write_text(BENCH.replace(f"[nodes.{role}]", f'[nodes.{role}]\nieee = "{ADDRESS}"'), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("role", ["hub", "esme", "gsme", "ihd"])
def test_a_device_of_another_address_has_a_certificate_for_it(role: str, tmp_path: Path):
    bench = Bench(bench_with_address(tmp_path, role), begins=StartingState.NEW)
    device = next(each for each in bench.han.devices if each.name == role)
    assert device.storage.ieee == 0x00124B00AAAAAAAA
    assert device.identity.certificate.subject == 0x00124B00AAAAAAAA
    assert device.identity.genuine
    for meter in bench.han.joining_devices:
        hub = bench.han.hub
        assert meter.storage.link_keys[hub.storage.ieee].origin is KeyOrigin.ESTABLISHED
    assert bench.check().verdict is Verdict.PASS
    bench.close()


def test_an_address_beside_a_certificate_for_another_one_is_refused(tmp_path: Path):
    bench, published = BenchFile.find(bench_with_address(tmp_path, "gsme")), load_credentials("published-test")
    with pytest.raises(
        ProfileError, match=f"nodes.gsme.ieee: found {ADDRESS}, but its certificate names 0000000000000002"
    ):
        bench.assemble(clock=bench.clock(), credentials=published)
