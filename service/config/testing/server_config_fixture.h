// A configuration for tests, by line.
#ifndef FLEETCA_SERVICE_CONFIG_TESTING_SERVER_CONFIG_FIXTURE_H_
#define FLEETCA_SERVICE_CONFIG_TESTING_SERVER_CONFIG_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"

namespace fleetca::service {

// Each line is known by its number: the tests below change one and expect that number back.
inline constexpr char kGood[] =
    /* 1*/
    "trust_domain: \"fleet.example\"\n"
    /* 2*/
    "listener {\n"
    /* 3*/
    "  address: \"127.0.0.1:8443\"\n"
    /* 4*/
    "  certificate_file: \"server/tls.pem\"\n"
    /* 5*/
    "  private_key_file: \"server/tls.key\"\n"
    /* 6*/
    "  client_ca_file: \"/etc/roots.pem\"\n"
    /* 7*/
    "}\n"
    /* 8*/
    "issuer {\n"
    /* 9*/
    "  certificate_file: \"ca.pem\"\n"
    /*10*/
    "  key { file { path: \"ca.key\"\n"
    /*11*/
    "    passphrase { file: \"ca.passphrase\" } } }\n"
    /*12*/
    "  trust_bundle_file: \"roots.pem\"\n"
    /*13*/
    "}\n"
    /*14*/
    "store { path: \"store\" }\n"
    /*15*/ "policy_file: \"policy.textproto\"\n";

inline constexpr absl::string_view kPath = "conf/fleetca.textproto";

// kGood with line `number` (from 1) replaced.
inline std::string WithLine(size_t number, absl::string_view line) {
  std::vector<std::string> lines = absl::StrSplit(kGood, '\n');
  lines.at(number - 1) = std::string(line);
  return absl::StrJoin(lines, "\n");
}

// Of a text that is right.
inline ServerConfig GoodConfig(absl::string_view text) {
  absl::StatusOr<ServerConfig> config = ParseServerConfig(text, kPath);
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

// The only mistake's line, as "conf/fleetca.textproto:LINE: ...".
inline std::string OnlyMistake(absl::string_view text) {
  const absl::Status status = ParseServerConfig(text, kPath).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("\n")));
  return std::string(status.message());
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_TESTING_SERVER_CONFIG_FIXTURE_H_
