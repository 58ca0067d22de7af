"""What only tests link, read from the BUILD files: a name alone does not say it."""

import ast
import os

_FILE_ATTRIBUTES = ("src", "srcs", "hdrs")


def _strings(node):
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def _is_for_tests(call):
    """Whether the call is a test rule, or says testonly = True."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name.endswith("_test") or name == "fleetca_fuzz_target":
        return True
    return any(
        keyword.arg == "testonly"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def test_files_of(text):
    """The files of the targets in one BUILD file that are for tests. Starlark reads as Python."""
    files = set()
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and _is_for_tests(call):
            for keyword in call.keywords:
                if keyword.arg in _FILE_ATTRIBUTES:
                    files.update(_strings(keyword.value))
    return files


def test_files(root, folders):
    """Paths under the folders of root that only tests link."""
    found = set()
    for top in folders:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in ("BUILD.bazel", "BUILD"):
                if name in names:
                    with open(os.path.join(folder, name), encoding="utf-8") as build:
                        files = test_files_of(build.read())
                    package = os.path.relpath(folder, root)
                    found.update(os.path.normpath(os.path.join(package, file)) for file in files)
    return found
