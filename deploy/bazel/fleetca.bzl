"""C++ targets by their names: sources, absl and GoogleTest are always the same, so they are said here."""

_ABSL = "//deploy/bazel/system:absl"
_GTEST = "//deploy/bazel/system:gtest_main"

def _check_stems(name, stems):
    for stem in stems:
        if not native.glob([stem + ".h", stem + ".cc"]):
            fail("%s: there is no %s.h and no %s.cc" % (name, stem, stem))

def fleetca_folder(name, deps = [], exclude = [], **kwargs):
    """One library of all sources of a folder but its tests.

    Args:
      name: the library, which is called like the folder.
      deps: what it includes beside absl.
      exclude: sources and headers, without their endings, that belong to other targets of the folder.
      **kwargs: as for every cc_library.
    """
    _check_stems(name, exclude)
    native.cc_library(
        name = name,
        srcs = native.glob(
            ["*.cc"],
            exclude = ["*_test.cc"] + [stem + ".cc" for stem in exclude],
        ),
        hdrs = native.glob(
            ["*.h"],
            exclude = [stem + ".h" for stem in exclude],
        ),
        deps = deps + [_ABSL],
        **kwargs
    )

def fleetca_library(name, stems = None, deps = [], **kwargs):
    """A library of some sources of a folder.

    Args:
      name: the library.
      stems: its sources and headers without their endings; its name where there are none.
      deps: what it includes beside absl.
      **kwargs: as for every cc_library.
    """
    stems = stems or [name]
    _check_stems(name, stems)
    native.cc_library(
        name = name,
        srcs = native.glob([stem + ".cc" for stem in stems]),
        hdrs = native.glob([stem + ".h" for stem in stems]),
        deps = deps + [_ABSL],
        **kwargs
    )

def fleetca_tests(names, deps = [], size = "small", **kwargs):
    """Tests with GoogleTest, one a source: x_test is x_test.cc.

    Args:
      names: the tests.
      deps: what any of them includes beside absl and GoogleTest.
      size: as for every cc_test.
      **kwargs: as for every cc_test.
    """
    for name in names:
        native.cc_test(
            name = name,
            size = size,
            srcs = [name + ".cc"],
            deps = deps + [_ABSL, _GTEST],
            **kwargs
        )
