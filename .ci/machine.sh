# What the set-up scripts share: talking, and installing system packages where that is allowed.

say() { echo "hanbench: $*" >&2; }
die() {
    say "$*"
    exit 1
}

# As root, or with sudo that asks nothing. Otherwise, and where there is no apt, fails without a word.
install_packages() {
    local as=()
    command -v apt-get >/dev/null || return 1
    if [[ $(id -u) -ne 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        as=(sudo -n)
    fi
    say "installing $*"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >&2 || true
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" </dev/null >&2
}
