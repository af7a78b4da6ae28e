"""The profiles that come with hanbench: complete, sourced, and of the devices that they say."""

from __future__ import annotations

import pytest

from docs.generators import schemas
from hanbench.profiles import cohorts, devices
from hanbench.profiles.devices import DeviceProfile, EsmeProfile, GsmeProfile, HubProfile, IhdProfile, RepeaterProfile
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Cohort
from hanbench.profiles.sheet import UnknownIdError
from hanbench.profiles.sourced import Source

KINDS: dict[str, type[DeviceProfile]] = {
    "hub": HubProfile,
    "esme": EsmeProfile,
    "gsme": GsmeProfile,
    "ihd": IhdProfile,
    "repeater": RepeaterProfile,
}


@pytest.mark.parametrize("name", devices.ids())
def test_a_device_is_named_as_its_file_and_of_the_kind_in_its_name(name):
    device = devices.shipped(name).values
    assert device.id == name
    assert type(device) is KINDS[name.rpartition("-")[2]]


@pytest.mark.parametrize("name", devices.ids())
def test_what_is_stated_or_inferred_names_a_document(name):
    for fact in devices.shipped(name).facts:
        assert (fact.reference == "no public source") <= (fact.source is Source.ASSUMED), fact.key


@pytest.mark.parametrize("name", devices.ids())
def test_what_is_inferred_gives_its_reasoning(name):
    assert [fact.key for fact in devices.shipped(name).facts if fact.source is Source.INFERRED and not fact.note] == []


@pytest.mark.parametrize("cohort", [Cohort.IOC, Cohort.MOC_SECURE])
def test_a_cohort_furnishes_a_home_of_its_own_devices(cohort):
    home = cohorts.household(cohort)
    assert home.cohort is cohort
    for role, kind in KINDS.items():
        device = getattr(home, role)
        assert type(device) is kind
        assert device.id == (f"{cohort.value}-{role}" if role != "repeater" else "generic-repeater")


def test_the_makers_codes_are_those_of_the_public_lists():
    codes = {name: devices.shipped(name).values.manufacturer_code for name in devices.ids()}
    assert {name: codes[name] for name in ("moc-secure-hub", "moc-secure-esme", "moc-secure-gsme")} == {
        "moc-secure-hub": 0x1031,
        "moc-secure-esme": 0x1031,
        "moc-secure-gsme": 0x1031,
    }
    assert codes["ioc-esme"] == codes["ioc-gsme"] == 0x1057


@pytest.mark.parametrize("name", devices.ids())
def test_a_makers_code_is_no_surer_than_the_maker(name):
    certainty = [Source.ASSUMED, Source.INFERRED, Source.STATED]
    source = {fact.key: fact.source for fact in devices.shipped(name).facts}
    assert certainty.index(source["manufacturer_code"]) <= certainty.index(source["maker"])


def test_a_gas_meter_wakes_and_a_display_reads_as_often_as_gb_sources_say():
    for cohort in (Cohort.IOC, Cohort.MOC_SECURE):
        home = cohorts.household(cohort)
        assert home.gsme.sleep.wake_interval_s == 1800
        assert (home.ihd.electricity_interval_s, home.ihd.gas_interval_s) == (10, 1800)


def test_a_sleeper_polls_well_within_what_its_parent_keeps_frames_for():
    for cohort in (Cohort.IOC, Cohort.MOC_SECURE):
        assert cohorts.household(cohort).gsme.sleep.poll_interval_ms < 7680 / 4


@pytest.mark.parametrize("cohort", Cohort)
def test_every_cohort_that_a_scenario_may_name_has_a_home(cohort):
    assert cohorts.household(cohort).cohort is cohort


def test_a_cohort_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(UnknownIdError, match="no cohort 'fic'; there are foc, ioc, moc-mds, moc-secure"):
        cohorts.shipped("fic")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"ioc-gsme"', '"ioc-gmse"'), r"devices\.gsme: no device 'ioc-gmse'; .*; did you mean ioc-gsme\?"),
        (('"ioc-gsme"', '"ioc-esme"'), r"devices\.gsme: expected a device of kind gsme, found ioc-esme of kind esme"),
    ],
)
def test_a_home_with_the_wrong_device_in_a_place_is_refused(write, change, said):
    path = write(cohorts.path_of("ioc").read_text(encoding="utf-8").replace(*change))
    with pytest.raises(ProfileError, match=said):
        cohorts.furnish(cohorts.read_cohort(path).values, path)


HUB = 'based_on = "generic-hub"\nid = "own"\ntitle = "A hub of my own"\n'
FACT = 'source = "assumed", reference = "test"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[mirrors]\nfirst_endpoint = {{ value = 238, {FACT} }}", "mirrors: expected the last .* 240, found 241"),
        (f"endpoint = {{ value = 33, {FACT} }}", "mirrors: expected endpoints other than the hub's own 33"),
        (f"[radio]\nchannels = {{ value = [11, 11], {FACT} }}", "radio.channels: expected each channel once"),
        (f"[radio]\nchannels = {{ value = [27], {FACT} }}", r"radio.channels.value\[0\]: .* <= 26, found 27"),
    ],
)
def test_values_that_do_not_go_together_are_refused(write, text, said):
    path = write(HUB + text)
    with pytest.raises(ProfileError, match=said):
        devices.read_device(path)


def test_the_schema_files_are_those_of_the_models():
    current = {path: path.read_text(encoding="utf-8") for path in (*schemas.FOLDER.glob("*.json"), schemas.VOCABULARY)}
    assert current == schemas.texts(), "run `make docs`"
