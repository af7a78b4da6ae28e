#!/usr/bin/env bash
# Get the programs that judge our frames in tests: tshark, and zigbee-on-host (GPL-3; a process of its own, never part
# of hanbench) in .judges. One that cannot be had is named, with the tests that will be skipped; with
# HANBENCH_REQUIRE_JUDGES=1 that is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/machine.sh

readonly FOLDER=${HANBENCH_JUDGES:-.judges} READER=zigbee-on-host READER_VERSION=0.2.4
have() { command -v "$1" >/dev/null; }

go_without() {
    [[ ${HANBENCH_REQUIRE_JUDGES:-} != 1 ]] || die "$1"
    say "$1: $2 will be skipped"
}

reader_is_there() {
    grep -qs "\"version\": *\"$READER_VERSION\"" "$FOLDER/node_modules/$READER/package.json"
}

wanted=()
have tshark || wanted+=(tshark)
if ! reader_is_there; then
    have npm || wanted+=(npm)
fi
have node || wanted+=(nodejs)
((${#wanted[@]} == 0)) || install_packages "${wanted[@]}" ||
    say "may not or cannot install ${wanted[*]}; as root: apt-get install ${wanted[*]}"

have tshark || go_without "tshark is not installed" "tests in which tshark dissects our captures"
if ! have node; then
    go_without "node is not installed" "tests in which $READER reads our frames"
elif ! reader_is_there; then
    if have npm; then
        say "installing $READER $READER_VERSION into $FOLDER"
        npm install --prefix "$FOLDER" --silent --no-audit --no-fund "$READER@$READER_VERSION" </dev/null >&2 || true
    fi
    reader_is_there || go_without "$READER could not be installed" "tests in which it reads our frames"
fi
