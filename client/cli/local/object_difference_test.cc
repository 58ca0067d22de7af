#include "client/cli/local/object_difference.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ordered_json Certificate() {
  return {{"type", "certificate"}, {"subject", "CN=web"},
          {"serial", "01"},        {"names", {"DNS:a", "DNS:b"}},
          {"is_ca", false},        {"authz", {{"roles", {"reader"}}}},
          {"key", "P-256"},        {"public_key_sha256", "aa"},
          {"pem", "one"}};
}

TEST(ObjectDifferenceTest, TheSameContentsDoNotDiffer) {
  ordered_json other = Certificate();
  other["pem"] = "another";
  EXPECT_THAT(DifferencesOf(Certificate(), other), IsEmpty());
}

TEST(ObjectDifferenceTest, AListCountsAsASet) {
  ordered_json other = Certificate();
  other["names"] = {"DNS:b", "DNS:a"};
  EXPECT_THAT(DifferencesOf(Certificate(), other), IsEmpty());
  other["names"] = {"DNS:b", "DNS:c", "DNS:d"};
  const auto differences = DifferencesOf(Certificate(), other);
  ASSERT_EQ(differences.size(), 1);
  EXPECT_EQ(differences[0].field, "names");
  EXPECT_THAT(differences[0].only_a, ElementsAre("DNS:a"));
  EXPECT_THAT(differences[0].only_b, ElementsAre("DNS:c", "DNS:d"));
}

TEST(ObjectDifferenceTest, GrantsAreFieldsOfTheirOwn) {
  ordered_json other = Certificate();
  other["authz"]["roles"] = {"reader", "writer"};
  other["authz"]["attributes"] = {{"region", "eu"}};
  const auto differences = DifferencesOf(Certificate(), other);
  ASSERT_EQ(differences.size(), 2);
  EXPECT_EQ(differences[0].field, "authz.roles");
  EXPECT_THAT(differences[0].only_a, IsEmpty());
  EXPECT_THAT(differences[0].only_b, ElementsAre("writer"));
  EXPECT_EQ(differences[1].field, "authz.attributes.region");
  EXPECT_THAT(differences[1].only_b, ElementsAre("eu"));
}

TEST(ObjectDifferenceTest, AFieldThatOneSideLacksDiffers) {
  ordered_json other = Certificate();
  other.erase("serial");
  other["is_ca"] = true;
  const auto differences = DifferencesOf(Certificate(), other);
  ASSERT_EQ(differences.size(), 2);
  EXPECT_EQ(differences[0].field, "serial");
  EXPECT_THAT(differences[0].only_b, IsEmpty());
  EXPECT_EQ(differences[1].field, "is_ca");
  EXPECT_THAT(differences[1].only_a, ElementsAre("false"));
  EXPECT_THAT(differences[1].only_b, ElementsAre("true"));
}

TEST(ObjectDifferenceTest, OfWhatIsNotAcceptedNoExtensionsCount) {
  ordered_json foreign = Certificate();
  foreign["not_accepted"] = "it is of version 1";
  foreign["is_ca"] = true;
  foreign.erase("authz");
  EXPECT_THAT(DifferencesOf(Certificate(), foreign), IsEmpty());
  EXPECT_THAT(DifferencesOf(foreign, Certificate()), IsEmpty());
  foreign["serial"] = "02";
  const auto differences = DifferencesOf(Certificate(), foreign);
  ASSERT_EQ(differences.size(), 1);
  EXPECT_EQ(differences[0].field, "serial");
}

TEST(ObjectDifferenceTest, OfACsrCountsWhatACsrCanSay) {
  const ordered_json csr = {{"type", "certificate_request"},
                            {"subject", "CN=web"},
                            {"names", {"DNS:a"}},
                            {"key", "P-256"},
                            {"public_key_sha256", "aa"},
                            {"signature_valid", true}};
  const auto differences = DifferencesOf(Certificate(), csr);
  ASSERT_EQ(differences.size(), 1);
  EXPECT_EQ(differences[0].field, "names");
  EXPECT_THAT(differences[0].only_a, ElementsAre("DNS:b"));
}

}  // namespace
}  // namespace fleetca::client
