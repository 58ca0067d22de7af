"""The targets of the BUILD files: what each compiles, offers and links.

A BUILD file is run like the Python that it also is, with rules that write down what they were given.
"""

import collections
import fnmatch
import os

# `sources` are compiled and `headers` offered to whoever links it, as paths from the root; a header of a
# .proto file as it is included.
Target = collections.namedtuple("Target", ["label", "deps", "sources", "headers", "for_tests"])


def _label(package, written):
    """"//x:y" for ":y" in x, and "//x:x" for "//x"."""
    if written.startswith(":"):
        return "//%s%s" % (package, written)
    return written if ":" in written else "%s:%s" % (written, written.split("/")[-1])


class _BuildFile(dict):
    """The names that a BUILD file sees, in the folder of a package with these files."""

    def __init__(self, package, files):
        super().__init__(
            __builtins__={}, glob=self.glob, load=lambda *_: None,
            package=lambda **_: None, exports_files=lambda *_, **__: None,
            select=lambda choices: [each for values in choices.values() for each in values])
        self.package = package
        self.files = files
        self.targets = {}

    def __missing__(self, rule):
        return lambda **attributes: self._declare(rule, attributes)

    def glob(self, include, exclude=()):
        return sorted(
            name for name in self.files
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in include) and
            not any(fnmatch.fnmatchcase(name, pattern) for pattern in exclude))

    def _paths(self, names):
        """What is a file of this package or of another, as paths from the root."""
        labels = [name[2:].replace(":", "/") if name.startswith("//") else
                  os.path.join(self.package, name) for name in names if not name.startswith(":")]
        return [os.path.normpath(label) for label in labels]

    def _add(self, name, attributes, sources, headers, for_tests=False):
        label = _label(self.package, ":" + name)
        deps = list(attributes.get("deps") or []) + [
            attributes[each] for each in ("actual",) if each in attributes]
        self.targets[label] = Target(
            label, [_label(self.package, dep) for dep in deps], sources, headers,
            for_tests or bool(attributes.get("testonly")))

    def _add_python(self, name, src, attributes):
        """Its deps are files, and there are no others."""
        self._add(name, {}, self._paths([src] + list(attributes.get("deps") or [])), [], for_tests=True)

    def _declare(self, rule, attributes):
        name = attributes.get("name", "")
        if rule == "fleetca_tests":
            for test in attributes["names"]:
                self._add(test, attributes, self._paths([test + ".cc"]), [], for_tests=True)
        elif rule == "fleetca_folder":
            left_out = [stem + end for stem in attributes.get("exclude", []) for end in (".h", ".cc")]
            self._add(name, attributes, self._paths(self.glob(["*.cc"], ["*_test.cc"] + left_out)),
                      self._paths(self.glob(["*.h"], left_out)))
        elif rule == "fleetca_library":
            stems = attributes.get("stems") or [name]
            self._add(name, attributes, self._paths(self.glob([stem + ".cc" for stem in stems])),
                      self._paths(self.glob([stem + ".h" for stem in stems])))
        elif rule == "fleetca_proto_library":
            ends = [".pb.h"] + ([".grpc.pb.h"] if attributes.get("grpc") else [])
            root = self.package + "/"
            root = root[len("proto/"):] if root.startswith("proto/") else root
            self._add(name, attributes, [],
                      [root + src[:-len(".proto")] + end for src in attributes["srcs"] for end in ends])
        elif rule == "fleetca_fuzz_target":
            self._add(name + "_replay_test", attributes,
                      self._paths(["fuzz_target.h", name + "_fuzzer.cc", "replay_main.cc"]), [],
                      for_tests=True)
        elif rule == "fleetca_py_tests":
            for test in attributes["names"]:
                self._add_python(test, test + ".py", attributes)
        elif rule == "fleetca_py_test":
            self._add_python(name, attributes["src"], attributes)
        elif rule.startswith("cc_") or rule == "alias":
            self._add(name, attributes, self._paths(attributes.get("srcs", [])),
                      self._paths(attributes.get("hdrs", [])), for_tests=rule.endswith("_test"))


def targets_of(text, package, files=()):
    """Label -> Target, of one BUILD file in a folder with these files."""
    build = _BuildFile(package, files)
    exec(compile(text, package + "/BUILD.bazel", "exec"), build)  # pylint: disable=exec-used
    return build.targets


def targets(root, folders):
    """The same of all BUILD files under the folders of root."""
    found = {}
    for top in folders:
        for folder, _, names in os.walk(os.path.join(root, top)):
            # A workspace of its own has targets of its own.
            if "BUILD.bazel" in names and "WORKSPACE" not in names:
                path = os.path.join(folder, "BUILD.bazel")
                with open(path, encoding="utf-8") as build:
                    text = build.read()
                try:
                    found.update(targets_of(text, os.path.relpath(folder, root), names))
                except SyntaxError as error:
                    raise ValueError("%s:%s: %s" % (path, error.lineno, error.msg)) from error
    return found


def way_to(found, start, barred):
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
        for dep in found[label].deps if label in found else []:
            if dep not in came_from:
                came_from[dep] = label
                waiting.append(dep)
    return None


def linked_by(found, start):
    """The target and all that it links, through others too."""
    seen = {}
    waiting = [start]
    while waiting:
        label = waiting.pop()
        if label in found and label not in seen:
            seen[label] = found[label]
            waiting.extend(found[label].deps)
    return seen.values()
