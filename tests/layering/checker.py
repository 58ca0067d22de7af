"""Reads the sources and says where they break the layering table."""

import collections
import fnmatch
import os
import re

from tests.layering import build_files
from tests.layering import rules

Finding = collections.namedtuple("Finding", ["path", "line", "rule", "message"])

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
_STD_STRING_VIEW = re.compile(r"\bstd::(?:w|u8|u16|u32)?string_view\b")
_THREAD = re.compile(r"\b(?:%s)\b" % "|".join(map(re.escape, rules.THREAD_STARTERS)))
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def _tops():
    return sorted({folder.split("/")[0] for folder in rules.FOLDERS})


def sources(root):
    """Paths of our C++ sources under root, relative, sorted."""
    found = []
    for top in _tops() + ["proto"]:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".h", ".cc", ".cpp", ".hpp", ".c", ".inc")):
                    found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def _without_comments(text):
    """The text with comments blanked out, on the same lines."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def _is_ours(target):
    return target.split("/")[0] in _tops()


def _check_ours(path, folder, target, tests):
    allowed = rules.FOLDERS[folder]
    if "*" in allowed:
        return None
    target_folder = rules.folder_of(target)
    if target_folder == "tests" and path in tests:
        return None
    if target_folder not in allowed:
        return ("layer", "%s/ may not include %s/" % (folder, target_folder))
    # Only a test links what is for tests.
    if target in tests and path not in tests:
        return ("test-only", "only a test may include it")
    return None


def _check_proto(folder):
    allowed = rules.FOLDERS[folder]
    if "*" in allowed or "proto" in allowed:
        return None
    return ("layer", "%s/ may not include API messages" % folder)


def _check_third_party(path, target, tests):
    for prefix, patterns in rules.THIRD_PARTY.items():
        if target.startswith(prefix):
            if _may(path, patterns, tests):
                return None
            return ("third-party", "%s* may be included only by %s" % (prefix, ", ".join(patterns)))
    if "/" not in target or target.startswith(rules.SYSTEM_PREFIXES):
        return None
    return ("unknown", "no row of THIRD_PARTY in tests/layering/rules.py allows it")


def _check_purity(path, target, tests):
    if not path.startswith("x509/") or path in tests:
        return None
    for name in rules.X509_FORBIDDEN:
        if target == name or (name.endswith("/") and target.startswith(name)):
            return ("pure", "x509 is pure: no clock, file, thread or proto")
    return None


def _may(path, patterns, tests):
    """Whether one of the patterns of rules.py holds the file."""
    if rules.TEST_FILES in patterns and path in tests:
        return True
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _check_include(path, folder, target, tests):
    """(rule, sentence) when the file may not include the target."""
    impure = _check_purity(path, target, tests)
    if impure is not None:
        return impure
    if target.startswith(rules.PROTO_PREFIXES):
        return _check_proto(folder)
    if _is_ours(target):
        return _check_ours(path, folder, target, tests)
    if target == "string_view":
        return ("string-view", "absl/strings/string_view.h is the one this absl speaks")
    return _check_third_party(path, target, tests)


def check_text(path, text, tests=frozenset()):
    """Findings of one file; `tests` are the paths that only tests link."""
    folder = rules.folder_of(path)
    if folder is None:
        return [Finding(path, 1, "folder", "no row of FOLDERS in tests/layering/rules.py holds it")]
    findings = []
    code = _without_comments(text)
    for match in _INCLUDE.finditer(code):
        target = match.group(1) or match.group(2)
        broken = _check_include(path, folder, target, tests)
        if broken is not None:
            line = code.count("\n", 0, match.start(match.lastindex)) + 1
            findings.append(Finding(path, line, broken[0], "includes %s: %s" % (target, broken[1])))
    for match in _STD_STRING_VIEW.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        findings.append(
            Finding(path, line, "string-view", "%s: use absl::string_view" % match.group())
        )
    for match in () if _may(path, rules.MAY_START_THREADS, tests) else _THREAD.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        findings.append(
            Finding(path, line, "thread", "%s throws where no thread is left: use Thread of "
                    "base/thread.h" % match.group())
        )
    length = text.count("\n")
    if length > rules.TOO_LONG_FILE:
        findings.append(
            Finding(path, length, "length", "%d lines: split it, a file is one idea" % length)
        )
    return findings


def long_files(root):
    """(path, lines) of sources worth a look: long, and not yet too long."""
    found = []
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            length = source.read().count("\n")
        if rules.LONG_FILE < length <= rules.TOO_LONG_FILE:
            found.append((path, length))
    return found


def check_links(graph):
    """Findings of targets that link, through others, what BARRED keeps from them."""
    findings = []
    for label in sorted(graph):
        package = label[2:].split(":")[0]
        way = build_files.way_to(graph, label, rules.BARRED.get(package, []))
        if way is not None:
            findings.append(Finding(package + "/BUILD.bazel", 1, "link", " -> ".join(way)))
    return findings


def check_tree(root):
    """Findings of all sources under root."""
    tests = build_files.test_files(root, _tops())
    findings = []
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            findings.extend(check_text(path, source.read(), tests))
    return findings + check_links(build_files.dependencies(root, _tops()))
