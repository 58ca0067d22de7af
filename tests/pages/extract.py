"""The commands in documents and in --help: what a newcomer would paste, command by command."""

import re
import subprocess
from typing import NamedTuple

_FENCE = re.compile(r"^```sh[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
# Every block, also one within a list, with its indentation and language.
_ANY_FENCE = re.compile(r"^([ \t]*)```([^`\n]*)\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
# The languages of blocks whose lines a reader may paste into a shell.
_PASTED = ("", "sh", "bash", "shell", "console")
_PROGRAM = re.compile(r"(^|[\s$(|&;])fleetca ")
_EXAMPLES = re.compile(r"^Examples:\n(.*)", re.MULTILINE | re.DOTALL)
# A comment that says, to the reader as well, that the command is meant to fail.
_REFUSED = re.compile(r"(^|\s)# refused: \S")


class Command(NamedTuple):
    """One command with its line breaks. `line` counts from 1 in the page."""
    line: int
    text: str

    @property
    def refused(self):
        return bool(_REFUSED.search(self.text))


def _is_whole(text):
    """Whether bash would run it now, or ask for the next line."""
    if text.rstrip("\n").endswith("\\"):
        return False
    checked = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    # A here-document that has not ended is only warned of.
    return checked.returncode == 0 and b"here-document" not in checked.stderr


def commands(script, first_line=1):
    """The commands of a script, as bash would take them one after the other from a terminal. Comments alone are none."""
    found = []
    text, start = "", first_line
    for number, line in enumerate(script.splitlines(True), first_line):
        if not text and (not line.strip() or (line.lstrip().startswith("#") and not _REFUSED.search(line))):
            continue
        if not text:
            start = number
        text += line
        # "# refused: ..." on a line of its own is about the command below it.
        if text.lstrip().startswith("#") and "\n" not in text.rstrip("\n"):
            continue
        if _is_whole(text):
            found.append(Command(start, text))
            text = ""
    if text:
        raise ValueError("line %d: this command has no end: %s" % (start, text))
    return found


def page_commands(page):
    """The commands of all ```sh blocks of a Markdown text, in their order."""
    found = []
    for block in _FENCE.finditer(page):
        found += commands(block.group(1), page.count("\n", 0, block.start(1)) + 1)
    return found


def overlooked(page):
    """Lines with commands of fleetca in blocks that page_commands passes over: without a language, or within a list."""
    found = []
    for block in _ANY_FENCE.finditer(page):
        indentation, language = block.group(1), block.group(2).strip()
        if language not in _PASTED or (language == "sh" and not indentation):
            continue
        first_line = page.count("\n", 0, block.start(3)) + 1
        for number, line in enumerate(block.group(3).splitlines(), first_line):
            if _PROGRAM.search(line):
                found.append("line %d: %s" % (number, line.strip()))
    return found


def help_examples(text):
    """The commands under "Examples:" of a --help. A line that ends with a colon is words about what follows."""
    examples = _EXAMPLES.search(text)
    if examples is None:
        return []
    lines = []
    continued = False
    for line in examples.group(1).splitlines():
        if line and not line.startswith("  "):
            break  # more words after the examples
        words = not continued and line.rstrip().endswith(":")
        continued = line.endswith("\\")
        lines.append("" if words else line)
    return commands("\n".join(lines) + "\n")


def command_paths(run_help):
    """Every command there is, by asking for help from the top: [["cert"], ["cert", "issue"], ...].

    `run_help` takes a list of words and gives the text of their --help.
    """
    found = []
    waiting = [[]]
    while waiting:
        path = waiting.pop(0)
        listed = re.search(r"^Subcommands:\n((?:  .*\n?)*)", run_help(path), re.MULTILINE)
        for name in re.findall(r"^  ([a-z][a-z0-9-]*)(?:\s|$)", listed.group(1) if listed else "", re.MULTILINE):
            found.append(path + [name])
            waiting.append(path + [name])
    return found
