"""What the live page takes from others is what its authors published, and may be passed on."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import hanbench.harness.serve

VENDOR = Path(hanbench.harness.serve.__file__).parent / "page" / "vendor"
FROM_NPM = {"preact.js": "72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7"}
"""SHA-256 of package/preact/standalone.module.js in htm-3.1.1.tgz of the npm registry (sha1 49266582be0d...)."""


def test_every_file_of_others_has_its_source_licence_and_hash() -> None:
    told = {each["path"]: each for each in tomllib.loads((VENDOR / "VENDOR.toml").read_text())["file"]}
    assert set(told) == {file.name for file in VENDOR.glob("*.js")} == set(FROM_NPM)
    for name, each in told.items():
        digest = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
        assert digest == each["sha256"] == FROM_NPM[name]
        assert {"version", "source", "licence"} < set(each)
    assert "Apache License" in (VENDOR / "LICENSE-htm").read_text()
    assert "The MIT License" in (VENDOR / "LICENSE-preact").read_text()


def test_the_page_names_no_other_host() -> None:
    for file in VENDOR.parent.rglob("*.*"):
        if file.suffix in {".js", ".css", ".html"}:
            text = file.read_text().replace("http://www.w3.org/", "")  # names of SVG and MathML, never asked
            assert "://" not in text, file
