#include "client/cli/commands.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CommandsTest, IssuesForACsrAndPrintsPem) {
  const Outcome outcome = Issue({"--csr", WriteCsr()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto chain = x509::DecodePem(x509::kPemCertificate, outcome.out);
  ASSERT_TRUE(chain.ok()) << chain.status();
  ASSERT_EQ(chain->size(), 2);
  EXPECT_TRUE(x509::ParseCertificate((*chain)[0]).ok());
  EXPECT_EQ((*chain)[1], server_.ca().issuing_der());
  EXPECT_THAT(outcome.out, StartsWith("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_THAT(outcome.err, StartsWith("issued 01"));
  EXPECT_EQ(server_.service().requests()[0].profile(), "server");
}

TEST_F(CommandsTest, TakesADerCsr) {
  EXPECT_EQ(Issue({"--csr", WriteCsr("web.der", false)}).exit_code, 0);
}

TEST_F(CommandsTest, StandardOutputHasThreeNames) {
  const std::string csr = WriteCsr();
  for (const char* name : {"-", "/dev/stdout", "/dev/fd/1"}) {
    const Outcome outcome = Issue({"--csr", csr, "--out", name});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, StartsWith("-----BEGIN CERTIFICATE-----")) << name;
  }
  EXPECT_FALSE(std::filesystem::exists("-"));
}

TEST_F(CommandsTest, ValidateOnlyPrintsTheDecision) {
  const std::vector<std::string> flags = {"--new-key", "p256", "--identity",
                                          "spiffe://fleet.example/svc/db", "--validate-only"};
  const Outcome outcome = Issue(flags);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "Decision\n"
            "  Identity        spiffe://fleet.example/svc/db\n"
            "  Caller's rule   admins\n"
            "  Identity's rule services\n"
            "  Profile         server\n"
            "  Names           URI:spiffe://fleet.example/svc/db\n"
            "                  DNS:web.fleet.example\n"
            "  Subject         (none)\n"
            "  Roles           reader\n"
            "                  writer\n"
            "  Roles count at  echo\n"
            "  Attributes      team=web\n"
            "  Lifetime        1 day, of at most 7 days\n"
            "  Revocation      CRL\n"
            "  Policy revision 3\n");
  EXPECT_EQ(outcome.err, "the CA would grant this; nothing was issued\n");
  const auto requests = server_.service().requests();
  EXPECT_TRUE(requests[0].validate_only());
  EXPECT_EQ(requests[0].identity(), "spiffe://fleet.example/svc/db");

  std::vector<std::string> as_json = flags;
  as_json.insert(as_json.end(), {"-o", "json"});
  const auto json = nlohmann::json::parse(Issue(as_json).out);
  EXPECT_EQ(json["identity"], "spiffe://fleet.example/svc/db");
  EXPECT_EQ(json["caller_rule"], "admins");
  EXPECT_EQ(json["subject_rule"], "services");
  EXPECT_EQ(json["names"].size(), 2);
  EXPECT_EQ(json["roles"], nlohmann::json::array({"reader", "writer"}));
  EXPECT_EQ(json["audience"], nlohmann::json::array({"echo"}));
  EXPECT_EQ(json["attributes"]["team"], "web");
  EXPECT_EQ(json["lifetime_seconds"], 86400);
  EXPECT_EQ(json["max_lifetime_seconds"], 604800);
  EXPECT_EQ(json["policy_revision"], 3);
  EXPECT_EQ(json["revocation"], "crl");
}

TEST_F(CommandsTest, LifetimeAndRequestIdAreSentAndAReplayIsSaid) {
  const std::string id = "00112233445566778899aabbccddeeff";
  const std::vector<std::string> flags = {"--csr",        WriteCsr(), "--lifetime", "7d",
                                          "--request-id", id,         "-o",         "json"};
  const Outcome first = Issue(flags);
  const Outcome second = Issue(flags);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  ASSERT_EQ(second.exit_code, 0) << second.err;
  const auto request = server_.service().requests()[0];
  EXPECT_EQ(request.lifetime().seconds(), 7 * 24 * 3600);
  EXPECT_EQ(request.request_id().substr(0, 2), std::string("\x00\x11", 2));
  const auto json = nlohmann::json::parse(second.out);
  EXPECT_EQ(json["request_id"], id);
  EXPECT_EQ(json["replayed"], true);
  EXPECT_EQ(json["serial"], nlohmann::json::parse(first.out)["serial"]);
  EXPECT_THAT(second.err, StartsWith("issued before for this request id: 01"));
}

TEST_F(CommandsTest, JsonAndTextSayTheSame) {
  const Outcome as_json = Issue({"--csr", WriteCsr(), "-o", "json"});
  ASSERT_EQ(as_json.exit_code, 0) << as_json.err;
  const auto json = nlohmann::json::parse(as_json.out);
  EXPECT_EQ(json["type"], "certificate");
  EXPECT_EQ(json["names"], nlohmann::json::array({"DNS:web.fleet.example"}));
  EXPECT_EQ(json["key"], "P-256");
  EXPECT_EQ(json["chain_pem"].size(), 1);
  EXPECT_THAT(json["pem"].get<std::string>(), StartsWith("-----BEGIN CERTIFICATE-----"));
  EXPECT_THAT(json["renew_after"].get<std::string>(), HasSubstr("T"));

  const Outcome as_text =
      RunAtServer({"cert", "get"}, {json["serial"].get<std::string>(), "-o", "text"});
  ASSERT_EQ(as_text.exit_code, 0) << as_text.err;
  EXPECT_THAT(as_text.out, HasSubstr("  Serial          " + json["serial"].get<std::string>()));
  EXPECT_THAT(as_text.out, HasSubstr("  Requested by    spiffe://fleet.example/user/admin\n"));
}

TEST_F(CommandsTest, GetsByTheSerialAsOpensslPrintsIt) {
  const auto json = nlohmann::json::parse(Issue({"--csr", WriteCsr(), "-o", "json"}).out);
  std::string serial = json["serial"].get<std::string>();
  for (char& c : serial) {
    c = static_cast<char>(std::toupper(c));
  }
  const Outcome outcome = RunAtServer({"cert", "get"}, {"serial=" + serial});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            absl::StrCat(json["pem"].get<std::string>(), json["chain_pem"][0].get<std::string>()));
  EXPECT_EQ(RunAtServer({"cert", "get"}, {serial, "--leaf-only"}).out,
            json["pem"].get<std::string>());
}

TEST_F(CommandsTest, GetOfAnUnknownSerialFails) {
  const auto serial = x509::SerialNumber::Create(absl::Now(), 1, absl::Now());
  const Outcome outcome = RunAtServer({"cert", "get"}, {serial->ToHex()});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "fleetca: no certificate has this serial\n");
  EXPECT_THAT(outcome.out, IsEmpty());
}

// A CSR that names no SPIFFE ID is for whoever asks.
TEST_F(CommandsTest, ARefusalThatAnIdentityWouldCureSaysSo) {
  const auto refused = [this](const std::string& reason, const std::vector<std::string>& flags) {
    server_.service().FailNext(
        {{grpc::PERMISSION_DENIED, "not yours", reason, "", absl::ZeroDuration()}});
    return Issue(flags).err;
  };
  const std::string csr = WriteCsr();
  EXPECT_THAT(refused("CALLER_NOT_ALLOWED", {"--csr", csr}),
              StartsWith("fleetca: not yours. Neither the CSR nor a flag says whom"));
  EXPECT_THAT(refused("CALLER_NOT_ALLOWED", {"--csr", csr}), HasSubstr("--identity"));
  EXPECT_EQ(refused("NAME_RESERVED", {"--csr", csr}), "fleetca: not yours\n");
  EXPECT_EQ(
      refused("CALLER_NOT_ALLOWED", {"--csr", csr, "--identity", "spiffe://fleet.example/svc/web"}),
      "fleetca: not yours\n");
  EXPECT_EQ(refused("CALLER_NOT_ALLOWED", {"--new-key", "p256", "--key-out", Path("web.key"),
                                           "--name", "URI:spiffe://fleet.example/svc/web"}),
            "fleetca: not yours\n");
}

TEST_F(CommandsTest, AnErrorCannotForgeTerminalOutput) {
  server_.service().FailNext({{grpc::PERMISSION_DENIED, "no\x1b[2Jfleetca: all is well",
                               "CALLER_NOT_ALLOWED", "", absl::ZeroDuration()}});
  EXPECT_THAT(Issue({"--csr", WriteCsr()}).err, Not(HasSubstr("\x1b")));
}

TEST_F(CommandsTest, ACsrThatIsNoneFails) {
  Outcome outcome = Issue({"--csr", Write("junk", "junk", 0644)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("not a certification request"));
  outcome = Issue({"--csr", Write("junk.pem", server_.ca().root_pem(), 0644)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("junk.pem"));
  outcome = Issue({"--csr", Path("absent")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("absent"));
  EXPECT_THAT(server_.service().requests(), IsEmpty());
}

TEST_F(CommandsTest, UsageErrorsExitWith2AndAskNothing) {
  const std::string csr = WriteCsr();
  const std::vector<std::vector<std::string>> mistakes = {
      {},
      {"--csr", csr, "--new-key", "p256"},
      {"--new-key", "p256", "--key-out", Path("k")},
      {"--new-key", "p256", "--name", "DNS:web.fleet.example"},
      {"--new-key", "p521", "--key-out", Path("k"), "--name", "DNS:web.fleet.example"},
      {"--new-key", "p256", "--key-out", Path("k"), "--name", "web.fleet.example"},
      {"--new-key", "p256", "--key-out", Path("k"), "--name", "DNS:w.fleet.example", "--out",
       Path("k")},
      {"--csr", csr, "--key-out", Path("k")},
      {"--csr", csr, "--name", "DNS:web.fleet.example"},
      {"--csr", csr, "--lifetime", "soon"},
      {"--csr", csr, "--lifetime", "-1h"},
      {"--csr", csr, "--lifetime", "0s"},
      {"--csr", csr, "--lifetime", "1.5s"},
      {"--csr", csr, "--request-id", "abcd"},
      {"--csr", csr, "--request-id", std::string(32, 'g')},
      {"--csr", csr, "-o", "xml"},
      {"--csr", csr, "--timeout", "never"},
      {"--csr", csr, "--unknown"},
      {"--csr", csr, "--identity", "web.fleet.example"},
      {"--csr", csr, "--token-file", "t"},
      {"--csr", csr, "--ca-sha256", std::string(64, 'a')},
      {"--csr", csr, "--leaf-only", "--chain"},
      {"--csr", csr, "--csr", csr},
      {"--csr", "-", "--ca", "-"},
      {"--csr-dir", server_.dir()},
      {"--csr", csr, "--csr-dir", server_.dir(), "--out-dir", server_.dir()},
      {"--csr", csr, "--out-dir", server_.dir(), "--out", Path("k")},
      {"--csr", csr, "--out-dir", server_.dir(), "-o", "text"},
      {"--csr", csr, "--out-dir", server_.dir(), "--validate-only"},
      {"--csr", csr, "--out-dir", server_.dir(), "--request-id", std::string(32, 'a')},
  };
  for (const std::vector<std::string>& flags : mistakes) {
    const Outcome outcome = Issue(flags);
    EXPECT_EQ(outcome.exit_code, 2) << ::testing::PrintToString(flags);
    EXPECT_THAT(outcome.out, IsEmpty()) << ::testing::PrintToString(flags);
    EXPECT_THAT(outcome.err, Not(IsEmpty())) << ::testing::PrintToString(flags);
  }
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  EXPECT_FALSE(Exists("k"));
}

TEST(CommandsUsageTest, SaysWhatIsMissing) {
  const Outcome no_files = RunCommand({"cert", "issue", "--profile", "server", "--csr", "x"});
  EXPECT_EQ(no_files.exit_code, 2);
  EXPECT_EQ(
      no_files.err,
      "fleetca: --ca is required (or --dir, the folder of 'fleetca ca init', or FLEETCA_DIR or a "
      "context that names one)\n");
  EXPECT_EQ(RunCommand({"cert", "get", "--dir", "x", "zz"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"cert", "get", "--dir", "x"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"cert", "get", "--dir", "x", "--server", "localhost", "01"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"cert"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"bundle"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"token"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"cert", "issue", "--dir", "x", "--csr", "x"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"cert", "inspect"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"authz"}).exit_code, 2);
  const Outcome nowhere = RunCommand(
      {"authz", "serve", "--roots", "x", "--trust-domain", "fleet.example", "--routes", "x"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_EQ(nowhere.err, "fleetca: --grpc or --http is required: where proxies ask\n");
  const Outcome remote = RunCommand({"authz", "serve", "--roots", "x", "--trust-domain",
                                     "fleet.example", "--routes", "x", "--http", "0.0.0.0:80"});
  EXPECT_EQ(remote.exit_code, 1);
  EXPECT_THAT(remote.err, HasSubstr("speaks for the proxy"));
}

TEST(CommandsUsageTest, HelpHasExamples) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"cert", "issue"},
                                                  {"cert", "get"},
                                                  {"cert", "inspect"},
                                                  {"cert", "revoke"},
                                                  {"cert", "status"},
                                                  {"identity", "block"},
                                                  {"identity", "unblock"},
                                                  {"identity", "list"},
                                                  {"lineage", "unblock"},
                                                  {"crl", "get"},
                                                  {"crl", "inspect"},
                                                  {"crl", "verify"},
                                                  {"ocsp", "query"},
                                                  {"renewal", "info"},
                                                  {"renewal", "order"},
                                                  {"renewal", "list"},
                                                  {"renewal", "cancel"},
                                                  {"bundle", "get"},
                                                  {"bundle", "fingerprint"},
                                                  {"token", "create"},
                                                  {"token", "list"},
                                                  {"token", "revoke"},
                                                  {"completion", "install"},
                                                  {"completion", "uninstall"},
                                                  {"agent", "status"},
                                                  {"agent", "enroll"},
                                                  {"authz", "serve"},
                                                  {"authz", "check"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const Outcome outcome = RunCommand(arguments);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Example"));
    EXPECT_THAT(outcome.out, HasSubstr(absl::StrCat("fleetca ", command[0], " ", command[1])));
  }
}

}  // namespace
}  // namespace fleetca::client
