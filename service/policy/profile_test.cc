#include "service/policy/profile.h"

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using x509::NameType;
using x509::PublicKeyAlgorithm;

constexpr absl::string_view kTrustDomain = "fleet.example";

ProfileOptions GoodOptions() {
  ProfileOptions options;
  options.name = "service";
  options.default_lifetime = absl::Hours(24);
  options.max_lifetime = absl::Hours(168);
  options.server_auth = true;
  options.names.spiffe_paths = {"/svc/*"};
  options.names.dns_suffixes = {".fleet.example"};
  return options;
}

Profile MakeProfile(ProfileOptions options) {
  absl::StatusOr<Profile> profile = Profile::Create(std::move(options), kTrustDomain);
  EXPECT_TRUE(profile.ok()) << profile.status();
  return *std::move(profile);
}

void ExpectMistake(const ProfileOptions& options, absl::string_view field) {
  const absl::Status status = Profile::Create(options, kTrustDomain).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_EQ(GetField(status), field) << status;
}

void ExpectLifetimeRefused(const Profile& profile, absl::Duration wanted) {
  const absl::Status status = profile.DecideLifetime(wanted).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wanted;
  EXPECT_EQ(GetReason(status), Reason::kLifetimeInvalid) << wanted;
  EXPECT_EQ(GetField(status), "lifetime");
}

TEST(ProfileTest, LifetimeIsTheDefaultWhenNoneIsWanted) {
  EXPECT_EQ(*MakeProfile(GoodOptions()).DecideLifetime(std::nullopt), absl::Hours(24));
}

TEST(ProfileTest, LifetimeUpToTheMaximum) {
  const Profile profile = MakeProfile(GoodOptions());
  EXPECT_EQ(*profile.DecideLifetime(absl::Minutes(1)), absl::Minutes(1));
  EXPECT_EQ(*profile.DecideLifetime(absl::Hours(168)), absl::Hours(168));
  ExpectLifetimeRefused(profile, absl::Hours(168) + absl::Seconds(1));
  ExpectLifetimeRefused(profile, absl::Hours(168) + absl::Nanoseconds(1));
}

// A certificate lives a minute at least, whatever is asked for.
TEST(ProfileTest, LifetimesUnderAMinuteAreTooShort) {
  const Profile profile = MakeProfile(GoodOptions());
  for (const absl::Duration wanted : {absl::Seconds(1), absl::Seconds(30), absl::Seconds(59)}) {
    ExpectLifetimeRefused(profile, wanted);
    const absl::Status status = profile.DecideLifetime(wanted).status();
    EXPECT_TRUE(absl::StrContains(status.message(), "too short")) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "from 1m to 168h")) << status;
  }
}

TEST(ProfileTest, LifetimesThatAreNone) {
  const Profile profile = MakeProfile(GoodOptions());
  ExpectLifetimeRefused(profile, absl::ZeroDuration());
  ExpectLifetimeRefused(profile, absl::Seconds(-1));
  ExpectLifetimeRefused(profile, absl::Nanoseconds(-1));
  ExpectLifetimeRefused(profile, absl::Milliseconds(500));
  ExpectLifetimeRefused(profile, absl::Seconds(60) + absl::Nanoseconds(1));
  ExpectLifetimeRefused(profile, absl::Seconds(315576000000));
  ExpectLifetimeRefused(profile, absl::InfiniteDuration());
  ExpectLifetimeRefused(profile, -absl::InfiniteDuration());
}

TEST(ProfileTest, MaximumIsTheDefaultUnlessSaid) {
  ProfileOptions options = GoodOptions();
  options.max_lifetime.reset();
  const Profile profile = MakeProfile(options);
  EXPECT_EQ(profile.max_lifetime(), absl::Hours(24));
  EXPECT_TRUE(profile.DecideLifetime(absl::Hours(24)).ok());
  ExpectLifetimeRefused(profile, absl::Hours(24) + absl::Seconds(1));
}

TEST(ProfileTest, MistakesNameTheirField) {
  const auto with = [](auto change) {
    ProfileOptions options = GoodOptions();
    change(options);
    return options;
  };
  ExpectMistake(with([](auto& o) { o.name = ""; }), "name");
  ExpectMistake(with([](auto& o) { o.name = "Service"; }), "name");
  ExpectMistake(with([](auto& o) { o.name = "a b"; }), "name");
  ExpectMistake(with([](auto& o) { o.name = std::string(65, 'a'); }), "name");
  ExpectMistake(with([](auto& o) { o.default_lifetime = absl::Seconds(59); }), "default_lifetime");
  ExpectMistake(with([](auto& o) { o.default_lifetime = absl::InfiniteDuration(); }),
                "default_lifetime");
  ExpectMistake(with([](auto& o) { o.max_lifetime = absl::Hours(24) - absl::Seconds(1); }),
                "max_lifetime");
  ExpectMistake(with([](auto& o) { o.max_lifetime = absl::Hours(24 * 3650) + absl::Seconds(1); }),
                "max_lifetime");
  ExpectMistake(with([](auto& o) { o.backdate = absl::Seconds(-1); }), "backdate");
  ExpectMistake(with([](auto& o) { o.backdate = absl::Hours(1) + absl::Seconds(1); }), "backdate");
  ExpectMistake(with([](auto& o) { o.server_auth = false; }), "key_purposes");
  ExpectMistake(with([](auto& o) {
                  o.key_algorithms = {PublicKeyAlgorithm::kP256, PublicKeyAlgorithm::kP256};
                }),
                "key_algorithms[1]");
  ExpectMistake(with([](auto& o) { o.names = {}; }), "names");
  ExpectMistake(with([](auto& o) { o.names.dns_suffixes = {".example"}; }),
                "names.dns_suffixes[0]");
  ExpectMistake(with([](auto& o) { o.crl_url = "file:///etc/passwd"; }), "crl_url");
  ExpectMistake(with([](auto& o) { o.ca_issuers_url = "http://a b"; }), "ca_issuers_url");
}

TEST(ProfileTest, LimitsAreInclusive) {
  ProfileOptions options = GoodOptions();
  options.name = std::string(64, 'a');
  options.default_lifetime = absl::Minutes(1);
  options.max_lifetime = absl::Hours(24 * 3650);
  options.backdate = absl::Hours(1);
  EXPECT_TRUE(Profile::Create(options, kTrustDomain).ok());
  options.max_lifetime = options.default_lifetime;
  options.backdate = absl::ZeroDuration();
  EXPECT_TRUE(Profile::Create(options, kTrustDomain).ok());
}

TEST(ProfileTest, KeyAlgorithmMustBeListed) {
  const x509::GeneralNames names = {{NameType::kUri, "spiffe://fleet.example/svc/a"}};
  ProfileOptions options = GoodOptions();
  EXPECT_TRUE(MakeProfile(options).Check(PublicKeyAlgorithm::kRsa, names).ok());
  options.key_algorithms = {PublicKeyAlgorithm::kP256, PublicKeyAlgorithm::kEd25519};
  const Profile profile = MakeProfile(options);
  EXPECT_TRUE(profile.Check(PublicKeyAlgorithm::kP256, names).ok());
  EXPECT_TRUE(profile.Check(PublicKeyAlgorithm::kEd25519, names).ok());
  const absl::Status status = profile.Check(PublicKeyAlgorithm::kRsa, names);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kKeyUnsupported);
  EXPECT_THAT(std::string(status.message()), HasSubstr("P-256, Ed25519"));
}

TEST(ProfileTest, NamesAreJudged) {
  const absl::Status status =
      MakeProfile(GoodOptions())
          .Check(PublicKeyAlgorithm::kP256, {{NameType::kDns, "evilfleet.example"}});
  EXPECT_EQ(GetReason(status), Reason::kSanNotAllowed);
}

TEST(ProfileTest, SubjectIsEmptyUnlessTheFirstDnsNameIsWanted) {
  const std::string long_label(60, 'a');
  const std::string long_name = absl::StrCat(long_label, ".fleet.example");
  const x509::GeneralNames names = {{NameType::kUri, "spiffe://fleet.example/svc/a"},
                                    {NameType::kDns, long_name},
                                    {NameType::kDns, "b.fleet.example"},
                                    {NameType::kDns, "c.fleet.example"}};
  EXPECT_EQ(MakeProfile(GoodOptions()).DecideSubject(names), x509::Subject());
  ProfileOptions options = GoodOptions();
  options.subject = SubjectForm::kFirstDnsName;
  const Profile profile = MakeProfile(options);
  EXPECT_EQ(profile.DecideSubject(names).common_name, "b.fleet.example");
  EXPECT_EQ(profile.DecideSubject({names[0]}), x509::Subject());
  EXPECT_EQ(profile.DecideSubject({names[0], names[1]}), x509::Subject());
}

TEST(ProfileTest, CommonNameOfSixtyFourCharactersIsTheLongest) {
  ProfileOptions options = GoodOptions();
  options.subject = SubjectForm::kFirstDnsName;
  const Profile profile = MakeProfile(options);
  const std::string fits = absl::StrCat(std::string(50, 'a'), ".fleet.example");
  ASSERT_EQ(fits.size(), 64u);
  const std::string over = absl::StrCat("b", fits);
  EXPECT_EQ(profile.DecideSubject({{NameType::kDns, fits}}).common_name, fits);
  EXPECT_EQ(profile.DecideSubject({{NameType::kDns, over}}), x509::Subject());
}

}  // namespace
}  // namespace fleetca::service
