"""Includes of headers that the target does not link.

Bazel compiles here without its sandbox, so a header in the tree is found whether its library is among the
deps or not; one that protoc makes is found only where it happens to have been made before, and then the
build fails on a machine that starts from nothing.
"""

import collections
import os
import re

from tests.layering import build_files

Finding = collections.namedtuple("Finding", ["path", "line", "rule", "message"])

_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def _offered(found):
    """Header -> the labels of the targets that offer it."""
    offered = {}
    for target in found.values():
        for header in target.headers:
            offered.setdefault(header, []).append(target.label)
    return offered


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

    return check(build_files.targets(root, folders), text_of)
