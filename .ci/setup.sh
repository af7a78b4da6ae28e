#!/usr/bin/env bash
# Make .venv. `setup.sh core`: what hanbench needs to run and to serve; `setup.sh test`: what tests and linters need as well.
# A run that finds the work done does nothing and needs no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/machine.sh

readonly VENV=.venv
MODE=${1:-core}
# What was once set up for tests stays so.
[[ $MODE == core && -f $VENV/.test.stamp ]] && MODE=test
readonly MODE
case $MODE in
core) readonly WHAT='.[serve]' DONE_BY="core test" ;;
test) readonly WHAT='.[test,lint]' DONE_BY=test ;;
*) die "usage: .ci/setup.sh core|test" ;;
esac

# The folder belongs to the stamp: a virtual environment that was moved does not work.
stamp=$({ pwd && cat pyproject.toml constraints.txt .ci/setup.sh; } | sha256sum | cut -d' ' -f1)
if "$VENV/bin/python" -c '' 2>/dev/null; then
    for mode in $DONE_BY; do
        [[ $(cat "$VENV/.$mode.stamp" 2>/dev/null) == "$stamp" ]] && exit 0
    done
fi

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [[ -n $candidate ]] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

python=$(find_python) || {
    install_packages python3 || true
    python=$(find_python) || die "Python 3.11 or later is needed; install it, or name it: PYTHON=/path/to/python3 make ..."
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install_packages python3-venv || true
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        die "$python cannot make virtual environments; install its venv package (Debian: apt-get install python3-venv)"
fi

say "setting up $VENV ($MODE) with $("$python" --version)"
"$python" -m venv --clear "$VENV"

pip_install -e "$WHAT"
echo "$stamp" >"$VENV/.$MODE.stamp"
