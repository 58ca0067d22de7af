"""A libFuzzer target, and the test that replays its corpus in every ordinary build."""

def fleetca_fuzz_target(name, srcs, deps, corpus = [], dictionary = None):
    """`name` is the fuzzer (built with --config=fuzz), `name`_corpus_test replays the corpus.

    Args:
      name: the fuzzer.
      srcs: define LLVMFuzzerTestOneInput.
      deps: what it fuzzes.
      corpus: files, each one input; the fuzzer starts from them.
      dictionary: a libFuzzer dictionary file.
    """
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = srcs,
        data = corpus + ([dictionary] if dictionary else []),
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )
    native.cc_test(
        name = name + "_corpus_test",
        size = "small",
        srcs = srcs,
        args = ["$(locations %s)" % file for file in corpus],
        data = corpus,
        deps = deps + ["//deploy/bazel/fuzz:corpus_main"],
    )
