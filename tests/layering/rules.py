"""Which file may include what: the layering table of docs/architecture.md, as data.

The table is closed: an include that no row allows is refused, so a new folder or a new third-party
library is a decision made here, in the open.
"""

import fnmatch

# Folder -> the folders of ours that its files include. A file belongs to the longest folder that holds
# it, and may always include its own. Floors stand in order, so that a folder includes those above it
# here: no two folders include each other, and none includes one that includes it by any path, which
# checker.check_floors asserts. What is in a testing/ folder belongs to the folder above it.
FOLDERS = {
    # Floor 0.
    # Knows nothing of ours.
    "base": [],
    "x509/der": [],
    # Floor 1.
    # The settings of gRPC that hold for the whole process.
    "base/grpc": ["base"],
    "base/net": ["base"],
    "base/proto": [],
    "service/health": ["base"],
    "signer": ["base"],
    "store": ["base"],
    "x509/authz": ["base", "x509/der"],
    # Floor 2.
    # Plain HTTP for small, public answers.
    "base/http": ["base", "base/net"],
    "service/caller": ["base", "x509/authz"],
    "service/time": ["base", "store"],
    "store/records": ["base", "store"],
    "x509": ["base", "x509/authz", "x509/der"],
    # Floor 3.
    "client": ["base", "proto", "x509", "x509/der"],
    # What services link: nothing of the client of the CA.
    "client/authz": ["base", "x509", "x509/authz", "x509/der"],
    "service/jwt": ["base", "service/caller", "x509"],
    # Decisions alone: knows no signer, no store and no clock.
    "service/policy": ["base", "x509", "x509/authz", "x509/der"],
    "store/memory": ["base", "store", "store/records"],
    "store/rocksdb": ["base", "store", "store/records"],
    # Reads again what x509 has built.
    "x509/lint": ["base", "x509", "x509/authz", "x509/der"],
    # What is said of revoked certificates: made, read again before it is signed, and read.
    "x509/revocation": ["base", "x509", "x509/authz", "x509/der"],
    # Floor 4.
    "client/authz/grpc": ["base", "client/authz", "proto", "x509"],
    "client/authz/http": ["base", "client/authz", "proto", "x509", "x509/authz"],
    "service/authority": [
        "base",
        "service/policy",
        "service/revocation",
        "signer",
        "store/rocksdb",
        "x509",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    "service/config": [
        "base",
        "base/proto",
        "proto",
        "service/jwt",
        "service/policy",
        "service/revocation",
        "service/time",
        "signer",
        "store/rocksdb",
        "x509",
        "x509/authz",
    ],
    "service/join": ["base", "service/caller", "service/policy", "service/time", "store"],
    # Who is revoked, and how others hear of it; knows no policy and no caller.
    "service/revocation": [
        "base",
        "service/time",
        "signer",
        "store",
        "x509",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    # Who may call which method.
    "service/rights": ["service/policy"],
    # A port for any gRPC server: knows no CA.
    "service/net": ["base", "base/net", "x509", "x509/der"],
    # Floor 5.
    # The port for CRLs, OCSP and health: knows no CA.
    "service/http": ["base", "base/http", "service/net", "x509/revocation"],
    # The daemon beside a proxy.
    "client/authz/serve": ["base", "base/net", "client/authz", "client/authz/http", "proto"],
    # What a service of the fleet's own would include.
    "examples": ["client/authz", "client/authz/grpc"],
    # A call of any gRPC server.
    "service/call": ["base", "proto", "base/proto"],
    "service/issuance": [
        "base",
        "service/caller",
        "service/join",
        "service/policy",
        "service/revocation",
        "service/time",
        "signer",
        "store",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/lint",
    ],
    # Floor 6.
    "client/cli": [
        "base",
        "base/grpc",
        "client",
        "client/authz/http",
        "client/authz/serve",
        "proto",
        "x509",
        "x509/authz",
        "x509/der",
    ],
    # The process that strangers talk to. What it may link besides is in BARRED below.
    "service/bootstrap": [
        "base",
        "base/grpc",
        "proto",
        "service/call",
        "service/caller",
        "service/config",
        "service/jwt",
        "service/net",
        "service/rights",
    ],
    "service/rpc": [
        "base",
        "base/proto",
        "proto",
        "service/authority",
        "service/call",
        "service/caller",
        "service/config",
        "service/issuance",
        "service/join",
        "service/net",
        "service/policy",
        "service/revocation",
        "service/rights",
        "service/time",
        "store",
        "x509",
        "x509/authz",
    ],
    # Floor 7.
    "service/server": [
        "base",
        "base/grpc",
        "base/http",
        "proto",
        "service/authority",
        "service/bootstrap",
        "service/call",
        "service/caller",
        "service/config",
        "service/health",
        "service/http",
        "service/issuance",
        "service/join",
        "service/net",
        "service/policy",
        "service/revocation",
        "service/rpc",
        "service/time",
        "signer",
        "store",
        "store/memory",
        "store/rocksdb",
        "x509",
    ],
    # Floor 8.
    "service/cli": [
        "base",
        "service/authority",
        "service/bootstrap",
        "service/config",
        "service/net",
        "service/policy",
        "service/server",
        "store/rocksdb",
        "x509",
        "x509/revocation",
    ],
    # Floor 9.
    # The top binary knows both command sets and nothing below them.
    "deploy": ["base", "client/cli", "service/cli"],
    # Build support: sanitizer runtime glue.
    "deploy/bazel": [],
    # May include anything.
    "bench": ["*"],
    "tests": ["*"],
}

# Folder -> what its tests include besides: everything below it, and every testing/ folder, are theirs
# anyway.
TESTS_MAY = {
    "x509": ["x509/lint"],
    "store": ["store/memory", "store/records", "store/rocksdb"],
    "service/time": ["store/memory"],
    "service/join": ["store/memory"],
    "service/issuance": ["store/memory"],
    "service/revocation": ["store/memory"],
    "service/net": ["service/authority"],
    "client/authz/serve": ["base/grpc"],
    "service/rpc": ["store/memory"],
}

# Package -> what none of its targets may link, through however many others: the process that
# strangers talk to has no code that holds a CA key or opens the store.
BARRED = {
    "service/bootstrap": ["signer", "store"],
}

# Generated headers of proto/, by how they are included.
PROTO_PREFIXES = ("envoy/", "fleetca/", "google/rpc/")

EDGES = [
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
    "openssl/": ["base/openssl.h"],
    "re2/": ["service/policy/dns_regex.cc"],
    "rocksdb/": ["store/rocksdb/*"],
    "google/protobuf/": ["store/*", "tests/*", "bench/*"] + EDGES,
    "grpc/": ["tests/*", "bench/*"] + EDGES,
    "grpcpp/": ["tests/*", "bench/*", "examples/*"] + EDGES,
    "spdlog/": ["base/log.cc"],
    "CLI/": ["service/cli/*", "client/cli/*", "deploy/*", "bench/*"],
    "cjose/": ["service/jwt/verification_key.cc"],
    "curl/": ["service/jwt/https_fetch.cc"],
    "microhttpd.h": ["base/http/http_worker.cc"],
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

# Header of ours -> the only files that may include it. Who makes a token to sign bytes has linted them.
MAY_INCLUDE = {
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


def is_for_tests(path):
    """Whether only tests link the file."""
    return any(fnmatch.fnmatch(path, pattern) for pattern in TEST_FILES)


def below(folder):
    """The folder and all that it includes, directly or through others."""
    found = {folder}
    waiting = [folder]
    while waiting:
        for lower in FOLDERS.get(waiting.pop(), []):
            if lower not in found:
                found.add(lower)
                waiting.append(lower)
    return found


def folder_of(path):
    """The folder of FOLDERS that the path belongs to, or None."""
    best = None
    for folder in FOLDERS:
        if path.startswith(folder + "/") and (best is None or len(folder) > len(best)):
            best = folder
    return best
