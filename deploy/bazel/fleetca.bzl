"""C++ targets by their names: sources, absl and GoogleTest are always the same, so they are said here."""

load("//deploy/bazel/precompiled:precompiled_header.bzl", "precompiled_copts", "precompiled_deps")

_ABSL = "//deploy/bazel/system:absl"
_GTEST = "//deploy/bazel/system:gtest_main"

def _check_stems(name, stems):
    for stem in stems:
        if not native.glob([stem + ".h", stem + ".cc"]):
            fail("%s: there is no %s.h and no %s.cc" % (name, stem, stem))

def fleetca_folder(name, deps = [], exclude = [], precompiled = "everyday", **kwargs):
    """One library of all sources of a folder but its tests.

    Args:
      name: the library, which is called like the folder.
      deps: what it includes beside absl.
      exclude: sources and headers, without their endings, that belong to other targets of the folder.
      precompiled: the header of deploy/bazel/precompiled that has most of what its sources include.
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
        copts = precompiled_copts(precompiled),
        deps = deps + [_ABSL] + precompiled_deps(precompiled),
        **kwargs
    )

def fleetca_library(name, stems = None, deps = [], precompiled = "everyday", copts = [], **kwargs):
    """A library of some sources of a folder.

    Args:
      name: the library.
      stems: its sources and headers without their endings; its name where there are none.
      deps: what it includes beside absl.
      precompiled: the header of deploy/bazel/precompiled that has most of what its sources include;
        None for flags that no precompiled header was made with.
      copts: as for every cc_library.
      **kwargs: as for every cc_library.
    """
    stems = stems or [name]
    _check_stems(name, stems)
    native.cc_library(
        name = name,
        srcs = native.glob([stem + ".cc" for stem in stems]),
        hdrs = native.glob([stem + ".h" for stem in stems]),
        copts = (precompiled_copts(precompiled) if precompiled else []) + copts,
        deps = deps + [_ABSL] + (precompiled_deps(precompiled) if precompiled else []),
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
            copts = precompiled_copts("testing"),
            deps = deps + [_ABSL, _GTEST] + precompiled_deps("testing"),
            **kwargs
        )
