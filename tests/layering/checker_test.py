"""Each rule of the layering check fires on a file that breaks it, and on nothing else."""

import os
import tempfile
import unittest

from tests.layering import build_files
from tests.layering import checker
from tests.layering import floors
from tests.layering import rules

# (path, code, the rule that fires). One line of code each.
BAD = [
    # Upward and sideways.
    ("base/a.cc", '#include "x509/csr.h"', "layer"),
    ("base/a.cc", '#include "fleetca/v1/ca.pb.h"', "layer"),
    ("base/fetch/a.cc", '#include "x509/csr.h"', "layer"),
    ("x509/a.h", '#include "signer/signer.h"', "layer"),
    ("x509/a.h", '#include "store/store.h"', "layer"),
    ("x509/a_test.cc", '#include "signer/signer.h"', "layer"),
    ("signer/a.cc", '#include "x509/tbs.h"', "layer"),
    ("signer/a.cc", '#include "store/store.h"', "layer"),
    ("store/a.cc", '#include "x509/serial.h"', "layer"),
    ("store/a.cc", '#include "signer/signer.h"', "layer"),
    ("store/a.cc", '#include "fleetca/v1/ca.pb.h"', "layer"),
    ("service/issuance/issuer.cc", '#include "service/server/server.h"', "layer"),
    ("service/issuance/issuer.cc", '#include "fleetca/v1/ca.pb.h"', "layer"),
    ("service/issuance/issuer.cc", '#include "google/rpc/status.pb.h"', "layer"),
    ("service/issuance/issuer.cc", '#include "client/ca_client.h"', "layer"),
    ("service/server/server.cc", '#include "service/cli/serve.h"', "layer"),
    ("service/net/a.cc", '#include "service/server/server.h"', "layer"),
    ("service/bootstrap/a.cc", '#include "store/store.h"', "layer"),
    ("x509/der/a.cc", '#include "base/errors.h"', "layer"),
    ("x509/authz/a.cc", '#include "x509/name.h"', "layer"),
    ("x509/lint/a.cc", '#include "store/store.h"', "layer"),
    ("x509/revocation/a.cc", '#include "x509/lint/lint.h"', "layer"),
    ("x509/revocation/crl_writer.cc", '#include "x509/prepared_maker.h"', "closed"),
    ("x509/a.cc", '#include "x509/prepared_maker.h"', "closed"),
    ("service/issuance/a.cc", '#include "x509/prepared_maker.h"', "closed"),
    ("tests/fuzz/a.cc", '#include "x509/prepared_maker.h"', "closed"),
    ("store/records/a.cc", '#include "store/rocksdb/folder.h"', "layer"),
    ("store/rocksdb/a.cc", '#include "store/memory/memory_store.h"', "layer"),
    ("store/memory/a.cc", '#include "store/rocksdb/folder.h"', "layer"),
    ("base/grpc/a.cc", '#include "base/net/wake_event.h"', "layer"),
    ("base/proto/a.cc", '#include "base/errors.h"', "layer"),
    ("base/net/a.cc", '#include "x509/csr.h"', "layer"),
    ("base/http/a.cc", '#include "x509/csr.h"', "layer"),
    ("base/config/a.cc", '#include "service/config/server_config.h"', "layer"),
    ("base/revocation/a.cc", '#include "store/revocation.h"', "layer"),
    ("service/http/a.cc", '#include "store/store.h"', "layer"),
    ("service/health/a.cc", '#include "store/store.h"', "layer"),
    ("service/time/a.cc", '#include "service/caller/caller.h"', "layer"),
    ("service/caller/a.cc", '#include "store/store.h"', "layer"),
    ("service/join/a.cc", '#include "service/issuance/issuer.h"', "layer"),
    ("service/revocation/a.cc", '#include "service/caller/caller.h"', "layer"),
    ("service/renewals/a.cc", '#include "service/caller/caller.h"', "layer"),
    ("service/rights/a.cc", '#include "service/caller/caller.h"', "layer"),
    ("service/authority/a.cc", '#include "service/config/server_config.h"', "layer"),
    ("service/config/a.cc", '#include "service/authority/ca_init.h"', "layer"),
    ("service/call/a.cc", '#include "service/rpc/messages.h"', "layer"),
    ("service/rpc/a.cc", '#include "service/server/server.h"', "layer"),
    ("client/authz/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/files/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/objects/a.cc", '#include "client/files/a.h"', "layer"),
    ("client/probe/a.cc", '#include "client/verdict/a.h"', "layer"),
    ("client/trust_stores/a.cc", '#include "client/files/a.h"', "layer"),
    ("client/verdict/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/agent/a.cc", '#include "client/agent/daemon/agent.h"', "layer"),
    ("client/agent/config/a.cc", '#include "client/agent/ca/a.h"', "layer"),
    ("client/agent/ca/a.cc", '#include "client/agent/sockets/a.h"', "layer"),
    ("client/agent/embed/a.cc", '#include "client/agent/sockets/a.h"', "layer"),
    ("client/agent/sockets/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/agent/daemon/a.cc", '#include "client/cli/a.h"', "layer"),
    ("client/cli/terminal/a.cc", '#include "client/cli/facts/facts.h"', "layer"),
    ("client/cli/facts/a.cc", '#include "client/cli/local/a.h"', "layer"),
    ("client/cli/local/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/cli/manual/a.cc", '#include "client/cli/commands.h"', "layer"),
    ("service/bootstrap/a.cc", '#include "signer/signer.h"', "layer"),
    ("service/server/server.cc", '#include "client/ca_client.h"', "layer"),
    ("service/cli/serve.cc", '#include "client/cli/cert.h"', "layer"),
    ("client/ca_client.cc", '#include "signer/signer.h"', "layer"),
    ("client/ca_client.cc", '#include "store/store.h"', "layer"),
    ("client/ca_client.cc", '#include "service/issuance/issuer.h"', "layer"),
    ("client/ca_client.cc", '#include "client/cli/cert.h"', "layer"),
    ("client/cli/cert.cc", '#include "service/server/server.h"', "layer"),
    ("service/policy/policy.cc", '#include "store/store.h"', "layer"),
    ("service/revocation/a.cc", '#include "service/caller/caller.h"', "layer"),
    ("client/authz/grpc/a.cc", '#include "client/ca_client.h"', "layer"),
    ("client/authz/feed/a.cc", '#include "client/authz/grpc/authz_processor.h"', "layer"),
    ("client/authz/http/a.cc", '#include "client/authz/serve/current_authorizer.h"', "layer"),
    ("client/authz/serve/a.cc", '#include "client/ca_client.h"', "layer"),
    ("examples/echo/server.cc", '#include "service/issuance/issuer.h"', "layer"),
    ("examples/echo/server.cc", '#include "client/ca_client.h"', "layer"),
    ("examples/echo/server.cc", '#include "x509/csr.h"', "layer"),
    ("examples/echo/server.cc", '#include "fleetca/v1/ca.pb.h"', "layer"),
    ("examples/echo/server.cc", '#include "client/authz/grpc/testing/test_fleet.h"', "test-only"),
    ("client/a.cc", '#include "tests/testing/fake.h"', "test-only"),
    ("deploy/quickstart/a.cc", '#include "service/cli/commands.h"', "layer"),
    ("deploy/fleetca_main.cc", '#include "service/issuance/issuer.h"', "layer"),
    ("store/store.cc", '#include "store/testing/store_contract.h"', "test-only"),
    ("client/ca_client.cc", '#include "client/testing/fake_server.h"', "test-only"),
    ("client/cli/cert.cc", '#include "CLI/CLI.hpp"', "closed"),
    # Threads that throw where none is left.
    ("service/rpc/a.cc", "std::thread worker([] {});", "thread"),
    ("client/a.h", "std::vector<std::jthread> workers_;", "thread"),
    ("store/a.cc", "auto later = std::async(Run);", "thread"),
    ("base/a.cc", "pthread_create(&id, nullptr, Run, nullptr);", "thread"),
    # One third-party library, one door.
    ("base/random.cc", "#include <openssl/rand.h>", "third-party"),
    ("base/openssl.cc", "#include <openssl/rand.h>", "third-party"),
    ("x509/csr.cc", '#include "openssl/x509.h"', "third-party"),
    ("tests/a.cc", "#  include <openssl/ssl.h>", "third-party"),
    ("store/memory/memory_store.cc", "#include <rocksdb/db.h>", "third-party"),
    ("service/issuance/issuer.cc", '#include "rocksdb/db.h"', "third-party"),
    ("service/issuance/issuer.cc", "#include <grpcpp/grpcpp.h>", "third-party"),
    ("service/issuance/issuer.cc", "#include <grpc/grpc.h>", "third-party"),
    ("service/issuance/issuer.cc", "#include <google/protobuf/message.h>", "third-party"),
    ("store/a.cc", '#include "grpcpp/server.h"', "third-party"),
    ("signer/a.cc", "#include <google/protobuf/message.h>", "third-party"),
    ("service/policy/policy.cc", "#include <re2/re2.h>", "third-party"),
    ("examples/echo/server.cc", "#include <CLI/App.hpp>", "third-party"),
    ("base/errors.cc", "#include <spdlog/spdlog.h>", "third-party"),
    ("client/ca_client.cc", "#include <CLI/App.hpp>", "third-party"),
    ("service/jwt/jwks.cc", "#include <cjose/cjose.h>", "third-party"),
    ("service/jwt/jwks.cc", "#include <curl/curl.h>", "third-party"),
    ("client/cli/facts/a.cc", "#include <libsmartcols/libsmartcols.h>", "third-party"),
    ("base/http/http_server.cc", "#include <microhttpd.h>", "third-party"),
    ("service/jwt/jwks.cc", '#include "service/server/server.h"', "layer"),
    ("service/policy/policy.cc", '#include "service/server/server.h"', "layer"),
    ("client/ca_client.cc", "#include <nlohmann/json.hpp>", "third-party"),
    ("x509/csr.cc", '#include "gtest/gtest.h"', "third-party"),
    ("x509/csr.cc", '#include "gmock/gmock.h"', "third-party"),
    ("x509/csr_test.cc", '#include "benchmark/benchmark.h"', "third-party"),
    ("p256/lanes.cc", '#include "x509/csr.h"', "layer"),
    ("base/a.cc", "#include <sanitizer/tsan_interface.h>", "third-party"),
    ("base/a.cc", "#include <boost/asio.hpp>", "unknown"),
    ("base/a.cc", '#include "nowhere/a.h"', "unknown"),
    # x509 is pure.
    ("x509/a.cc", "#include <chrono>", "pure"),
    ("x509/a.cc", "#include <thread>", "pure"),
    ("x509/a.cc", "#include <atomic>", "pure"),
    ("x509/possession_lanes.cc", "#include <atomic>", "pure"),
    ("x509/a.cc", "#include <fstream>", "pure"),
    ("x509/a.cc", "#include <sys/stat.h>", "pure"),
    ("x509/a.cc", '#include "absl/time/clock.h"', "pure"),
    ("x509/a.cc", '#include "absl/synchronization/mutex.h"', "pure"),
    ("x509/a.cc", '#include "base/clock.h"', "pure"),
    ("x509/a.cc", '#include "base/file.h"', "pure"),
    ("x509/a.cc", "#include <google/protobuf/message.h>", "pure"),
    ("x509/a.cc", '#include "fleetca/v1/ca.pb.h"', "layer"),
    # One string_view.
    ("base/a.h", "#include <string_view>", "string-view"),
    ("base/a.h", "void F(std::string_view text);", "string-view"),
    ("tests/a.cc", "std::u8string_view text;", "string-view"),
    # Where a file may be at all, and how long.
    ("proto/a.cc", "int x;", "folder"),
    ("base/a.cc", "int x;\n" * (rules.TOO_LONG_FILE + 1), "length"),
]

GOOD = [
    ("base/thread.cc", "pthread_create(&id, nullptr, Run, nullptr);"),
    ("tests/a.cc", "std::thread client([] {});"),
    ("service/rpc/a.cc", "std::this_thread::yield();  // no std::thread"),
    ("base/openssl.h", "#include <openssl/evp.h>"),
    ("base/log.cc", "#include <spdlog/spdlog.h>"),
    ("base/a.cc", "#include <sys/stat.h>\n#include <string>\n"),
    ("x509/a.cc", '#include "base/openssl.h"\n#include "absl/time/time.h"\n#include "x509/csr.h"\n'),
    ("x509/a_test.cc", '#include <fstream>\n#include "gtest/gtest.h"\n#include "tests/testing/a.h"\n'),
    ("x509/possession_lanes.h", "#include <atomic>"),
    ("x509/testing/test_ca.cc", "#include <iostream>"),
    ("client/testing/fake_server.cc", '#include "gtest/gtest.h"'),
    ("signer/a.cc", '#include "base/errors.h"'),
    ("store/rocksdb/rocksdb_store.cc", '#include <rocksdb/db.h>\n#include "store/records/record.pb.h"\n'),
    ("store/testing/store_contract.cc", '#include "gtest/gtest.h"'),
    ("store/memory/memory_store_test.cc", '#include "store/testing/store_contract.h"'),
    ("service/issuance/issuer.cc", '#include "x509/csr.h"\n#include "signer/signer.h"\n#include "store/store.h"\n'),
    ("service/server/server.cc", '#include <grpcpp/grpcpp.h>\n#include "service/issuance/issuer.h"\n'),
    ("service/policy/dns_regex.cc", '#include <re2/re2.h>\n#include "service/policy/profile.h"\n'),
    ("service/server/server.cc", '#include "fleetca/v1/ca.pb.h"\n#include "google/rpc/status.pb.h"\n'),
    ("service/cli/serve.cc", '#include <CLI/App.hpp>\n#include "service/server/server.h"\n'),
    ("client/ca_client.cc", '#include "fleetca/v1/ca.grpc.pb.h"\n#include "x509/pem.h"\n'),
    ("client/cli/cert.cc", '#include "CLI/App.hpp"\n#include <nlohmann/json.hpp>\n'),
    ("deploy/fleetca_main.cc", '#include "service/cli/serve.h"\n#include "client/cli/cert.h"\n'),
    ("client/authz/grpc/a.cc", '#include <grpcpp/grpcpp.h>\n#include "client/authz/grants.h"\n'),
    ("client/authz/serve/a.cc", '#include "envoy/type/v3/http_status.pb.h"\n#include "client/authz/http/a.h"\n'),
    ("examples/echo/server.cc", '#include <grpcpp/grpcpp.h>\n#include "client/authz/grpc/a.h"\n'),
    ("bench/a.cc", '#include "benchmark/benchmark.h"\n#include "service/issuance/issuer.h"\n'),
    ("tests/a.cc", '#include "service/server/server.h"\n#include "client/ca_client.h"\n'),
    # Comments are not code.
    ("x509/a.cc", '// #include <chrono>, never std::string_view\n/*\n#include "signer/signer.h"\n*/\n'),
    ("base/a.cc", "int x;\n" * rules.TOO_LONG_FILE),
]


class CheckerTest(unittest.TestCase):

    def test_bad_files_are_found(self):
        for path, code, rule in BAD:
            with self.subTest(path=path, code=code[:60]):
                findings = checker.check_text(path, code)
                self.assertEqual([rule], [finding.rule for finding in findings])

    def test_good_files_are_left_alone(self):
        for path, code in GOOD:
            with self.subTest(path=path, code=code[:60]):
                self.assertEqual([], checker.check_text(path, code))

    def test_every_row_of_the_tables_is_tried(self):
        bad_code = "\n".join(code for _, code, _ in BAD)
        for prefix in rules.THIRD_PARTY:
            if rules.THIRD_PARTY[prefix] != ["*"]:
                self.assertIn(prefix, bad_code)
        tried = {floors.folder_of(path) for path, _, rule in BAD if rule == "layer"}
        open_folders = {"bench", "tests", "deploy/bazel"}
        self.assertEqual(set(floors.FOLDERS) - open_folders, tried)

    def test_a_build_file_that_does_not_parse_is_named(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "base"))
            with open(os.path.join(root, "base", "BUILD.bazel"), "w", encoding="utf-8") as out:
                out.write("cc_library(\n")
            with self.assertRaisesRegex(ValueError, "base/BUILD.bazel:1"):
                checker.check_tree(root)

    def test_what_is_for_tests_is_known_by_its_place(self):
        for path in ("base/a_test.cc", "service/rpc/testing/a.h", "tests/crash/a.cc", "bench/a.h"):
            self.assertTrue(rules.is_for_tests(path), path)
        for path in ("base/testing.h", "service/rpc/fixture.h", "base/a_test.h"):
            self.assertFalse(rules.is_for_tests(path), path)

    def test_tests_may_include_what_is_below_them(self):
        self.assertEqual([], checker.check_text(
            "service/rpc/a_test.cc",
            '#include "x509/der/der.h"\n#include "store/memory/memory_store.h"\n'))

    def test_a_test_that_nothing_runs_is_found(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "base"))
            for name, text in [("BUILD.bazel", 'fleetca_tests(names = ["a_test"])'),
                               ("a_test.cc", ""), ("b_test.cc", "")]:
                with open(os.path.join(root, "base", name), "w", encoding="utf-8") as out:
                    out.write(text)
            self.assertEqual(["base/b_test.cc"],
                             [f.path for f in checker.check_tests_are_listed(root)])

    def test_floors(self):
        self.assertEqual([], checker.check_floors({"a": ["b", "c"], "b": ["c"], "c": []}))
        for circle in ({"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}):
            found = checker.check_floors(circle)
            self.assertEqual(set(circle) - {"d"}, {finding.path for finding in found})

    def test_the_line_is_named(self):
        finding = checker.check_text("x509/a.cc", '\n\n#include "signer/signer.h"\n')[0]
        self.assertEqual(3, finding.line)

    def test_a_tree_is_walked(self):
        with tempfile.TemporaryDirectory() as root:
            for path, code in [("x509/deep/a.h", "#include <ctime>\n"), ("base/b.cc", "int b;\n")]:
                os.makedirs(os.path.dirname(os.path.join(root, path)))
                with open(os.path.join(root, path), "w", encoding="utf-8") as out:
                    out.write(code)
            self.assertEqual(["base/b.cc", "x509/deep/a.h"], checker.sources(root))
            findings = checker.check_tree(root)
            self.assertEqual([("x509/deep/a.h", "pure")], [(f.path, f.rule) for f in findings])

    def test_long_files_are_listed(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "base"))
            for name, length in [("a.cc", rules.LONG_FILE), ("b.cc", rules.LONG_FILE + 1)]:
                with open(os.path.join(root, "base", name), "w", encoding="utf-8") as out:
                    out.write("int x;\n" * length)
            self.assertEqual([("base/b.cc", rules.LONG_FILE + 1)], checker.long_files(root))


class LinksTest(unittest.TestCase):

    def test_what_strangers_talk_to_links_no_store_through_others(self):
        bootstrap = """
cc_library(name = "process", deps = [":server"])
cc_library(name = "server", deps = ["//service/net:tls", "//base"])
fleetca_tests(names = ["server_test"], deps = ["//store/memory"])
"""
        net = 'cc_library(name = "tls", deps = ["//store"])'
        graph = build_files.targets_of(bootstrap, "service/bootstrap")
        self.assertEqual([], checker.check_links(graph))
        graph.update(build_files.targets_of(net, "service/net"))
        found = checker.check_links(graph)
        self.assertEqual(["link", "link"], [finding.rule for finding in found])
        self.assertIn("//service/bootstrap:server -> //service/net:tls -> //store:store",
                      found[1].message)
        # Others may.
        self.assertEqual({"service/bootstrap/BUILD.bazel"}, {finding.path for finding in found})

if __name__ == "__main__":
    unittest.main()
