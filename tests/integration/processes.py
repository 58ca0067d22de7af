"""What the system says of the processes of a CA."""

import os
import socket
import time


def read(pid, name):
    with open("/proc/%d/%s" % (pid, name), "rb") as file:
        return file.read()


def children(pid):
    """The pids of its children, those of all its threads."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            found += [int(child) for child in read(pid, "task/%s/children" % task).split()]
        except FileNotFoundError:
            pass  # the thread has ended
    return found


def bootstrap_process(server_pid):
    """The pid of the process of the bootstrap port, or None."""
    for child in children(server_pid):
        try:
            if b"bootstrap-port" in read(child, "cmdline"):
                return child
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
    return None


def is_alive(pid):
    try:
        return b"\nState:\tZ" not in read(pid, "status")
    except FileNotFoundError:
        return False


def wait_until(condition, seconds):
    """The first true value of condition(), or its last one."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)


def refuses(port):
    """Whether nobody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return False
    except ConnectionRefusedError:
        return True


def cpu_seconds(pid):
    """Of all its threads, so far."""
    fields = read(pid, "stat").rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid):
    return int(next(line for line in read(pid, "status").split(b"\n")
                    if line.startswith(b"VmRSS")).split()[1])


def open_files(pid):
    found = []
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            found.append(os.readlink("/proc/%d/fd/%s" % (pid, name)))
        except FileNotFoundError:
            pass
    return found


def memory(pid):
    """The octets of each readable mapping."""
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as file:
        for line in read(pid, "maps").decode().splitlines():
            span, rights = line.split()[:2]
            if "r" not in rights:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                file.seek(start)
                yield file.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue  # guard pages, the kernel's own
