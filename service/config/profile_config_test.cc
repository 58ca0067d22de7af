// Profiles in a policy file: every mistake has its line and field.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/policy_config.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr absl::string_view kPath = "conf/policy.textproto";

// Each line is known by its number: the tests change one and expect that number back.
constexpr absl::string_view kGood[] = {
    /* 1*/ "policy_revision: 1",
    /* 2*/ "trust_domain: \"fleet.example\"",
    /* 3*/ "profiles {",
    /* 4*/ "  profile {",
    /* 5*/ "    name: \"service\"",
    /* 6*/ "    default_lifetime { seconds: 3600 }",
    /* 7*/ "    key_purposes: KEY_PURPOSE_SERVER_AUTH",
    /* 8*/ "    names {",
    /* 9*/ "      spiffe_paths: \"/svc/*\"",
    /*10*/ "    }",
    /*11*/ "  }",
    /*12*/ "}",
    /*13*/ "identities { name: \"svc\" identity: \"/svc/*\" profiles: \"service\" }",
};

std::string WithLine(size_t number, absl::string_view line) {
  std::vector<absl::string_view> lines(std::begin(kGood), std::end(kGood));
  lines.at(number - 1) = line;
  return absl::StrJoin(lines, "\n");
}

const Profile& ProfileOf(const Policy& policy) { return policy.profiles().front().profile; }

std::unique_ptr<const Policy> Parse(absl::string_view text) {
  auto policy = ParsePolicy(text, kPath);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *std::move(policy);
}

std::string OnlyMistake(absl::string_view text) {
  const absl::Status status = ParsePolicy(text, kPath).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  return std::string(status.message());
}

TEST(ProfileConfigTest, AGoodProfileGetsItsDefaults) {
  const auto policy = Parse(WithLine(1, kGood[0]));
  const Profile& profile = ProfileOf(*policy);
  EXPECT_EQ(profile.name(), "service");
  EXPECT_EQ(profile.max_lifetime(), absl::Hours(1));
  EXPECT_EQ(profile.backdate(), absl::Minutes(1));
  EXPECT_TRUE(profile.options().server_auth);
  EXPECT_FALSE(profile.options().client_auth);
}

struct MistakeCase {
  const char* name;
  size_t line;
  const char* replacement;
  const char* field;   // what follows "conf/policy.textproto:LINE: "
  const char* saying;  // part of the sentence
};

void PrintTo(const MistakeCase& mistake, std::ostream* out) { *out << mistake.replacement; }

class ProfileConfigMistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(ProfileConfigMistakeTest, NamesLineAndField) {
  const MistakeCase& param = GetParam();
  const std::string mistake = OnlyMistake(WithLine(param.line, param.replacement));
  EXPECT_THAT(mistake, StartsWith(absl::StrCat(kPath, ":", param.line, ": ", param.field, ": ")));
  EXPECT_THAT(mistake, HasSubstr(param.saying));
}

// Replaces line 11, the end of the profile, so that the field is in it.
#define PROFILE_FIELD(text) text " }"

INSTANTIATE_TEST_SUITE_P(
    All, ProfileConfigMistakeTest,
    testing::ValuesIn(std::vector<MistakeCase>{
        {"BadProfileName", 11,
         PROFILE_FIELD("} } profiles { profile { name: \"S\" default_lifetime { seconds: "
                       "60 } key_purposes: KEY_PURPOSE_CLIENT_AUTH names { "
                       "spiffe_paths: \"/a\" }"),
         "profiles[1].profile.name", "lower-case"},
        {"ShortLifetime", 6, "default_lifetime { seconds: 59 nanos: 999999999 }",
         "profiles[0].profile.default_lifetime", "at least 1 minute"},
        {"NegativeLifetime", 6, "default_lifetime { seconds: -3600 }",
         "profiles[0].profile.default_lifetime", "at least 1 minute"},
        {"LongLifetime", 6, "default_lifetime { seconds: 315360001 }",
         "profiles[0].profile.default_lifetime", "at most 3650 days"},
        {"FractionalLifetime", 6, "default_lifetime { seconds: 60 nanos: 1 }",
         "profiles[0].profile.default_lifetime", "fraction"},
        {"MaxBelowDefault", 11, PROFILE_FIELD("max_lifetime { seconds: 3599 }"),
         "profiles[0].profile.max_lifetime", "shorter than default_lifetime"},
        {"NegativeMax", 11, PROFILE_FIELD("max_lifetime { seconds: -1 }"),
         "profiles[0].profile.max_lifetime", "at least 1 minute"},
        {"LongBackdate", 11, PROFILE_FIELD("backdate { seconds: 3600 nanos: 1 }"),
         "profiles[0].profile.backdate", "0 seconds to 1 hour"},
        {"NegativeBackdate", 11, PROFILE_FIELD("backdate { nanos: -1 }"),
         "profiles[0].profile.backdate", "0 seconds to 1 hour"},
        {"UnspecifiedAlgorithm", 11, PROFILE_FIELD("key_algorithms: KEY_ALGORITHM_UNSPECIFIED"),
         "profiles[0].profile.key_algorithms[0]", "not a key algorithm"},
        {"UnknownAlgorithmNumber", 11, PROFILE_FIELD("key_algorithms: [ KEY_ALGORITHM_P256, 99 ]"),
         "profiles[0].profile.key_algorithms[1]", "not a key algorithm"},
        {"AlgorithmTwice", 11,
         PROFILE_FIELD("key_algorithms: [ KEY_ALGORITHM_P256, KEY_ALGORITHM_P256 ]"),
         "profiles[0].profile.key_algorithms[1]", "twice"},
        {"UnspecifiedPurpose", 7, "key_purposes: KEY_PURPOSE_UNSPECIFIED",
         "profiles[0].profile.key_purposes[0]", "not a key purpose"},
        {"PurposeTwice", 7,
         "key_purposes: KEY_PURPOSE_SERVER_AUTH key_purposes: KEY_PURPOSE_SERVER_AUTH",
         "profiles[0].profile.key_purposes[1]", "twice"},
        {"UnknownSubject", 11, PROFILE_FIELD("subject: 7"), "profiles[0].profile.subject",
         "not a subject form"},
        {"FtpUrl", 11, PROFILE_FIELD("crl_url: \"ftp://x/y\""), "profiles[0].profile.crl_url",
         "http:// or https://"},
        {"UrlWithPassword", 11, PROFILE_FIELD("ca_issuers_url: \"http://u:p@host/x\""),
         "profiles[0].profile.ca_issuers_url", "user name or password"},
        {"UrlWithoutHost", 11, PROFILE_FIELD("ca_issuers_url: \"http:///x\""),
         "profiles[0].profile.ca_issuers_url", "host"},
        {"BadPath", 9, "spiffe_paths: \"svc/*\"", "profiles[0].profile.names.spiffe_paths[0]",
         "does not begin with"},
        {"TooManyNames", 9, "spiffe_paths: \"/svc/*\" max_names: 101",
         "profiles[0].profile.names.max_names", "1 to 100"},
    }),
    [](const testing::TestParamInfo<MistakeCase>& info) { return info.param.name; });

#undef PROFILE_FIELD

TEST(ProfileConfigTest, LimitsAreInclusive) {
  EXPECT_EQ(ProfileOf(*Parse(WithLine(6, "default_lifetime { seconds: 60 }"))).max_lifetime(),
            absl::Minutes(1));
  EXPECT_EQ(
      ProfileOf(*Parse(WithLine(6, "default_lifetime { seconds: 315360000 }"))).max_lifetime(),
      absl::Hours(24 * 3650));
  EXPECT_EQ(
      ProfileOf(*Parse(WithLine(6, "default_lifetime { seconds: 60 } backdate { seconds: 3600 }")))
          .backdate(),
      absl::Hours(1));
  EXPECT_EQ(
      ProfileOf(*Parse(WithLine(6, "default_lifetime { seconds: 60 } backdate { }"))).backdate(),
      absl::ZeroDuration());
}

TEST(ProfileConfigTest, MissingFieldHasTheLineOfItsMessage) {
  EXPECT_THAT(
      OnlyMistake(WithLine(6, "")),
      StartsWith("conf/policy.textproto:4: profiles[0].profile.default_lifetime: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(7, "")),
              StartsWith("conf/policy.textproto:4: profiles[0].profile.key_purposes: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(9, "")),
              StartsWith("conf/policy.textproto:8: profiles[0].profile.names: has no rule"));
}

TEST(ProfileConfigTest, UnknownEnumValueIsAnError) {
  EXPECT_THAT(OnlyMistake(WithLine(7, "key_purposes: KEY_PURPOSE_CODE_SIGNING")),
              StartsWith("conf/policy.textproto:7:15: "));
}

}  // namespace
}  // namespace fleetca::service
