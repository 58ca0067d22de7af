"""How errors are made and passed on: by the table of reasons, and never dropped."""

import os
import re

from tests.layering import checker
from tests.layering import rules

_ROW = re.compile(r'REASON\(\s*k(\w+),\s*"\w+",\s*\\?\s*\(([\w, ]+)\)')
_CONSTRUCTORS = (
    "AlreadyExists",
    "Cancelled",
    "DataLoss",
    "DeadlineExceeded",
    "FailedPrecondition",
    "Internal",
    "InvalidArgument",
    "NotFound",
    "PermissionDenied",
    "ResourceExhausted",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
)
_MADE = re.compile(r"\b(%s)\(\s*Reason::k(\w+)" % "|".join(_CONSTRUCTORS))
_LITERAL_CODE = re.compile(r"\bMakeError\(\s*absl::StatusCode::k\w+")
# What can fail says so by its type: nothing found, or the step of a reader that was not taken.
_CAN_FAIL = re.compile(
    r"^[ \t]*(?:(?:virtual|static|friend|inline|constexpr) )*"
    r"(?:std::optional<[^;(\n]*>\s+[A-Z]\w*|bool (?:Read|Parse|Take|Load)[A-Z]?\w*)\(", re.MULTILINE)


def reasons(text):
    """{reason: codes} of base/reasons.h."""
    return {
        name: {code.strip()[1:] for code in codes.split(",")}
        for name, codes in _ROW.findall(text.replace("\\\n", "\n"))
    }


def check_text(path, text, table):
    """The findings in one source."""
    text = checker.without_comments(text)
    found = []

    def add(match, rule, message):
        line = text.count("\n", 0, match.start()) + 1
        found.append(checker.Finding(path, line, rule, message))

    if rules.is_for_tests(path):
        return found
    for match in _MADE.finditer(text):
        code, reason = match.groups()
        if code not in table.get(reason, set()):
            add(match, "reason-code",
                "base/reasons.h does not say that k%s comes with k%s" % (reason, code))
    for match in _LITERAL_CODE.finditer(text):
        add(match, "make-error", "say the constructor of this code (base/errors.h)")
    if path.endswith(".h"):
        for match in _CAN_FAIL.finditer(text):
            add(match, "nodiscard", "it can fail, so it is [[nodiscard]]")
    return found


def check_tree(root):
    """The findings in the whole tree."""

    def read(path):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            return source.read()

    table = reasons(read("base/reasons.h"))
    found = []
    for path in checker.sources(root):
        # Where the constructors are made.
        if not path.startswith("base/errors."):
            found += check_text(path, read(path), table)
    return found
