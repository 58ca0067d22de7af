"""One fuzz target, twice: with libFuzzer, and as a plain test that replays its seeds."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def fleetca_fuzz_target(name, deps):
    """Declares <name>_fuzzer (only with --config=fuzz) and <name>_replay_test.

    Args:
      name: the target's name; its source is <name>_fuzzer.cc.
      deps: what that source includes.
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
    cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = srcs + ["replay_main.cc"],
        args = ["$(location %s)" % file for file in corpus],
        data = corpus,
        deps = deps,
    )
