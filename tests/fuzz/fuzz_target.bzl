"""One fuzz target, twice: with libFuzzer, and as a plain test that replays its seeds."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def fleetca_fuzz_target(name, deps, also = None):
    """Declares <name>_fuzzer (only with --config=fuzz) and <name>_replay_test.

    Args:
      name: the target's name; its source is <name>_fuzzer.cc.
      deps: what that source includes.
      also: a filegroup of more inputs to replay, beside corpus/<name>.
    """
    srcs = [
        "fuzz_target.h",
        name + "_fuzzer.cc",
    ]
    cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )
    corpus = native.glob(["corpus/" + name + "/*"])
    more = [also] if also else []
    cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = srcs + ["replay_main.cc"],
        args = ["$(location %s)" % file for file in corpus] + ["$(locations %s)" % files for files in more],
        data = corpus + more,
        deps = deps,
    )
