#!/bin/sh
# Gets what a bare machine lacks: the virtual environment from a lock file, and a RabbitMQ server.
#
#   deploy/bootstrap.sh venv LOCK STAMP   make the environment that STAMP is in with what LOCK lists, then leave STAMP
#   deploy/bootstrap.sh broker            find RabbitMQ, or install it without ever starting the system's own node
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "错误 Error: $1"; say "下一步 Next: $2"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# Run a command as root; without a terminal sudo must not wait for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif ! has sudo; then return 1
    elif [ -t 0 ]; then sudo "$@"
    else sudo -n "$@"
    fi
}

install_debs() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2 && return
    as_root apt-get update -q >&2 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# A distribution builds its Python with profiles of what programs do; one that was built by hand seldom is, and takes a tenth more
# CPU and more (ADR 103). The distribution's can only be used where it can make an environment without installing anything.
distributed() { /usr/bin/python3 -c 'import ensurepip' 2>/dev/null && printf /usr/bin/python3; }

find_python() {
    for python in ${PYTHON:-} $(distributed) python3 python3.14 python3.13 python3.12 python3.11; do
        if has "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$python"
            return
        fi
    done
    die "Python 3.11 or newer is needed and none was found." "install one, or name it: make PYTHON=/path/to/python3.12 …"
}

make_venv() {
    lock=$1 stamp=$2 venv=$(dirname "$2")
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        rm -rf "$venv"
        say "建立虚拟环境 Making $venv with $("$python" --version)"
        # Debian and Ubuntu ship Python without the module that puts pip into an environment.
        if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
            rm -rf "$venv"
            version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
            has apt-get || die "'$python -m venv' does not work here." "install your system's package for Python's venv module"
            install_debs "$version" || die "$version cannot be installed." "as root: apt-get install $version"
            "$python" -m venv "$venv"
        fi
    fi
    say "安装依赖 Installing what $lock lists"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input --require-hashes -r "$lock"
    # The package itself is used where it stands. A path file and a launcher need no build tools from the network.
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    pwd >"$site/huiying.pth"
    printf '#!/bin/sh\nexec "%s/bin/python" -m services "$@"\n' "$(pwd)/$venv" >"$venv/bin/huiying"
    chmod +x "$venv/bin/huiying"
    rm -f "$venv"/.run-* "$venv"/.dev-*
    touch "$stamp"
}

POLICY=/usr/sbin/policy-rc.d

# Debian starts a service when it is installed; a policy file prevents that during the installation.
forbid_starting() {
    aside=
    if [ -e "$POLICY" ]; then
        aside=$POLICY.huiying
        as_root mv "$POLICY" "$aside"
    fi
    trap allow_starting EXIT INT TERM
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
}

allow_starting() {
    trap - EXIT INT TERM
    as_root rm -f "$POLICY"
    [ -z "$aside" ] || as_root mv "$aside" "$POLICY"
}

find_broker() {
    for folder in /usr/lib/rabbitmq/bin /usr/sbin /usr/local/sbin /opt/homebrew/sbin /opt/homebrew/opt/rabbitmq/sbin; do
        [ ! -x "$folder/rabbitmq-server" ] || return 0
    done
    has rabbitmq-server
}

get_broker() {
    [ -z "${HUIYING_BROKER_URL:-}" ] || return 0
    find_broker && return
    say "安装 RabbitMQ Installing RabbitMQ (its own service is not started; Huiying runs a private node)"
    other="start one elsewhere and name it: HUIYING_BROKER_URL=amqp://user:password@host:5672/huiying"
    if has apt-get; then
        as_root true || die "RabbitMQ is missing and installing it needs root." "as root: apt-get install rabbitmq-server; or $other"
        forbid_starting
        install_debs rabbitmq-server || die "rabbitmq-server cannot be installed." "look at apt's words above; or $other"
        allow_starting
        # It was installed for us only, so it must not start at the next boot either.
        ! has systemctl || as_root systemctl disable rabbitmq-server >/dev/null 2>&1 || true
    elif has brew; then
        brew install rabbitmq >&2 || die "brew could not install rabbitmq." "look at its words above; or $other"
    else
        die "RabbitMQ is missing and neither apt-get nor brew is here." "install RabbitMQ 3.10 or newer with your system's packages; or $other"
    fi
    find_broker || die "RabbitMQ was installed, but its rabbitmq-server is not where it was looked for." "$other"
}

case "${1:-}" in
    venv) make_venv "$2" "$3" ;;
    broker) get_broker ;;
    *) die "unknown: ${1:-nothing}" "deploy/bootstrap.sh venv LOCK STAMP | broker" ;;
esac
