"""Tests in Python. The py_test of Bazel 4.2 starts "python", a command that Debian does not have."""

def fleetca_py_test(name, src, deps = [], data = [], args = [], **kwargs):
    """Runs src, a unittest file, with Debian's python3; modules are named from the workspace.

    Args:
      name: the test.
      src: the file, which calls unittest.main().
      deps: further Python files it imports.
      data: what it reads.
      args: its arguments.
      **kwargs: as for every test.
    """
    native.sh_test(
        name = name,
        srcs = ["//deploy/bazel:python_test.sh"],
        args = ["$(location %s)" % src] + args,
        data = [src] + deps + data,
        **kwargs
    )

def fleetca_py_tests(names, **kwargs):
    """Tests in Python, one a source: x_test is x_test.py.

    Args:
      names: the tests.
      **kwargs: as for fleetca_py_test, the same for each.
    """
    for name in names:
        fleetca_py_test(
            name = name,
            src = name + ".py",
            **kwargs
        )
