"""Which file may include what: the layering table of docs/architecture.md, as data.

The table is closed: an include that no row allows is refused, so a new folder or a new third-party
library is a decision made here, in the open.
"""

# Folder -> the folders of ours it may include. The longest matching folder is a file's own.
FOLDERS = {
    "base": ["base"],
    "x509": ["base", "x509"],
    "signer": ["base", "signer"],
    "store": ["base", "store"],
    "service": ["base", "x509", "signer", "store", "service", "service/policy"],
    # Of the core itself: knows no signer and no store.
    "service/policy": ["base", "x509", "service", "service/policy"],
    # Beside the policy, and as free of keys and records.
    "service/jwt": ["base", "x509", "service", "service/jwt"],
    "service/edge": [
        "base",
        "x509",
        "signer",
        "store",
        "service",
        "service/policy",
        "service/jwt",
        "service/edge",
        "service/edge/listener",
        "proto",
    ],
    # The process that strangers talk to. What it may link besides is in BARRED below.
    "service/bootstrap": [
        "base",
        "x509",
        "service",
        "service/jwt",
        "service/edge",
        "service/edge/listener",
        "service/bootstrap",
        "proto",
    ],
    # A port for any gRPC server: knows no CA.
    "service/edge/listener": ["base", "service/edge/listener"],
    "service/cli": [
        "base",
        "x509",
        "signer",
        "store",
        "service",
        "service/policy",
        "service/edge",
        "service/edge/listener",
        "service/bootstrap",
        "service/cli",
        "proto",
    ],
    "client": ["base", "x509", "client", "proto"],
    "client/cli": ["base", "x509", "client", "client/authz", "client/authz/serve", "client/cli", "proto"],
    # What services link: nothing of the client of the CA.
    "client/authz": ["base", "x509", "client/authz", "proto"],
    # The daemon beside a proxy: on top of what services link, and below it nothing.
    "client/authz/serve": ["base", "x509", "client/authz", "client/authz/serve", "proto"],
    # What a service of the fleet's own would include.
    "examples": ["client/authz", "examples"],
    "bench": ["*"],
    "tests": ["*"],
    # The top binary knows both command sets and nothing below them.
    "deploy": ["base", "service/cli", "client/cli"],
    # Build support: sanitizer runtime glue.
    "deploy/bazel": [],
}

# Package -> what none of its targets may link, through however many others: the process that
# strangers talk to has no code that holds a CA key or opens the store.
BARRED = {
    "service/bootstrap": ["signer", "store"],
}

# Generated headers of proto/, by how they are included.
PROTO_PREFIXES = ("envoy/", "fleetca/", "google/rpc/")

EDGES = ["service/edge/*", "service/bootstrap/*", "service/cli/*", "client/*"]
# Stands for every file that only tests link: what its BUILD file calls a test or testonly.
TEST_FILES = "what is testonly"
ANY_TEST = [TEST_FILES, "tests/*", "bench/*"]

# Third-party library (by the start of its include path) -> the files that may include it.
THIRD_PARTY = {
    "absl/": ["*"],
    "openssl/": ["base/openssl.h"],
    "re2/": ["service/policy/dns_regex.cc"],
    "rocksdb/": ["store/rocksdb*"],
    "google/protobuf/": ["store/*", "tests/*", "bench/*"] + EDGES,
    "grpc/": ["tests/*", "bench/*"] + EDGES,
    "grpcpp/": ["tests/*", "bench/*", "examples/*"] + EDGES,
    "spdlog/": ["base/log.cc"],
    "CLI/": ["service/cli/*", "client/cli/*", "deploy/*", "bench/*"],
    "cjose/": ["service/jwt/verification_key.cc"],
    "curl/": ["service/jwt/https_fetch.cc"],
    "nlohmann/": ["service/jwt/json.cc", "service/cli/*", "client/cli/*"] + ANY_TEST,
    "benchmark/": ["bench/*"],
    "gtest/": ANY_TEST,
    "gmock/": ANY_TEST,
    "sanitizer/": ["deploy/bazel/*"],
}

# Ways to start a thread, which end the process with an exception where the system has none left -> the
# files that may use them; base/thread.h is for all others.
THREAD_STARTERS = ("std::thread", "std::jthread", "std::async", "pthread_create")
MAY_START_THREADS = ["base/thread.cc"] + ANY_TEST

# Headers of the C library and the kernel that have a folder in their name.
SYSTEM_PREFIXES = ("arpa/", "bits/", "linux/", "net/", "netinet/", "sys/")

# x509 is pure: no clock, no file, no thread, no proto; the same bytes give the same answer. Its tests may.
X509_FORBIDDEN = (
    "absl/synchronization/",
    "absl/time/clock.h",
    "atomic",
    "base/clock.h",
    "base/fair_queue.h",
    "base/file.h",
    "base/log.h",
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

# Lines of a source: above the first we say so, above the second the test fails.
LONG_FILE = 400
TOO_LONG_FILE = 500


def folder_of(path):
    """The folder of FOLDERS that the path belongs to, or None."""
    best = None
    for folder in FOLDERS:
        if path.startswith(folder + "/") and (best is None or len(folder) > len(best)):
            best = folder
    return best
