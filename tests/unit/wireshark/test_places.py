"""What is written where, and what is left alone."""

from __future__ import annotations

import subprocess

import pytest

from hanbench.harness.wireshark import folders, launcher, profile, profile_data
from hanbench.harness.wireshark.interfaces import offered, user_folder
from hanbench.harness.wireshark.profile import ForeignError

BENCH = 'id = "{id}"\ntitle = "{title}"\n[nodes.esme]\n'


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_benches_of_the_users_are_interfaces_and_a_broken_one_is_told(tmp_path):
    user_folder().mkdir(parents=True)
    (user_folder() / "a.toml").write_text(BENCH.format(id="virtual", title="Mine"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(BENCH.format(id="b", title="With {braces}"), encoding="utf-8")
    (tmp_path / "c.toml").write_text("id = 1", encoding="utf-8")
    found, wrong = offered([tmp_path])
    assert {each.name: each.bench.title for each in found}["hanbench-virtual"] == "Mine"
    sentences = [each.sentence for each in found]
    assert "interface {value=hanbench-b}{display=hanbench: b, With (braces)}" in sentences
    assert [str(tmp_path / "c.toml") in str(error) for error in wrong] == [True]


def test_a_bench_offers_only_what_it_can_do():
    found = {each.name: "\n".join(each.options()) for each in offered([])[0]}
    assert "--begins" in found["hanbench-virtual"]
    assert "{value=installed}{display=installed}{default=true}" in found["hanbench-virtual"]
    assert "--speed" in found["hanbench-virtual"]
    assert "--begins" not in found["hanbench-coordinator"]
    assert "--speed" not in found["hanbench-coordinator"]


def test_a_launcher_passes_its_arguments_on_and_survives_spaces(tmp_path):
    folder = tmp_path / "with space's"
    folder.mkdir()
    path = tmp_path / "extcap" / "hanbench"
    launcher.write(path, tmp_path / "pro file", [folder])
    script = path.read_text(encoding="utf-8").replace("exec ", "printf '%s\\n' ")
    said = subprocess.run(["sh", "-c", script, "sh", "--last one"], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-5:] == [
        "--profile",
        str(tmp_path / "pro file"),
        "--benches",
        str(folder),
        "--last one",
    ]
    assert path.stat().st_mode & 0o111 == 0o111
    assert launcher.remove(path)
    assert not path.exists()


def test_a_program_of_somebody_elses_is_left(tmp_path):
    path = tmp_path / "hanbench"
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(ForeignError, match="not made by hanbench"):
        launcher.write(path, tmp_path, [])
    assert not launcher.remove(path)
    assert path.read_text(encoding="utf-8") == "#!/bin/sh\n"


def test_a_profile_of_somebody_elses_is_left(tmp_path):
    folder = tmp_path / "hanbench"
    folder.mkdir()
    (folder / "preferences").write_text("mine\n", encoding="utf-8")
    with pytest.raises(ForeignError, match="not made by hanbench"):
        profile.write(folder, [])
    assert profile.remove(folder) == []
    assert [path.name for path in folder.iterdir()] == ["preferences"]


def test_a_profile_that_was_killed_before_it_was_marked_is_written_again(tmp_path):
    folder = tmp_path / "hanbench"
    folder.mkdir()
    (folder / f".{profile.MARK}.new").touch()
    profile.write(folder, offered([])[0])
    assert {path.name for path in folder.iterdir()} == {*profile.WRITTEN, profile.MARK, "zigbee_pc_keys"}


def test_a_profile_goes_without_a_trace(tmp_path):
    folder = tmp_path / "hanbench"
    profile.write(folder, offered([])[0])
    assert {path.name for path in folder.iterdir()} == {*profile.WRITTEN, profile.MARK, "zigbee_pc_keys"}
    assert profile.remove(folder) == []
    assert not folder.exists()


def test_where_nobody_can_be_asked_the_manual_holds(tmp_path):
    assert folders.by_default({}, tmp_path) == tmp_path / ".config" / "wireshark"
    assert folders.by_default({"XDG_CONFIG_HOME": "/x"}, tmp_path).as_posix() == "/x/wireshark"
    assert folders.by_default({"WIRESHARK_CONFIG_DIR": "/y", "XDG_CONFIG_HOME": "/x"}, tmp_path).as_posix() == "/y"
    (tmp_path / ".wireshark").mkdir()
    assert folders.by_default({}, tmp_path) == tmp_path / ".wireshark"


@pytest.mark.parametrize(
    ("said", "extcap"),
    [
        ("Personal configuration:\t/c\nPersonal Extcap path:\t/e\n", "/e"),
        ("Personal configuration:\t/c\nExtcap path:\t/usr/e\n", "/c/extcap"),
    ],
    ids=["4.2 and later", "before 4.2"],
)
def test_wireshark_is_asked_where_its_folders_are(tmp_path, monkeypatch, said, extcap):
    program = tmp_path / "tshark"
    program.write_text(f"#!/bin/sh\n[ \"$*\" = '-G folders' ] && printf '%s' '{said}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = folders.find()
    assert found.profile.as_posix() == "/c/profiles/hanbench"
    assert found.launcher.as_posix() == f"{extcap}/hanbench"


def test_without_any_gas_meter_no_frame_is_its_own():
    assert profile_data.of_gsme([], []) == "(frame.number == 0)"
    long = "70:b3:d5:1f:f0:00:00:03"
    expected = f"(zbee.sec.src64 in {{{long}}} || wpan.addr64 in {{{long}}} || wpan.addr16 in {{0x1234}})"
    assert profile_data.of_gsme([0x70B3D51FF0000003], [0x1234]) == expected
