"""Finds classes that the tree defines more than once (the one-definition rule of C++).

The linker takes two classes of one name in one namespace for one, and keeps one destructor for both. No compiler sees
that, as none reads both.
"""

import collections
import os
import re

from tests.layering import checker

# Defined again by tests that may not include the real one: each says so, and no program links two of them.
AGAIN = {
    "fleetca::x509::PreparedMaker": ["base/prepared_test.cc", "signer/testing/prepared_maker.h",
                                     "x509/prepared_maker.h"],
}

_NAMESPACE = re.compile(r"(?:inline )?namespace(?: ([\w:]+))? \{$")
_CLASS = re.compile(r"(?:class|struct|union|enum(?: class| struct)?) (\w+)(?!\w|<|::)")


def definitions(text):
    """The classes that the text defines, with line and namespaces, but for those of unnamed namespaces."""
    found = []
    namespaces = []
    lines = checker.without_comments(text).split("\n")
    for number, (line, raw) in enumerate(zip(lines, text.split("\n")), 1):
        line = line.rstrip()
        opened = _NAMESPACE.match(line)
        if opened:
            namespaces.append(opened.group(1))
        elif raw.startswith("}  // namespace") and namespaces:
            namespaces.pop()
        elif None not in namespaces and (named := _CLASS.match(line)):
            rest = "\n".join([line] + lines[number:number + 5])
            if "{" in rest[:rest.find(";")]:
                found.append((number, "::".join(namespaces + [named.group(1)])))
    return found


def check_files(texts):
    """Findings in {path: text}."""
    places = collections.defaultdict(list)
    for path in sorted(texts):
        for line, name in definitions(texts[path]):
            places[name].append((path, line))
    findings = []
    for name, at in sorted(places.items()):
        if len(at) > 1 and [path for path, _ in at] != AGAIN.get(name):
            path, line = at[-1]
            findings.append(
                checker.Finding(path, line, "one-definition",
                                "%s is defined in %s as well; name one of them otherwise" % (name, at[0][0])))
    return findings


def check_tree(root):
    texts = {}
    for path in checker.sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            texts[path] = source.read()
    return check_files(texts)
