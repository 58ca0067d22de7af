"""Includes of headers that the target does not link, and imports of modules that it does not have.

Bazel compiles here without its sandbox, so a header in the tree is found whether its library is among the
deps or not; one that protoc makes is found only where it happens to have been made before, and then the
build fails on a machine that starts from nothing.
"""

import collections
import os
import re

from tests.layering import build_files

Finding = collections.namedtuple("Finding", ["path", "line", "rule", "message"])

_IMPORT = re.compile(r"^from (tests(?:\.\w+)*) import (\w+(?:, \w+)*)$", re.MULTILINE)
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def _offered(found):
    """Header -> the labels of the targets that offer it."""
    offered = {}
    for target in found.values():
        for header in target.headers:
            offered.setdefault(header, []).append(target.label)
    return offered


def check_imports(found, text_of):
    """The same of the tests in Python, which import from the tree as "from tests.folder import module"."""
    findings = []
    for label in sorted(found):
        sources = [path for path in found[label].sources if path.endswith(".py")]
        for path in sources:
            text = text_of(path) or ""
            for match in _IMPORT.finditer(text):
                place = match.group(1).replace(".", "/")
                # A name of a module, or modules of a folder.
                wanted_files = [place + ".py"] if text_of(place + ".py") is not None else [
                    "%s/%s.py" % (place, module) for module in match.group(2).split(", ")]
                for wanted in wanted_files:
                    if wanted not in sources:
                        findings.append(Finding(
                            path, text.count("\n", 0, match.start(1)) + 1, "undeclared",
                            "imports %s, and the deps of %s lack it" % (wanted, label)))
    return findings


def check(found, text_of):
    """Findings of the targets; `text_of` gives the text of a path, or None where there is no such file."""
    offered = _offered(found)
    findings = []
    for label in sorted(found):
        target = found[label]
        reached = set(target.sources)
        for linked in build_files.linked_by(found, label):
            reached.update(linked.headers)
        for path in target.sources + target.headers:
            text = text_of(path) or ""
            for match in _INCLUDE.finditer(text):
                header = match.group(1)
                if header in offered and header not in reached:
                    findings.append(Finding(
                        path, text.count("\n", 0, match.start(1)) + 1, "undeclared",
                        "includes %s, and the deps of %s lack %s" % (
                            header, label, " or ".join(offered[header]))))
    return findings


def check_tree(root, folders):
    """Findings of all targets under the folders of root."""

    def text_of(path):
        full = os.path.join(root, path)
        if not os.path.isfile(full):
            return None
        with open(full, encoding="utf-8") as source:
            return source.read()

    found = build_files.targets(root, folders)
    return check(found, text_of) + check_imports(found, text_of)
