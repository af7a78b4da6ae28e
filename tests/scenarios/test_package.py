"""What is installed from an archive: the same files by either way, one import package, and no harm to its user's tests.

The user's repository is the one of a stranger's case: it has a harness/, a hardware/ and a profiles/ of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path
from shutil import copy

import pytest

from hanbench import __version__

ROOT = Path(__file__).parents[2]
USER_REPOSITORY = {
    "harness/rig.py": "def wire():\n    return 42\n",
    "hardware/pins.py": "PORT = 1\n",
    "profiles/customer.py": "X = 1\n",
    "tests/test_a.py": "from harness.rig import wire\n\n\ndef test_wire():\n    assert wire() == 42\n",
    "tests/test_b.py": "from hardware.pins import PORT\n\n\ndef test_pins():\n    assert PORT == 1\n",
    "tests/test_c.py": "from profiles.customer import X\n\n\ndef test_x():\n    assert X == 1\n",
}


def hatch(kind: str, folder: Path, out: Path) -> Path:
    """Build an archive of the sources in `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that git knows, as they are now."""
    folder = tmp_path_factory.mktemp("sources")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.exists():
            copy(source, target)
    return folder


@pytest.fixture(scope="module")
def sdist(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hatch("sdist", sources, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hatch("wheel", sources, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel_from_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (folder,) = unpacked.iterdir()
    return hatch("wheel", folder, tmp_path_factory.mktemp("wheel-from-sdist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment with the wheel; what hanbench needs is this environment's."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    programs = folder / "bin"
    command: list[str | Path] = [
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    # A folder that a .pth file names is searched, and its own .pth files are not read: the editable hanbench stays out.
    dependencies = Path(pytest.__file__).parent.parent
    (packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    # `pytest` of that environment, as its own installer would have written it.
    pytest_program = programs / "pytest"
    pytest_program.write_text(
        f"#!{programs / 'python'}\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n"
    )
    pytest_program.chmod(0o755)
    return programs


@pytest.fixture
def user_repository(tmp_path: Path) -> Path:
    for name, text in USER_REPOSITORY.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_of_the_sdist_has_the_same_files(wheel: Path, wheel_from_sdist: Path) -> None:
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(wheel_from_sdist) as other:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


def test_one_package_is_installed_with_types_schemas_and_examples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"hanbench", f"hanbench-{__version__}.dist-info"}
    assert {
        "hanbench/py.typed",
        "hanbench/emulator/clock.py",
        "hanbench/profiles/rules/tmad-v19.toml",
        "hanbench/profiles/schemas/scenario.schema.json",
        "hanbench/harness/case/vocabulary.schema.json",
        "hanbench/examples/controller.py",
        "hanbench/examples/controller.mjs",
    } <= set(names)


def test_an_install_without_extras_brings_no_test_tools(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("dist-info/METADATA"))
        needs = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist", [])
    always = {need.split(">")[0].split("<")[0].strip() for need in needs if "extra ==" not in need}
    assert always == {"aiomqtt", "click", "cryptography", "msgspec", "pyserial", "rich", "scapy", "tomli-w"}


@pytest.mark.parametrize("packages", [True, False], ids=["with-init", "without-init"])
@pytest.mark.parametrize("module", [True, False], ids=["python-m-pytest", "pytest"])
def test_its_users_tests_pass_beside_it(installed: Path, user_repository: Path, packages: bool, module: bool) -> None:
    if packages:
        for name in ("harness", "hardware", "profiles", "tests"):
            (user_repository / name / "__init__.py").touch()
    elif not module:
        # `pytest` alone puts only the folder of the tests on the path: without packages, the user says where they are.
        (user_repository / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    pytest_command = (installed / "python", "-m", "pytest") if module else (installed / "pytest",)
    done = run(user_repository, *pytest_command, "-q", "-p", "no:cacheprovider")
    assert "3 passed" in done.stdout, f"{done.stdout}\n{done.stderr}"


def test_it_verifies_and_plays_scenario_files_there(installed: Path, user_repository: Path) -> None:
    pattern = "ioc.dormant.tmad-v19.battery-dead.*"
    done = run(user_repository, installed / "hanbench", "verify", "--only", pattern, "--jobs", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert (user_repository / "hanbench-report" / "report.html").exists()
    shown = run(user_repository, installed / "hanbench", "scenarios", "show", "--file", "dormant-three-failures")
    (user_repository / "tests" / "home.han.toml").write_text(shown.stdout, encoding="utf-8")
    played = run(user_repository, installed / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "4 passed" in played.stdout, f"{played.stdout}\n{played.stderr}"


def test_the_package_is_a_program_and_says_its_version(installed: Path, tmp_path: Path) -> None:
    said = run(tmp_path, installed / "python", "-m", "hanbench", "--version")
    version = run(tmp_path, installed / "python", "-c", "import hanbench; print(hanbench.__version__)")
    assert said.stdout == f"hanbench, version {version.stdout}"
    where = run(tmp_path, installed / "python", "-c", "import hanbench; print(hanbench.__file__)")
    assert str(installed.parent) in where.stdout
