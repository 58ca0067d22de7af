"""The cheat sheet as data: which commands of which program do the same job."""

import re
from typing import NamedTuple

from tests.pages import extract

OURS = "fleetca"
# Programs whose way stands beside ours and is run, and those that are only shown.
OTHERS = ("openssl", "keytool", "certutil")
SHOWN = ("step", "vault", "cp")

_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?!job )([^|]+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


class Job(NamedTuple):
    """The commands of a block, by whose they are: "" for what both need beforehand."""
    name: str
    commands: list  # of extract.Command, in the page's order
    by: dict  # program -> [extract.Command]
    shown: list  # comments that are a command of a program which is not run

    def theirs(self):
        return [command for program in OTHERS for command in self.by.get(program, [])]

    def ours(self):
        return self.by.get(OURS, [])


def _job(name, script, first_line):
    """A line "# openssl" begins what is openssl's."""
    found = Job(name, [], {}, [])
    program, part, start = "", "", first_line

    def end():
        commands = extract.commands(part, start)
        found.by.setdefault(program, []).extend(commands)
        found.commands.extend(commands)
    for number, line in enumerate(script.splitlines(True), first_line):
        marker = line[2:].strip() if line.startswith("# ") else ""
        if marker in OTHERS + (OURS,):
            end()
            program, part, start = marker, "", number + 1
            continue
        if marker.split(" ")[0] in SHOWN:
            found.shown.append(marker)
        part += line
    end()
    return found


def jobs(page):
    """The block below each heading, as a Job; a heading has one at most."""
    headings = list(_HEADING.finditer(page))
    # A comment of a script looks like a heading.
    fences = [(fence.start(), fence.end()) for fence in _FENCE.finditer(page)]
    headings = [heading for heading in headings
                if not any(start < heading.start() < end for start, end in fences)]
    found = []
    for fence in _FENCE.finditer(page):
        above = [heading for heading in headings if heading.start() < fence.start()]
        name = above[-1].group(2)
        if any(job.name == name for job in found):
            raise ValueError("two blocks below the heading %r" % name)
        found.append(_job(name, fence.group(1), page.count("\n", 0, fence.start(1)) + 1))
    return found


def counts(page):
    """What the table at the end says: job -> (openssl, fleetca)."""
    return {name.strip(): (int(theirs), int(ours)) for name, theirs, ours in _ROW.findall(page)}
