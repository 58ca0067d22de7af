"""Runs commands as somebody who pastes them: into one shell, in a fresh folder, in their order, without waits.

Each command must succeed, unless it says "# refused: ..." and then it must fail. Where the system allows it the shell
has a network, a process table and a /tmp of its own, so that the ports and paths of a page are free and what it starts
in the background ends with it. Elsewhere the ports are replaced by free ones.
"""

import functools
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from typing import NamedTuple

SECONDS = 180
# What pages listen on; replaced where there is no network of one's own.
PORTS = ("8443", "8444", "8080", "50051", "9101", "9102")

_LOOPBACK_UP = """/usr/bin/python3 -c '
import fcntl, socket, struct
with socket.socket() as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x49))  # SIOCSIFFLAGS: up, running
'
"""

# Stands for Bazel: what a page builds is there already.
_BAZEL = """#!/usr/bin/env bash
set -euo pipefail
verb=$1; shift
while [[ ${1-} == --* && $1 != -- ]]; do shift; done
file() {
  local target=${1#//}
  case $target in *:*) target=${target/:/\\/} ;; *) target=$target/${target##*/} ;; esac
  echo "bazel-bin/${target#/}"
}
case $verb in
  build) for label; do test -x "$(file "$label")" || { echo "not among the test's data: $label" >&2; exit 1; }; done ;;
  run) program=$PWD/$(file "$1"); shift; [[ ${1-} != -- ]] || shift; exec "$program" "$@" ;;
  *) echo "not for a page: bazel $verb" >&2; exit 1 ;;
esac
"""


class Outcome(NamedTuple):
    """`failure` is None when every command ended as it should, else a text with the line and what was said."""
    failure: object
    out: str
    err: str


def _unshare(user=False):
    """The command that runs another one apart from everybody, or None where the system does not let us."""
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    return command


@functools.lru_cache(maxsize=None)
def isolated():
    """Whether a shell can have a network and a process table of its own here."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(_unshare() + ["bash", "-ec", _LOOPBACK_UP], capture_output=True, check=False)
    return tried.returncode == 0


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def with_free_ports(text, ports=None):
    """The same commands on other ports. `ca init` without --listen takes a fixed port by itself, so it is told another."""
    ports = ports or {port: _free_port() for port in PORTS}
    text = re.sub(r"\b(%s)\b" % "|".join(ports), lambda found: ports[found.group(1)], text)
    if re.search(r"\bfleetca ca init\b", text) and "--listen" not in text:
        text = text.replace("fleetca ca init", "fleetca ca init --listen 127.0.0.1:" + ports["8443"], 1)
    return text


def script_of(commands):
    """One bash script that runs the commands and reports the first that does not end as it should."""
    lines = ["shopt -s expand_aliases", "set -o pipefail",
             "__failed() { echo \"page: line $1 ended with $2\" >&2; exit 97; }",
             "__passed() { echo \"page: line $1 was to be refused, and was not\" >&2; exit 97; }"]
    for command in commands:
        text = command.text.rstrip("\n")
        if command.refused:
            lines += ["if {", text, "}; then __passed %d; fi" % command.line]
        else:
            # $? after a background job is 0, as for a person who sees the prompt again.
            lines += [text, "__status=$?; [ $__status = 0 ] || __failed %d $__status" % command.line]
    return "\n".join(lines) + "\n"


def run(commands, folder, programs, files=(), as_user=False, seconds=SECONDS):
    """Runs them in `folder`, which is made if need be.

    `programs` are the runfiles, of which fleetca is the first on the PATH and all are below bazel-bin; `files` are
    (name, path) of what lies in the folder beforehand; `as_user`: not as root, for programs that mind.
    """
    os.makedirs(folder, exist_ok=True)
    tools = tempfile.mkdtemp(prefix="tools-", dir=os.path.dirname(folder))
    for name, text in (("bazel", _BAZEL), ("fleetca", None)):
        path = os.path.join(tools, name)
        if text is None:
            os.symlink(os.path.join(programs, name), path)
            continue
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, 0o755)
    for name, path in (("bazel-bin", programs), *files):
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(path, target)

    if isolated():
        script = script_of(commands)
        if as_user and os.geteuid() == 0:
            # The same owner of files, without what root may do.
            script = "exec unshare --user bash -c %s\n" % shlex.quote(script)
        start = _LOOPBACK_UP
        needed = (folder, os.path.join(programs, "fleetca"))
        if not any(os.path.realpath(path).startswith("/tmp/") for path in needed):
            start += "mount -t tmpfs tmpfs /tmp\n"
        command = _unshare() + ["bash", "-c", start + script]
    else:
        ports = {port: _free_port() for port in PORTS}
        changed = [command._replace(text=with_free_ports(command.text, ports)) for command in commands]
        command = ["bash", "-c", script_of(changed)]

    env = {name: value for name, value in os.environ.items() if not name.startswith(("FLEETCA_", "XDG_"))}
    env.update(PATH=tools + ":" + os.environ["PATH"] + ":/usr/sbin:/sbin", HOME=os.path.join(tools, "home"),
               no_proxy="localhost,127.0.0.1", NO_PROXY="localhost,127.0.0.1")
    os.mkdir(env["HOME"])
    return _wait(command, folder, env, seconds)


def _wait(command, folder, env, seconds):
    # To files, as a server in the background would keep a pipe open.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   start_new_session=True)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        out.seek(0)
        err.seek(0)
        said, words = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if code == 0:
        return Outcome(None, said, words)
    why = "not done after %d seconds" % seconds if code is None else "exit code %d" % code
    return Outcome("%s\n%s" % (why, words[-6000:]), said, words)
