"""Reads the sources and says where they break the layering table."""

import collections
import fnmatch
import os
import re

from tests.layering import build_files
from tests.layering import floors
from tests.layering import rules

Finding = collections.namedtuple("Finding", ["path", "line", "rule", "message"])

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
_STD_STRING_VIEW = re.compile(r"\bstd::(?:w|u8|u16|u32)?string_view\b")
_THREAD = re.compile(r"\b(?:%s)\b" % "|".join(map(re.escape, rules.THREAD_STARTERS)))
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def tops():
    """The folders at the top of the tree that have sources."""
    return sorted({folder.split("/")[0] for folder in floors.FOLDERS})


def sources(root):
    """Paths of our C++ sources under root, relative, sorted."""
    found = []
    for top in tops() + ["proto"]:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".h", ".cc", ".cpp", ".hpp", ".c", ".inc")):
                    found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def without_comments(text):
    """The text with comments blanked out, on the same lines."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def _is_ours(target):
    return target.split("/")[0] in tops()


def _check_ours(path, folder, target):
    allowed = floors.FOLDERS[folder]
    if "*" in allowed:
        return None
    # Only a test links what is for tests.
    if rules.is_for_tests(target):
        return None if rules.is_for_tests(path) else ("test-only", "only a test may include it")
    target_folder = floors.folder_of(target)
    if target_folder == folder or target_folder in allowed:
        return None
    if rules.is_for_tests(path) and (target_folder in floors.below(folder) or
                                     target_folder in floors.TESTS_MAY.get(folder, [])):
        return None
    return ("layer", "%s/ may not include %s/" % (folder, target_folder))


def _check_proto(path, folder):
    allowed = floors.below(folder) if rules.is_for_tests(path) else floors.FOLDERS[folder]
    if "*" in allowed or "proto" in allowed:
        return None
    return ("layer", "%s/ may not include API messages" % folder)


def _check_third_party(path, target):
    for prefix, patterns in rules.THIRD_PARTY.items():
        if target.startswith(prefix):
            if _may(path, patterns):
                return None
            return ("third-party", "%s* may be included only by %s" % (prefix, ", ".join(patterns)))
    if "/" not in target or target.startswith(rules.SYSTEM_PREFIXES):
        return None
    return ("unknown", "no row of THIRD_PARTY in tests/layering/rules.py allows it")


def _check_purity(path, target):
    if not path.startswith("x509/") or rules.is_for_tests(path):
        return None
    if path in rules.X509_MAY.get(target, []):
        return None
    for name in rules.X509_FORBIDDEN:
        if target == name or (name.endswith("/") and target.startswith(name)):
            return ("pure", "x509 is pure: no clock, file, thread or proto")
    return None


def _may(path, patterns):
    """Whether one of the patterns of rules.py holds the file."""
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _check_include(path, folder, target):
    """(rule, sentence) when the file may not include the target."""
    impure = _check_purity(path, target)
    if impure is not None:
        return impure
    if target.startswith(rules.PROTO_PREFIXES):
        return _check_proto(path, folder)
    if target in rules.MAY_INCLUDE and not _may(path, rules.MAY_INCLUDE[target]):
        return ("closed", "only %s may include it" % ", ".join(rules.MAY_INCLUDE[target]))
    if _is_ours(target):
        return _check_ours(path, folder, target)
    if target == "string_view":
        return ("string-view", "absl/strings/string_view.h is the one this absl speaks")
    return _check_third_party(path, target)


def check_text(path, text):
    """Findings of one file."""
    folder = floors.folder_of(path)
    if folder is None:
        return [Finding(path, 1, "folder", "no row of FOLDERS in tests/layering/floors.py holds it")]
    findings = []
    code = without_comments(text)
    for match in _INCLUDE.finditer(code):
        target = match.group(1) or match.group(2)
        broken = _check_include(path, folder, target)
        if broken is not None:
            line = code.count("\n", 0, match.start(match.lastindex)) + 1
            findings.append(Finding(path, line, broken[0], "includes %s: %s" % (target, broken[1])))
    for match in _STD_STRING_VIEW.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        findings.append(
            Finding(path, line, "string-view", "%s: use absl::string_view" % match.group())
        )
    for match in () if _may(path, rules.MAY_START_THREADS) else _THREAD.finditer(code):
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


def check_links(targets):
    """Findings of targets that link, through others, what BARRED keeps from them."""
    findings = []
    for label in sorted(targets):
        package = label[2:].split(":")[0]
        barred = [] if targets[label].for_tests else rules.BARRED.get(package, [])
        way = build_files.way_to(targets, label, barred)
        if way is not None:
            findings.append(Finding(package + "/BUILD.bazel", 1, "link", " -> ".join(way)))
    return findings


def check_tests_are_listed(root):
    """Findings of x_test.cc files that no BUILD file names: nothing would run them."""
    findings = []
    for path in sources(root):
        folder, name = os.path.split(path)
        if name.endswith("_test.cc"):
            with open(os.path.join(root, folder, "BUILD.bazel"), encoding="utf-8") as build:
                if '"%s"' % name[:-len(".cc")] not in build.read():
                    findings.append(Finding(path, 1, "unlisted", "no test of its BUILD file runs it"))
    return findings


def check_floors(folders):
    """Findings of folders that include, by any path, one that includes them."""
    findings = []
    for folder in sorted(folders):
        seen = set()
        waiting = list(folders[folder])
        while waiting:
            lower = waiting.pop()
            if lower not in seen:
                seen.add(lower)
                waiting.extend(folders.get(lower, []))
        if folder in seen:
            findings.append(Finding(folder, 1, "floor", "it includes folders that include it"))
    return findings


def check_tree(root):
    """Findings of all sources under root."""
    findings = []
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            findings.extend(check_text(path, source.read()))
    return (findings + check_floors(floors.FOLDERS) + check_tests_are_listed(root) +
            check_links(build_files.targets(root, tops())))
