"""What targets link, read from the BUILD files."""

import ast
import os


def _strings(node):
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def _says(call, attribute):
    """Whether the call has `attribute = True`."""
    return any(
        keyword.arg == attribute
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def _name(call):
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_for_tests(call):
    """Whether the call is a test rule, or says testonly = True."""
    name = _name(call)
    return name.endswith(("_test", "_tests")) or _says(call, "testonly")


def _label(package, written):
    """"//x:y" for ":y" in x, and "//x:x" for "//x"."""
    if written.startswith(":"):
        return "//%s%s" % (package, written)
    return written if ":" in written else "%s:%s" % (written, written.split("/")[-1])


def dependencies_of(text, package):
    """Label -> the labels in its deps, of the targets in one BUILD file that are no tests."""
    found = {}
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call) or _is_for_tests(call):
            continue
        attributes = {keyword.arg: keyword.value for keyword in call.keywords}
        if "name" in attributes:
            name = "".join(_strings(attributes["name"]))
            deps = _strings(attributes["deps"]) if "deps" in attributes else []
            found["//%s:%s" % (package, name)] = [_label(package, dep) for dep in deps]
    return found


def dependencies(root, folders):
    """The same of all BUILD files under the folders of root."""
    found = {}
    for top in folders:
        for folder, _, names in os.walk(os.path.join(root, top)):
            if "BUILD.bazel" in names:
                path = os.path.join(folder, "BUILD.bazel")
                with open(path, encoding="utf-8") as build:
                    text = build.read()
                try:
                    found.update(dependencies_of(text, os.path.relpath(folder, root)))
                except SyntaxError as error:
                    raise ValueError("%s:%s: %s" % (path, error.lineno, error.msg)) from error
    return found


def way_to(graph, start, barred):
    """The labels from `start` to the first target of a package that is `barred` or below it, or
    None."""
    came_from = {start: None}
    waiting = [start]
    while waiting:
        label = waiting.pop(0)
        package = label[2:].split(":")[0]
        if any((package + "/").startswith(name + "/") for name in barred):
            way = []
            while label is not None:
                way.insert(0, label)
                label = came_from[label]
            return way
        for dep in graph.get(label, []):
            if dep not in came_from:
                came_from[dep] = label
                waiting.append(dep)
    return None
