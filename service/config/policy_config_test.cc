#include "service/config/policy_config.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"
#include "service/policy/current_policy.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Each line is known by its number.
constexpr char kGood[] = R"(policy_revision: 7
trust_domain: "fleet.example"
profiles {
  profile {
    name: "service"
    default_lifetime { seconds: 3600 }
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names { spiffe_paths: "/*" dns_suffixes: ".fleet.example" }
  }
  key_usages: KEY_USAGE_DIGITAL_SIGNATURE
}
identities {
  name: "service"
  identity: "/svc/{name}"
  profiles: "service"
  dns_names: "{name}.fleet.example"
  roles: ["read", "write"]
  budget { certificates: 5 per { seconds: 60 } }
}
identities {
  name: "admin"
  identity: "/user/admin"
  issue_for: "/svc/*"
  rights { may_manage_tokens: true }
}
)";

constexpr absl::string_view kPath = "conf/policy.textproto";

std::string WithLine(size_t number, absl::string_view line) {
  std::vector<std::string> lines = absl::StrSplit(kGood, '\n');
  lines.at(number - 1) = std::string(line);
  return absl::StrJoin(lines, "\n");
}

std::string OnlyMistake(absl::string_view text) {
  const absl::Status status = ParsePolicy(text, kPath).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  return std::string(status.message());
}

TEST(PolicyConfigTest, GoodFileIsWhatItSays) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy, ParsePolicy(kGood, kPath));
  EXPECT_EQ(policy->revision(), 7);
  EXPECT_EQ(policy->trust_domain(), "fleet.example");
  ASSERT_EQ(policy->options().rules.size(), 2u);
  const RuleOptions& rule = policy->options().rules[0];
  EXPECT_EQ(rule.line, 12);
  EXPECT_THAT(rule.roles, ElementsAre("read", "write"));
  ASSERT_TRUE(rule.budget.has_value());
  EXPECT_EQ(*rule.budget, (Budget{5, absl::Minutes(1)}));
  EXPECT_FALSE(rule.max_lifetime.has_value());
  EXPECT_THAT(policy->options().rules[1].rights, ElementsAre(Right::kManageTokens));
}

TEST(PolicyConfigTest, ReadsSubjectsUnderscoresAndTheRightsToApplyAndRevoke) {
  std::string text =
      WithLine(10,
               "subject { common_name: \"{name}\" organization: \"a\" organization: \"b\" "
               "organizational_unit: \"u\" country: \"CH\" }");
  absl::StrReplaceAll(
      {{"dns_suffixes: \".fleet.example\"",
        "dns_suffixes: \".fleet.example\" dns_underscores: true"},
       {"may_manage_tokens: true", "may_apply_policy: true may_revoke_certificates: true"},
       {"  roles: [", "  subject { }\n  roles: ["}},
      &text);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy, ParsePolicy(text, kPath));
  const PolicyOptions& options = policy->options();
  EXPECT_EQ(options.revision_line, 1);
  ASSERT_TRUE(options.profiles[0].subject.has_value());
  EXPECT_EQ(*options.profiles[0].subject, (SubjectOptions{.common_name = "{name}",
                                                          .organizations = {"a", "b"},
                                                          .organizational_units = {"u"},
                                                          .country = "CH"}));
  EXPECT_TRUE(options.profiles[0].profile.names.dns_underscores);
  EXPECT_EQ(options.rules[0].subject, SubjectOptions());
  EXPECT_FALSE(options.rules[1].subject.has_value());
  EXPECT_THAT(options.rules[1].rights,
              ElementsAre(Right::kApplyPolicy, Right::kRevokeCertificates));
}

TEST(PolicyConfigTest, AStaleLineageIsRefusedUnlessItIsToBeBlocked) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto silent, ParsePolicy(WithLine(10, ""), kPath));
  EXPECT_EQ(silent->profiles()[0].on_stale_lineage, StaleLineage::kRefuse);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto blocks, ParsePolicy(WithLine(10, "on_stale_lineage: STALE_LINEAGE_BLOCK"), kPath));
  EXPECT_EQ(blocks->profiles()[0].on_stale_lineage, StaleLineage::kBlock);
}

TEST(PolicyConfigTest, ACertificateThatEndedIsRenewedOnlyWithinTheGraceThatIsWritten) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto silent, ParsePolicy(WithLine(10, ""), kPath));
  EXPECT_EQ(silent->profiles()[0].renewal_grace, absl::ZeroDuration());
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto longest, ParsePolicy(WithLine(10, "renewal_grace { seconds: 7776000 }"), kPath));
  EXPECT_EQ(longest->profiles()[0].renewal_grace, absl::Hours(24 * 90));
  for (const char* seconds : {"7776001", "-1"}) {
    EXPECT_THAT(
        ParsePolicy(WithLine(10, absl::StrCat("renewal_grace { seconds: ", seconds, " }")), kPath),
        IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid))
        << seconds;
  }
}

TEST(PolicyConfigTest, ReadsWhereWordOfARevocationIs) {
  const std::pair<const char*, RevocationSource> kWritten[] = {
      {"", RevocationSource::kDefault},
      {"revocation: REVOCATION_CRL_AND_OCSP", RevocationSource::kCrlAndOcsp},
      {"revocation: REVOCATION_CRL", RevocationSource::kCrl},
      {"revocation: REVOCATION_NONE", RevocationSource::kNone},
  };
  for (const auto& [line, source] : kWritten) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy, ParsePolicy(WithLine(10, line), kPath));
    EXPECT_EQ(policy->profiles()[0].revocation, source) << line;
  }
}

TEST(PolicyConfigTest, NoRevAvailIsForLeavesWithoutACrlAlone) {
  const std::string with_crl =
      absl::StrReplaceAll(WithLine(10, "revocation: REVOCATION_NONE"),
                          {{"name: \"service\"\n    default",
                            "name: \"service\" crl_url: \"http://a/b\"\n    default"}});
  EXPECT_THAT(OnlyMistake(with_crl),
              AllOf(StartsWith("conf/policy.textproto:10: profiles[0].revocation: "),
                    HasSubstr("beside profile.crl_url")));
  const std::string of_a_ca = absl::StrReplaceAll(
      WithLine(10,
               "revocation: REVOCATION_NONE subordinate_ca { permitted_names { dns_domains: "
               "\"edge.fleet.example\" } }"),
      {{"  roles: [\"read\", \"write\"]\n", ""}});
  EXPECT_THAT(ParsePolicy(of_a_ca, kPath).status().message(),
              HasSubstr("the certificate of a CA must be revocable"));
}

TEST(PolicyConfigTest, NamesTheLineOfEachMistake) {
  const std::tuple<int, const char*, const char*, const char*> kMistakes[] = {
      {1, "policy_revision: 0", "policy_revision", "1 or more"},
      {1, "policy_revision: -1", "policy_revision", "1 or more"},
      {2, "trust_domain: \"Fleet\"", "trust_domain", "not a SPIFFE trust domain"},
      {8, "names { spiffe_paths: \"x\" }", "profiles[0].profile.names.spiffe_paths[0]",
       "begin with"},
      {6, "default_lifetime { seconds: 3 }", "profiles[0].profile.default_lifetime", "1 minute"},
      {10, "key_usages: KEY_USAGE_UNSPECIFIED", "profiles[0].key_usages[0]", "not a key usage"},
      {10, "key_usages: KEY_USAGE_CRL_SIGN", "profiles[0].key_usages", "for CAs"},
      {10, "subject { country: \"ch\" }", "profiles[0].subject.country", "two capital letters"},
      {17, "subject { organization: \"\" }", "identities[0].subject.organization[0]", "is empty"},
      {10, "subordinate_ca { path_length: 4294967295 permitted_names { dns_domains: \"a\" } }",
       "profiles[0].subordinate_ca.path_length", "0 to 8"},
      {13, "name: \"\"", "identities[0].name", "name the rule"},
      {14, "identity: \"/svc/{name}/..\"", "identities[0].identity", "\"..\""},
      {15, "profiles: \"nonesuch\"", "identities[0].profiles[0]", "no profile"},
      {16, "dns_names: \"{nam}.fleet.example\"", "identities[0].dns_names[0]", "capture"},
      {17, "roles: \"Read\"", "identities[0].roles[0]", "not 1 to 64"},
      {18, "budget { certificates: 18446744073709551615 per { seconds: 1 } }",
       "identities[0].budget.certificates", "1 to 1000000000"},
      {18, "budget { certificates: 1 }", "identities[0].budget.per", "1 second"},
      {18, "max_lifetime { seconds: 1 }", "identities[0].max_lifetime", "1 minute"},
      {18, "key_algorithms: KEY_ALGORITHM_UNSPECIFIED", "identities[0].key_algorithms[0]",
       "not a key algorithm"},
      {18, "attributes { name: \"a\" value: \"{x}\" }", "identities[0].attributes[0].value",
       "capture"},
      {23, "issue_for: \"svc\"", "identities[1].issue_for[0]", "path"},
  };
  for (const auto& [line, replacement, field, saying] : kMistakes) {
    SCOPED_TRACE(replacement);
    EXPECT_THAT(
        OnlyMistake(WithLine(static_cast<size_t>(line), replacement)),
        AllOf(StartsWith(absl::StrCat(kPath, ":", line, ": ", field, ": ")), HasSubstr(saying)));
  }
}

TEST(PolicyConfigTest, ATieNamesBothRulesAndLines) {
  const std::string mistake = OnlyMistake(WithLine(22, "  identity: \"/svc/{admin}\""));
  EXPECT_THAT(mistake, AllOf(StartsWith(absl::StrCat(kPath, ":22: identities[1].identity: ")),
                             HasSubstr("\"service\" (line 12)"), HasSubstr("\"admin\" (line 20)")));
}

TEST(PolicyConfigTest, UnknownFieldsAreMistakes) {
  EXPECT_THAT(OnlyMistake(WithLine(17, "  rolls: \"read\"")), HasSubstr("17:"));
}

TEST(PolicyConfigTest, AllMistakesAtOnceInTheOrderOfTheFile) {
  std::string text = WithLine(1, "");
  text =
      absl::StrReplaceAll(text, {{"\"/svc/{name}\"", "\"svc\""}, {"seconds: 3600", "seconds: 1"}});
  const absl::Status status = ParsePolicy(text, kPath).status();
  const std::vector<std::string> lines = absl::StrSplit(std::string(status.message()), '\n');
  EXPECT_THAT(lines,
              ElementsAre(HasSubstr(": policy_revision: "), HasSubstr(":6: "), HasSubstr(":14: ")));
}

TEST(PolicyConfigTest, AnEmptyFileIsNoPolicy) {
  EXPECT_THAT(std::string(ParsePolicy("", "-").status().message()),
              AllOf(HasSubstr("policy_revision"), HasSubstr("trust_domain"), HasSubstr("profiles"),
                    HasSubstr("identities")));
}

// A million levels of an unknown field, which a parser that trusts them would answer with a crash.
TEST(PolicyConfigTest, DeepNestingIsAMistake) {
  std::string deep;
  for (int i = 0; i < 1000000; ++i) {
    deep += "a{";
  }
  EXPECT_THAT(ParsePolicy(deep, kPath),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid));
  EXPECT_THAT(ParseServerConfig(deep, kPath),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid));
}

TEST(PolicyConfigTest, BytesThatAreNoTextAreAMistake) {
  for (const std::string& text : {std::string("\0\1\2", 3), std::string("\xff\xfe"),
                                  std::string(kGood) + "\xff", WithLine(13, "  name: \"\xff\"")}) {
    EXPECT_THAT(ParsePolicy(text, kPath),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid));
  }
}

class PolicyFileTest : public ::testing::Test {
 protected:
  void Write(absl::string_view text) { ASSERT_THAT(WriteFileAtomic(file_, text, 0644), IsOk()); }

  const testing::TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/policy.textproto";
};

TEST_F(PolicyFileTest, AFileThatIsTooLargeIsNotRead) {
  Write(absl::StrCat(kGood, "#", std::string(size_t{16} << 20, 'x')));
  EXPECT_THAT(LoadPolicy(file_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(LoadPolicy(file_ + "none"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

TEST_F(PolicyFileTest, TenThousandAndOneRulesLoad) {
  std::string text = kGood;
  for (int i = 0; i < 9999; ++i) {
    absl::StrAppend(&text, "identities { name: \"r", i, "\" identity: \"/svc/r", i,
                    "\" profiles: \"service\" dns_regexes: \"r", i,
                    "-[0-9]+\\\\.fleet\\\\.example\" }\n");
  }
  Write(text);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy, LoadPolicy(file_));
  EXPECT_EQ(policy->options().rules.size(), 10001u);
  EXPECT_EQ(policy->options().rules[10000].line, 26 + 9998);
}

TEST_F(PolicyFileTest, TheCurrentPolicyReloadsIt) {
  Write(kGood);
  FLEETCA_ASSERT_OK_AND_ASSIGN(auto policy, LoadPolicy(file_));
  CurrentPolicy current(std::move(policy),
                        [this](absl::string_view text) { return ParsePolicy(text, file_); });
  Write(WithLine(17, "roles: \"Read\""));
  EXPECT_THAT(current.Reload(file_, *ReadFile(file_)),
              IsInvalid(Reason::kConfigInvalid, "identities[0].roles[0]"));
  EXPECT_EQ(current.Current()->revision(), 7);
  Write(absl::StrReplaceAll(WithLine(17, "roles: \"read\""),
                            {{"policy_revision: 7", "policy_revision: 8"}}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const PolicyChange change, current.Reload(file_, *ReadFile(file_)));
  EXPECT_THAT(change.lines, ElementsAre("rule \"service\": roles: [read, write] -> [read]"));
  EXPECT_EQ(current.Current()->revision(), 8);
}

}  // namespace
}  // namespace fleetca::service
