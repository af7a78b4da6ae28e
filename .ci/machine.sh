# What the set-up scripts share: talking, and installing packages.

say() { echo "hanbench: $*" >&2; }
die() {
    say "$*"
    exit 1
}

# System packages. As root, or with sudo that asks nothing. Otherwise, and where there is no apt, fails without a word.
install_packages() {
    local as=()
    command -v apt-get >/dev/null || return 1
    if [[ $(id -u) -ne 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        as=(sudo -n)
    fi
    say "installing $*"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >&2 || true
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
        install "$@" </dev/null >&2
}

# Python packages, into .venv or the folder VENV, in the versions of constraints.txt; those that build packages too.
pip_install() {
    # A machine's own package sources may be named and absent; that is no news. Errors are, and so is the exit status.
    PIP_CONSTRAINT=$PWD/constraints.txt PIP_BUILD_CONSTRAINT=$PWD/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "${VENV:-.venv}/bin/python" -m pip install --quiet --no-input "$@" 2>&1 </dev/null |
        sed -u '/Location .* is ignored/d' >&2
}
