#include "service/cli/policy_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/crypto_types.h"
#include "base/durable_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "service/cli/commands.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/san.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPolicy[] = R"(policy_revision: 7
trust_domain: "fleet.test"
profiles {
  profile {
    name: "service"
    default_lifetime { seconds: 3600 }
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names { spiffe_paths: "/*" dns_suffixes: ".fleet.test" }
  }
}
identities {
  name: "web"
  identity: "/svc/{name}"
  profiles: "service"
  dns_names: "{name}.fleet.test"
  roles: "read"
  attributes { name: "team" value: "{name}" }
  budget { certificates: 5 per { seconds: 60 } }
}
identities { name: "node" identity: "/node/{node}" issue_for: "/svc/{node}" }
)";

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

class PolicyCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write(policy_, kPolicy);
    const std::vector<x509::GeneralName> names = {
        {x509::NameType::kUri, "spiffe://fleet.test/svc/web"},
        {x509::NameType::kDns, "web.fleet.test"}};
    testing::CsrOptions options;
    options.names = names;
    der_ = testing::MakeCsr(options);
    Write(csr_, x509::EncodePem(x509::kPemCertificateRequest, der_));
  }

  static void Write(const std::string& file, absl::string_view text) {
    ASSERT_TRUE(WriteFileAtomic(file, text, 0644).ok());
  }

  static Outcome Run(std::vector<std::string> arguments) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    int code = 0;
    CLI::App app("test", "fleetca");
    AddServerCommands(app, &code);
    try {
      app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
      code = app.exit(error) == 0 ? 0 : 2;
    }
    Outcome outcome;
    outcome.code = code;
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }

  Outcome Explain(const std::string& path, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {
        "policy", "explain", policy_,     "--as",   "spiffe://fleet.test" + path,
        "--csr",  csr_,      "--profile", "service"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  const testing::TemporaryFolder folder_;
  const std::string policy_ = folder_.path() + "/policy.textproto";
  const std::string csr_ = folder_.path() + "/web.csr";
  std::string der_;
};

TEST_F(PolicyCommandTest, CheckAcceptsAGoodPolicy) {
  const Outcome text = Run({"policy", "check", policy_});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out, absl::StrCat(policy_, ": ok: revision 7, profiles: 1, rules: 2\n"));
  const auto json = nlohmann::json::parse(Run({"policy", "check", policy_, "-o", "json"}).out);
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["policy_revision"], 7);
}

TEST_F(PolicyCommandTest, CheckReportsEveryMistakeWithItsLine) {
  Write(policy_, absl::StrReplaceAll(kPolicy, {{"revision: 7", "revision: 0"},
                                               {"\"/node/{node}\"", "\"/svc/{node}\""}}));
  const Outcome text = Run({"policy", "check", policy_});
  EXPECT_EQ(text.code, 1);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, AllOf(StartsWith(policy_ + ":1: policy_revision: "),
                              HasSubstr("\"web\" (line 11) and \"node\" (line 20)")));
  const Outcome as_json = Run({"policy", "check", policy_, "-o", "json"});
  EXPECT_EQ(as_json.code, 1);
  EXPECT_EQ(nlohmann::json::parse(as_json.out)["mistakes"].size(), 2u);
}

TEST_F(PolicyCommandTest, CheckOfAMissingFileFails) {
  const Outcome outcome = Run({"policy", "check", folder_.path() + "/none"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("/none"));
}

TEST_F(PolicyCommandTest, ExplainsWhatIsAllowed) {
  const Outcome outcome = Explain("/svc/web");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(StartsWith("ALLOWED\n"), HasSubstr("rule \"web\", /svc/{name}, line 11"),
                    HasSubstr("DNS:web.fleet.test: granted"), HasSubstr("team = web"),
                    HasSubstr("5 certificates per 1m"),
                    HasSubstr("  revocation       CRL and OCSP, where the server has")));
}

TEST_F(PolicyCommandTest, ExplainsWhatIsDenied) {
  const Outcome outcome = Explain("/node/n1");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("DENIED: spiffe://fleet.test/node/n1 may not ask"),
                                 HasSubstr("rule \"node\""), Not(HasSubstr("ok      profile"))));
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(Explain("/node/web").code, 0);
  EXPECT_EQ(Explain("/svc/web", {"--lifetime", "2h"}).code, 1);
  EXPECT_EQ(Explain("/svc/web", {"--lifetime", "30m"}).code, 0);
  EXPECT_EQ(Explain("/svc/web", {"--for", "spiffe://fleet.test/svc/db"}).code, 1);
}

TEST_F(PolicyCommandTest, ExplainsAsJson) {
  const Outcome allowed = Explain("/node/web", {"-o", "json"});
  const auto json = nlohmann::json::parse(allowed.out);
  EXPECT_EQ(json["allowed"], true);
  EXPECT_EQ(json["caller"]["rule"]["name"], "node");
  EXPECT_EQ(json["subject"]["rule"]["name"], "web");
  EXPECT_EQ(json["certificate"]["names"][0], "URI:spiffe://fleet.test/svc/web");
  EXPECT_EQ(json["certificate"]["attributes"]["team"], "web");
  EXPECT_EQ(json["certificate"]["policy_revision"], 7);
  EXPECT_EQ(json["certificate"]["revocation"], "default");
  EXPECT_EQ(json["certificate"]["renewal_grace_seconds"], 0);
  EXPECT_EQ(json["certificate"]["budget"], nullptr);
  EXPECT_FALSE(json.contains("refusal"));
  const auto denied = nlohmann::json::parse(Explain("/user/x", {"-o", "json"}).out);
  EXPECT_EQ(denied["allowed"], false);
  EXPECT_EQ(denied["caller"]["rule"], nullptr);
  EXPECT_EQ(denied["refusal"]["code"], "PERMISSION_DENIED");
  EXPECT_EQ(denied["refusal"]["reason"], "CALLER_NOT_ALLOWED");
  EXPECT_EQ(denied["checks"].back()["passed"], false);
}

// As the server refuses it, before it looks at its own certificate.
TEST_F(PolicyCommandTest, ExplainRefusesALifetimeUnderAMinute) {
  const Outcome outcome = Explain("/svc/web", {"--lifetime", "30s"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("DENIED: lifetime 30s is too short"),
                                 HasSubstr("FAILED  lifetime")));
  const auto json =
      nlohmann::json::parse(Explain("/svc/web", {"--lifetime", "59s", "-o", "json"}).out);
  EXPECT_EQ(json["refusal"]["reason"], "LIFETIME_INVALID");
  EXPECT_EQ(json["refusal"]["field"], "lifetime");
}

TEST_F(PolicyCommandTest, ExplainsTheSubjectAndTheNamesOfNoRequest) {
  Write(policy_, absl::StrReplaceAll(kPolicy, {{"  roles: \"read\"",
                                                "  subject { common_name: \"{name}\" "
                                                "organization: \"Fleet\" }"}}));
  testing::CsrOptions options;
  Write(csr_, testing::MakeCsr(options));
  const auto json = nlohmann::json::parse(Explain("/svc/web", {"-o", "json"}).out);
  EXPECT_EQ(json["certificate"]["subject"], "O=Fleet, CN=web");
  EXPECT_EQ(json["certificate"]["names"][1], "DNS:web.fleet.test");
  EXPECT_EQ(json["certificate"]["left_out_names"].size(), 0u);
}

TEST_F(PolicyCommandTest, ExplainsARenewalByItsCertificate) {
  const testing::TestKey& key = testing::TestKey::OfType(KeyType::kP256);
  const x509::TestCa root = x509::MakeTestRoot(KeyType::kP256);
  x509::CertSpec spec = x509::LeafSpec(key);
  spec.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/web"},
                {x509::NameType::kDns, "web.fleet.test"},
                {x509::NameType::kDns, "old.fleet.test"}};
  const auto tbs_template = x509::TbsTemplate::Create(x509::LeafOptions(root));
  ASSERT_TRUE(tbs_template.ok()) << tbs_template.status();
  const std::string tbs = (*tbs_template)->Build(spec);
  const std::string certificate = folder_.path() + "/web.crt";
  Write(certificate, x509::EncodePem(x509::kPemCertificate,
                                     x509::AssembleCertificate(tbs, root.scheme,
                                                               root.key.Sign(root.scheme, tbs))));
  Write(csr_, testing::MakeCsr(testing::CsrOptions()));
  const Outcome outcome = Run({"policy", "explain", policy_, "--certificate", certificate, "--csr",
                               csr_, "--profile", "service"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("names            URI:spiffe://fleet.test/svc/web, "
                                           "DNS:web.fleet.test\n"),
                                 HasSubstr("left out         DNS:old.fleet.test\n")));
  // One of the two says who asks.
  EXPECT_EQ(Explain("/svc/web", {"--certificate", certificate}).code, 2);
}

// As PowerShell's ">" writes it.
TEST_F(PolicyCommandTest, ExplainNamesUtf16OfEveryFile) {
  const std::string utf16("\xff\xfe-\0-\0-\0", 8);
  const std::string certificate = folder_.path() + "/web.crt";
  Write(certificate, utf16);
  const Outcome renewal = Run({"policy", "explain", policy_, "--certificate", certificate, "--csr",
                               csr_, "--profile", "service"});
  EXPECT_EQ(renewal.code, 1);
  EXPECT_THAT(renewal.err, AllOf(HasSubstr("web.crt: "), HasSubstr("this is UTF-16")));
  Write(csr_, utf16);
  const Outcome of_csr = Explain("/svc/web");
  EXPECT_EQ(of_csr.code, 1);
  EXPECT_THAT(of_csr.err, AllOf(HasSubstr("web.csr: "), HasSubstr("this is UTF-16")));
}

TEST_F(PolicyCommandTest, CheckPolicyFileJudgesAsTheCommandDoes) {
  EXPECT_TRUE(CheckPolicyFile(policy_).ok());
  Write(policy_, "junk");
  EXPECT_FALSE(CheckPolicyFile(policy_).ok());
}

TEST_F(PolicyCommandTest, ExplainTakesDerAndRefusesWhatIsNoCsr) {
  Write(csr_, der_);
  EXPECT_EQ(Explain("/svc/web").code, 0);
  Write(csr_, "no CSR");
  const Outcome outcome = Explain("/svc/web");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr(csr_));
}

TEST_F(PolicyCommandTest, WrongFlagsAreUsageErrors) {
  EXPECT_EQ(Run({"policy"}).code, 2);
  EXPECT_EQ(Run({"policy", "check"}).code, 2);
  EXPECT_EQ(Run({"policy", "explain", policy_}).code, 2);
  EXPECT_EQ(Explain("/..").code, 2);
  EXPECT_EQ(Explain("/svc/web", {"--for", "svc/web"}).code, 2);
  EXPECT_EQ(Explain("/svc/web", {"--lifetime", "soon"}).code, 2);
  EXPECT_EQ(Explain("/svc/web", {"-o", "yaml"}).code, 2);
  EXPECT_EQ(Run({"policy", "explain", "-", "--as", "spiffe://fleet.test/svc/web", "--profile", "p",
                 "--csr", "-"})
                .code,
            2);
}

TEST_F(PolicyCommandTest, HelpHasExamples) {
  for (const char* command : {"check", "explain"}) {
    const Outcome outcome = Run({"policy", command, "--help"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:"));
  }
}

}  // namespace
}  // namespace fleetca::service
