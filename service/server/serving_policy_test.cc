#include "service/server/serving_policy.h"

#include <filesystem>
#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ServingPolicyTest : public CaFolderFixture {
 protected:
  absl::Status Load() { return LoadServingPolicy(Config(), File("policy.textproto")).status(); }
};

TEST_F(ServingPolicyTest, ThePolicyOfANewCaIsTaken) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy,
                               LoadServingPolicy(Config(), File("policy.textproto")));
  EXPECT_EQ(policy->trust_domain(), "fleet.example");
}

TEST_F(ServingPolicyTest, AnotherTrustDomainThanTheConfigurationsIsRefused) {
  Replace("fleetca.textproto", "trust_domain: \"fleet.example\"", "trust_domain: \"o.example\"");
  const absl::Status status = Load();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "trust_domain"));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(File("policy.textproto")), HasSubstr("\"fleet.example\""),
                    HasSubstr("\"o.example\"")));
}

TEST_F(ServingPolicyTest, TheNamesOfTheServersCertificateAreReserved) {
  Write("policy.textproto", Read("policy.textproto") +
                                "identities { name: \"x\" identity: \"/svc/x\" profiles: "
                                "\"service\" dns_names: \"localhost\" }\n");
  EXPECT_EQ(GetReason(Load()), Reason::kConfigInvalid) << Load();
}

TEST_F(ServingPolicyTest, AGraceThatOutlivesTheRecordsIsRefused) {
  const std::string start = "profiles {\n  profile {\n    name: \"service\"";
  const auto with_grace = [](int days) {
    return "profiles {\n  renewal_grace { seconds: " + std::to_string(86400 * days) +
           " }\n  profile {\n    name: \"service\"";
  };
  Replace("policy.textproto", start, with_grace(30));  // store.retention by default
  FLEETCA_EXPECT_OK(Load());
  Replace("policy.textproto", with_grace(30), with_grace(31));
  EXPECT_EQ(GetReason(Load()), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(Load().message()),
              AllOf(HasSubstr("renewal_grace"), HasSubstr("store.retention")));
}

TEST_F(ServingPolicyTest, FilesThatAreMissingAreNamed) {
  std::filesystem::remove(File("policy.textproto"));
  EXPECT_THAT(Load(), IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(Load().message()), HasSubstr(File("policy.textproto")));
  std::filesystem::remove(File("server.crt"));
  EXPECT_THAT(std::string(Load().message()), HasSubstr(File("server.crt")));
}

}  // namespace
}  // namespace fleetca::service
