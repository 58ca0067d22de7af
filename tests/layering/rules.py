"""Which file may include what beside the floors: generated code, libraries, what is kept to few files.

Closed like the table of floors.py: a new third-party library is a decision made here, in the open.
"""

import fnmatch

# Package -> what none of its targets may link, through however many others: the process that
# strangers talk to has no code that holds a CA key or opens the store.
BARRED = {
    "service/bootstrap": ["signer", "store"],
}

# Generated headers of proto/, by how they are included.
PROTO_PREFIXES = ("envoy/", "fleetca/", "google/rpc/", "spiffe/")

EDGES = [
    "base/config/*",
    "base/grpc/*",
    "base/proto/*",
    "service/bootstrap/*",
    "service/call/*",
    "service/cli/*",
    "service/config/*",
    "service/net/*",
    "service/rpc/*",
    "service/server/*",
    "client/*",
]
# Every file that only tests link: test support has no other spelling.
TEST_FILES = ("*_test.cc", "*/testing/*", "tests/*", "bench/*")
ANY_TEST = list(TEST_FILES)

# Third-party library (by the start of its include path) -> the files that may include it.
THIRD_PARTY = {
    "absl/": ["*"],
    "openssl/": ["base/openssl.h", "base/openssl_engine.h"],
    "re2/": ["service/policy/dns_regex.cc"],
    "rocksdb/": ["store/rocksdb/*"],
    "google/protobuf/": ["store/*", "tests/*", "bench/*"] + EDGES,
    "grpc/": ["tests/*", "bench/*"] + EDGES,
    "grpcpp/": ["tests/*", "bench/*", "examples/*"] + EDGES,
    "spdlog/": ["base/log.cc"],
    "CLI/": ["service/cli/*", "client/cli/*", "deploy/*", "bench/*"],
    "cjose/": ["service/jwt/verification_key.cc"],
    "curl/": ["base/fetch/http_fetch.cc"],
    "libsmartcols/": ["client/cli/terminal/table.cc"],
    "microhttpd.h": ["base/http/http_worker.cc"],
    "nlohmann/": ["client/agent/daemon/agent_report.cc", "service/jwt/json.cc", "service/cli/*", "client/cli/*", "deploy/quickstart/*", "deploy/bazel/precompiled/commands.h"] + ANY_TEST,
    "benchmark/": ["bench/*"],
    "gtest/": ANY_TEST + ["deploy/bazel/precompiled/testing.h"],
    "gmock/": ANY_TEST + ["deploy/bazel/precompiled/testing.h"],
    "sanitizer/": ["deploy/bazel/*"],
}

# Ways to start a thread, which end the process with an exception where the system has none left -> the
# files that may use them; base/thread.h is for all others.
THREAD_STARTERS = ("std::thread", "std::jthread", "std::async", "pthread_create")
MAY_START_THREADS = ["base/thread.cc"] + ANY_TEST

# Header -> the only files that may include it. Who makes a token to sign bytes has linted them; the whole of
# CLI11 is compiled once.
MAY_INCLUDE = {
    "CLI/CLI.hpp": ["deploy/bazel/system/cli11.cc"],
    "x509/prepared_maker.h": ["x509/lint/lint.cc", "x509/revocation/lint_*.cc"],
}

# Headers of the C library and the kernel that have a folder in their name.
SYSTEM_PREFIXES = ("arpa/", "bits/", "linux/", "net/", "netinet/", "sys/")

# x509 is pure: no clock, no file, no thread, no proto; the same bytes give the same answer. Its tests may.
X509_FORBIDDEN = (
    "absl/synchronization/",
    "absl/time/clock.h",
    "atomic",
    "base/clock.h",
    "base/csr_signature.h",
    "base/durable_file.h",
    "base/fair_queue.h",
    "base/file.h",
    "base/log.h",
    "base/memory_file.h",
    "base/private_key.h",
    "base/process_hardening.h",
    "chrono",
    "condition_variable",
    "cstdio",
    "ctime",
    "fcntl.h",
    "filesystem",
    "fstream",
    "future",
    "google/protobuf/",
    "iostream",
    "linux/",
    "mutex",
    "net/",
    "netinet/",
    "pthread.h",
    "semaphore",
    "shared_mutex",
    "stdio.h",
    "stdlib.h",
    "sys/",
    "thread",
    "time.h",
    "unistd.h",
)

# Who may include of these all the same: which verifier judges is an atomic, and what it finds wrong
# with itself is logged. Its verdicts are of the bytes alone.
X509_MAY = {
    "atomic": ["x509/possession_lanes.h"],
    "base/log.h": ["x509/possession_choice.cc", "x509/possession_lanes.cc"],
}

# Lines of a source: above the first we say so, above the second the test fails.
LONG_FILE = 400
TOO_LONG_FILE = 500


def is_for_tests(path):
    """Whether only tests link the file."""
    return any(fnmatch.fnmatch(path, pattern) for pattern in TEST_FILES)
