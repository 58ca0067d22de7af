#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "client/agent/config/agent_config.h"
#include "client/agent/config/testing/good_agent_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using testing::kAgentPath;
using testing::kGoodAgent;
using ::testing::StartsWith;

// A mistake that is made in the good text: `from` becomes `to`.
struct Case {
  const char* from;
  std::string to;
  int line;
  const char* field;
  const char* problem;
};

// Something to put into the identity, on its first line.
Case InIdentity(const std::string& more, const char* field, const char* problem) {
  return {"  name: \"web\"\n", absl::StrCat("  name: \"web\" ", more, "\n"), 8, field, problem};
}

Case InOutputs(const std::string& more, const char* field, const char* problem) {
  return {"\"tls/\"", absl::StrCat("\"tls/\" ", more), 10, field, problem};
}

Case InCa(const std::string& more, const char* field, const char* problem) {
  return {"ca {", absl::StrCat("ca { ", more), 1, field, problem};
}

Case AtTheEnd(const std::string& more, const char* field, const char* problem) {
  return {"hooks { exec: [\"bin/reload\", \"now\"] }\n}", absl::StrCat("}\n", more), 12, field,
          problem};
}

void ExpectOnlyMistake(const Case& mistake) {
  SCOPED_TRACE(mistake.to);
  ASSERT_TRUE(absl::StrContains(kGoodAgent, mistake.from));
  const std::string text = absl::StrReplaceAll(kGoodAgent, {{mistake.from, mistake.to}});
  const absl::Status status = ParseAgentConfig(text, kAgentPath, "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  const std::vector<std::string> lines = absl::StrSplit(status.message(), '\n');
  EXPECT_EQ(lines.size(), 1u) << status;
  EXPECT_THAT(lines[0],
              StartsWith(absl::StrCat(kAgentPath, ":", mistake.line, ": ", mistake.field, ": ")));
  EXPECT_THAT(lines[0], HasSubstr(mistake.problem));
}

TEST(AgentConfigMistakesTest, OfTheCa) {
  for (const Case& mistake : {
           Case{"trust_domain: \"fleet.example\"", "", 1, "ca.trust_domain", "is missing"},
           Case{"addresses: \"ca.fleet.example:8443\"", "", 1, "ca.addresses", "is missing"},
           Case{"example:8443\"", "example\"", 3, "ca.addresses[0]", "has no port"},
           Case{"example:8443\"", "example:0\"", 3, "ca.addresses[0]", "is not a port"},
           Case{"addresses: ", "addresses: \"ca.fleet.example:8443\" addresses: ", 3,
                "ca.addresses[1]", "is there twice"},
           InCa("bootstrap_addresses: \"x\"", "ca.bootstrap_addresses[0]", "has no port"),
           InCa("server_name: \"a b\"", "ca.server_name", "is not a DNS name"),
           InCa("server_identity: \"proxy\"", "ca.server_identity", "give a SPIFFE ID"),
           InCa("server_identity: \"spiffe://fleet.example\"", "ca.server_identity", "has no path"),
           Case{"root_file: \"root-ca.crt\"", "", 1, "ca.root_sha256", "is missing"},
           Case{"root_file: \"root-ca.crt\"", "root_sha256: \"12\"", 4, "ca.root_sha256",
                "is not the SHA-256"},
           InCa("bundle_refresh { seconds: 59 }", "ca.bundle_refresh", "write 1m to 24h"),
           InCa("bundle_refresh { seconds: 86401 }", "ca.bundle_refresh", "write 1m to 24h"),
       }) {
    ExpectOnlyMistake(mistake);
  }
  ExpectOnlyMistake({"root_file: \"root-ca.crt\"",
                     absl::StrCat("root_file: \"r\" root_sha256: \"", std::string(64, 'a'), "\""),
                     4, "ca.root_file", "keep one of them"});
}

TEST(AgentConfigMistakesTest, OfTheAgentItself) {
  for (const Case& mistake : {
           Case{"state_folder: \"/var/lib/agent\"", "", 1, "state_folder", "is missing"},
           AtTheEnd("status { address: \"0.0.0.0:1\" }", "status.address", "from elsewhere"),
           AtTheEnd("status { address: \"127.0.0.1\" }", "status.address", "has no port"),
           AtTheEnd("logging { level: \"loud\" }", "logging.level", "is not a level"),
           AtTheEnd("run_as: \"no-such-user\"", "run_as", "knows no user"),
           AtTheEnd("run_as: \"root:no-such-group\"", "run_as", "knows no group"),
           AtTheEnd("run_as: \"54321\"", "run_as", "write USER:GROUP"),
           AtTheEnd("run_as: \":root\"", "run_as", "knows no user"),
       }) {
    ExpectOnlyMistake(mistake);
  }
  ExpectOnlyMistake(AtTheEnd(absl::StrCat("status { socket: \"/", std::string(107, 'a'), "\" }"),
                             "status.socket", "107 at most"));
}

TEST(AgentConfigMistakesTest, OfAnIdentity) {
  for (const Case& mistake : {
           Case{"name: \"web\"", "", 7, "identities[0].name", "is missing"},
           Case{"\"web\"", "\"Web\"", 8, "identities[0].name", "lower-case letters"},
           Case{"\"web\"", "\"../a\"", 8, "identities[0].name", "lower-case letters"},
           Case{"\"web\"", "\"" + std::string(65, 'a') + "\"", 8, "identities[0].name", "1 to 64"},
           Case{"profile: \"server\"", "", 7, "identities[0].profile", "is missing"},
           InIdentity("spiffe_id: \"x\"", "identities[0].spiffe_id", "spiffe://"),
           InIdentity("spiffe_id: \"spiffe://other/x\"", "identities[0].spiffe_id",
                      "not of the trust domain fleet.example"),
           InIdentity("spiffe_id: \"spiffe://fleet.example\"", "identities[0].spiffe_id",
                      "add a path"),
           InIdentity("names: \"web\"", "identities[0].names[0]", "what kind of name"),
           InIdentity("names: \"URI:spiffe://fleet.example/x\"", "identities[0].names[0]",
                      "spiffe_id"),
           InIdentity("names: [\"DNS:a\", \"DNS:a\"]", "identities[0].names[1]", "is there twice"),
           InIdentity("key_type: 9", "identities[0].key_type", "is not a type of key"),
           InIdentity("lifetime { seconds: 0 }", "identities[0].lifetime", "whole seconds"),
           InIdentity("lifetime { nanos: 5 }", "identities[0].lifetime", "whole seconds"),
           InIdentity("enrollment { certificate_file: \"a\" }",
                      "identities[0].enrollment.private_key_file", "is missing"),
           InIdentity("enrollment { private_key_file: \"a\" }",
                      "identities[0].enrollment.certificate_file", "is missing"),
           InIdentity("enrollment { join_token_credential: \"a\" }",
                      "identities[0].enrollment.join_token_credential", "LoadCredential=a:/path"),
           InIdentity("enrollment { jwt_credential: \"a\" }",
                      "identities[0].enrollment.jwt_credential", "or name a jwt_file"),
           InIdentity("enrollment { jwt_credential: \".a\" }",
                      "identities[0].enrollment.jwt_credential", "not the name"),
           InIdentity("enrollment { certificate_file: \"a\" private_key_credential: \"b/c\" }",
                      "identities[0].enrollment.private_key_credential", "not the name"),
           InIdentity("enrollment { private_key_file: \"a\" certificate_credential: \"b\" }",
                      "identities[0].enrollment.certificate_credential",
                      "LoadCredential=b:/path in the unit, or name a certificate_file"),
           InIdentity("enrollment { join_token_credential: \"a/b\" }",
                      "identities[0].enrollment.join_token_credential", "not the name"),
           InIdentity("maintenance_windows { begin: \"1:00\" end: \"02:00\" }",
                      "identities[0].maintenance_windows[0].begin", "is not a time of the day"),
           InIdentity("maintenance_windows { begin: \"01:00\" end: \"24:00\" }",
                      "identities[0].maintenance_windows[0].end", "is not a time of the day"),
           InIdentity("maintenance_windows { begin: \"01:00\" }",
                      "identities[0].maintenance_windows[0].end", "is missing"),
           InIdentity("maintenance_windows { begin: \"01:00\" end: \"01:00\" }",
                      "identities[0].maintenance_windows[0].end", "is when the window begins"),
           InIdentity("maintenance_windows { days: \"mon\" begin: \"01:00\" end: \"02:00\" }",
                      "identities[0].maintenance_windows[0].days[0]", "is not a day"),
           InIdentity("sockets { }", "identities[0].sockets[0].path", "is missing"),
           InIdentity("sockets { path: \"a\" }", "identities[0].sockets[0].path", "is relative"),
           InIdentity("sockets { path: \"/a\" mode: \"660\" }", "identities[0].sockets[0].mode",
                      "is not a mode"),
           InIdentity("sockets { path: \"/a\" mode: \"0777\" }", "identities[0].sockets[0].mode",
                      "is not a mode"),
           InIdentity("sockets { path: \"/a\" units: \"web\" }",
                      "identities[0].sockets[0].units[0]", "systemd unit"),
           InIdentity("sockets { path: \"/a\" cgroups: \"a\" }",
                      "identities[0].sockets[0].cgroups[0]", "control group"),
           InIdentity("sockets { path: \"/a\" protocols: 0 }",
                      "identities[0].sockets[0].protocols[0]", "is not a protocol"),
       }) {
    ExpectOnlyMistake(mistake);
  }
}

TEST(AgentConfigMistakesTest, OfOutputsAndHooks) {
  for (const Case& mistake : {
           Case{"outputs { folder: \"tls/\" }", "", 7, "identities[0].outputs.folder",
                "is missing"},
           InOutputs("private_key: \"a/b\"", "identities[0].outputs.private_key",
                     "not a name for a file"),
           InOutputs("private_key: \"..data\"", "identities[0].outputs.private_key",
                     "not a name for a file"),
           InOutputs("private_key: \"trust-bundle.pem\"", "identities[0].outputs.trust_bundle",
                     "name of another file"),
           InOutputs("credential_bundle: \"-\" trust_bundle: \"-\"", "identities[0].outputs",
                     "has no file"),
           InOutputs("secret_mode: \"0644\"", "identities[0].outputs.secret_mode", "0640"),
           InOutputs("pkcs12: \"a.p12\"", "identities[0].outputs.passphrase_file", "is missing"),
           InOutputs("passphrase_file: \"a\"", "identities[0].outputs.passphrase_file",
                     "is of no use"),
           InOutputs("owner: \"no-such-user\"", "identities[0].outputs.owner", "knows no user"),
           Case{"[\"bin/reload\", \"now\"]", "\"nginx -s reload\"", 11,
                "identities[0].hooks[0].exec[0]", "is a command line"},
           Case{"[\"bin/reload\", \"now\"]", "[\"a\", \"\\0\"]", 11,
                "identities[0].hooks[0].exec[1]", "has an octet 0"},
           InIdentity("hooks {}", "identities[0].hooks[0]", "has none of"),
           InIdentity("hooks { exec: \"a\" reload_unit: \"a.service\" }", "identities[0].hooks[0]",
                      "has more than one of"),
           InIdentity("hooks { exec: \"a\" timeout { nanos: 1 } }",
                      "identities[0].hooks[0].timeout", "write 1s to 10m"),
           InIdentity("hooks { signal {} }", "identities[0].hooks[0].signal.pid_file",
                      "is missing"),
           InIdentity("hooks { signal { pid_file: \"a\" signal: \"KILL\" } }",
                      "identities[0].hooks[0].signal.signal", "is not a signal"),
           InIdentity("hooks { reload_unit: \"--now\" }", "identities[0].hooks[0].reload_unit",
                      "systemd unit"),
       }) {
    ExpectOnlyMistake(mistake);
  }
}

TEST(AgentConfigMistakesTest, WhatTwoPartsCannotHaveInCommon) {
  const std::string second = "identities { name: \"b\" profile: \"p\" ";
  for (const Case& mistake : {
           AtTheEnd("identities { name: \"web\" profile: \"p\" outputs { folder: \"b\" } }",
                    "identities[1].name", "identities[0].name as well"),
           AtTheEnd(second + "outputs { folder: \"./tls\" } }", "identities[1].outputs.folder",
                    "identities[0].outputs.folder as well"),
           AtTheEnd(second + "outputs { folder: \"/var/lib/agent\" } }",
                    "identities[1].outputs.folder", "state_folder as well"),
           AtTheEnd(second + "outputs { folder: \"/var/lib/agent/web\" } }",
                    "identities[1].outputs.folder", "what the agent keeps of \"web\" as well"),
           AtTheEnd(second + "outputs { folder: \"b\" crl_folder: \"/var/lib/agent/b/\" } }",
                    "identities[1].outputs.crl_folder", "what the agent keeps of \"b\" as well"),
           AtTheEnd(second + "outputs { folder: \"b\" crl_folder: \"b\" } }",
                    "identities[1].outputs.crl_folder", "identities[1].outputs.folder as well"),
           AtTheEnd(second + "sockets { path: \"/a\" uids: 1 } sockets { path: \"/a\" uids: 2 } }",
                    "identities[1].sockets[1].path", "could be two identities"),
           AtTheEnd(second + "sockets { path: \"/var/lib/agent/status.sock\" } }",
                    "identities[1].sockets[0].path", "status.socket as well"),
       }) {
    ExpectOnlyMistake(mistake);
  }
  ExpectOnlyMistake({"  name: \"web\"\n", "  name: \"web\" enrollment { jwt_file: \"a\" }\n", 1,
                     "ca.bootstrap_addresses", "identity \"web\" enrolls there"});
  // Whatever the selectors are.
  ExpectOnlyMistake({"identities {\n",
                     "identities { name: \"a\" profile: \"p\" sockets { path: \"/a\" uids: 1 } }\n"
                     "identities { sockets { path: \"/a\" uids: 2 }\n",
                     8, "identities[1].sockets[0].path", "identities[0].sockets[0].path as well"});
}

TEST(AgentConfigMistakesTest, AllAreSaidAtOnceInTheOrderOfTheFile) {
  const absl::Status status =
      ParseAgentConfig("identities { name: \"A\"\n nme: \"b\" }\nlogging { level: \"x\" }\n", "f",
                       "")
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string mistakes(status.message());
  for (const char* part : {"f:1: ca.trust_domain: is missing", "f:1: state_folder: is missing",
                           "f:1: identities[0].name: ", "f:1: identities[0].profile: is missing",
                           "f:2:", "remove it or correct its name", "f:3: logging.level: "}) {
    EXPECT_THAT(mistakes, HasSubstr(part));
  }
  EXPECT_THAT(std::string(ParseAgentConfig("", "f", "").status().message()),
              HasSubstr("f:1: identities: is missing"));
}

}  // namespace
}  // namespace fleetca::client
