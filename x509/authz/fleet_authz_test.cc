#include "x509/authz/fleet_authz.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/authz/authz_token.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

const auto kRefusesRoles = IsInvalid(Reason::kAuthzInvalid, "fleet_authz.roles");
const auto kRefusesAudience = IsInvalid(Reason::kAuthzInvalid, "fleet_authz.audience");
const auto kRefusesAttributes = IsInvalid(Reason::kAuthzInvalid, "fleet_authz.attributes");

FleetAuthz Full() {
  return {.policy_revision = 300,
          .roles = {"reader", "admin/db"},
          .audience = {{"svc/orders", "svc/billing"}},
          .attributes = {{"zone", "b"}, {"region", "eu-1"}}};
}

std::vector<std::string> Many(size_t count) {
  std::vector<std::string> tokens;
  for (size_t i = 0; i < count; ++i) {
    tokens.push_back(absl::StrCat("role-", i));
  }
  return tokens;
}

std::string ManyCharacters(size_t count, absl::string_view character) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, character);
  }
  return text;
}

TEST(FleetAuthzTest, HasTheBytesOfItsAsn1) {
  const auto der = BuildFleetAuthz(Full());
  FLEETCA_ASSERT_OK(der);
  EXPECT_EQ(absl::BytesToHexString(*der),
            "3053"
            "020101"
            "0202012c"
            "3012"
            "0c0861646d696e2f6462"
            "0c06726561646572"
            "a019"
            "0c0b7376632f62696c6c696e67"
            "0c0a7376632f6f7264657273"
            "a11b"
            "300e"
            "0c06726567696f6e"
            "0c0465752d31"
            "3009"
            "0c047a6f6e65"
            "0c0162");
  EXPECT_EQ(absl::BytesToHexString(*BuildFleetAuthz({})), "30080201010201003000");
}

TEST(FleetAuthzTest, ReadsWhatItBuildsAndSorts) {
  const auto authz = ParseFleetAuthz(*BuildFleetAuthz(Full()));
  FLEETCA_ASSERT_OK(authz);
  EXPECT_EQ(*authz, (FleetAuthz{.policy_revision = 300,
                                .roles = {"admin/db", "reader"},
                                .audience = {{"svc/billing", "svc/orders"}},
                                .attributes = {{"region", "eu-1"}, {"zone", "b"}}}));
  EXPECT_EQ(*ParseFleetAuthz(*BuildFleetAuthz({})), FleetAuthz());
  FleetAuthz turned = Full();
  std::swap(turned.roles[0], turned.roles[1]);
  std::swap(turned.attributes[0], turned.attributes[1]);
  EXPECT_EQ(*BuildFleetAuthz(turned), *BuildFleetAuthz(Full()));
}

TEST(FleetAuthzTest, HoldsItsLimitsAndNoMore) {
  FleetAuthz authz = {.policy_revision = kMaxPolicyRevision,
                      .roles = Many(kMaxRoles),
                      .audience = Many(kMaxAudience)};
  for (const std::string& name : Many(kMaxAttributes)) {
    authz.attributes.push_back({name, ManyCharacters(kMaxAttributeValue, "x")});
  }
  const auto der = BuildFleetAuthz(authz);
  FLEETCA_ASSERT_OK(der);
  FLEETCA_ASSERT_OK(ParseFleetAuthz(*der));
  EXPECT_EQ(ParseFleetAuthz(*der)->roles.size(), kMaxRoles);

  FleetAuthz more = authz;
  more.policy_revision = kMaxPolicyRevision + 1;
  EXPECT_THAT(BuildFleetAuthz(more),
              IsInvalid(Reason::kAuthzInvalid, "fleet_authz.policy_revision"));
  more = authz;
  more.roles = Many(kMaxRoles + 1);
  EXPECT_THAT(BuildFleetAuthz(more), kRefusesRoles);
  more = authz;
  more.audience = Many(kMaxAudience + 1);
  EXPECT_THAT(BuildFleetAuthz(more), kRefusesAudience);
  more = authz;
  more.attributes.push_back({"a", "b"});
  EXPECT_THAT(BuildFleetAuthz(more), kRefusesAttributes);
}

TEST(FleetAuthzTest, TakesFourThousandAndNinetySixOctets) {
  FleetAuthz authz;
  for (const std::string& name : Many(kMaxAttributes)) {
    authz.attributes.push_back({name, ManyCharacters(120, "\xc3\xa9")});
  }
  ASSERT_LT(BuildFleetAuthz(authz)->size(), kMaxFleetAuthzSize);
  authz.roles = {"a"};
  // One octet after the other, until it is refused.
  std::string last;
  auto der = BuildFleetAuthz(authz);
  for (; der.ok(); der = BuildFleetAuthz(authz)) {
    last = *der;
    if (authz.roles.back().size() == kMaxTokenSize) {
      authz.roles.push_back(absl::StrCat(authz.roles.size()));
    } else {
      authz.roles.back() += 'x';
    }
  }
  EXPECT_THAT(der, IsInvalid(Reason::kAuthzInvalid, "fleet_authz"));
  EXPECT_EQ(last.size(), kMaxFleetAuthzSize);
  FLEETCA_EXPECT_OK(ParseFleetAuthz(last));
  EXPECT_THAT(ParseFleetAuthz(last + "x"), IsInvalid(Reason::kAuthzInvalid, "fleet_authz"));
}

TEST(FleetAuthzTest, RefusesToWidenWhatLostItsAudience) {
  EXPECT_THAT(BuildFleetAuthz({.audience = {{}}}), kRefusesAudience);
}

TEST(FleetAuthzTest, RefusesDuplicates) {
  EXPECT_THAT(BuildFleetAuthz({.roles = {"a", "b", "a"}}), kRefusesRoles);
  EXPECT_THAT(BuildFleetAuthz({.audience = {{"a", "a"}}}), kRefusesAudience);
  EXPECT_THAT(BuildFleetAuthz({.attributes = {{"a", "1"}, {"a", "2"}}}), kRefusesAttributes);
}

TEST(FleetAuthzTest, RefusesWordsThatAreNoTokens) {
  for (const absl::string_view bad :
       {"", "A", "aB", ".a", "_a", "/a", "-a", "a b", "a\n", "\xc3\xa9", "a*", "a:b", "a,b"}) {
    const std::string word(bad);
    EXPECT_FALSE(IsToken(word)) << word;
    EXPECT_THAT(BuildFleetAuthz({.roles = {"a", word}}), kRefusesRoles) << word;
    EXPECT_THAT(BuildFleetAuthz({.audience = {{word}}}), kRefusesAudience) << word;
    EXPECT_THAT(BuildFleetAuthz({.attributes = {{word, "x"}}}), kRefusesAttributes) << word;
  }
  EXPECT_FALSE(IsToken(absl::string_view("a\0b", 3)));
  EXPECT_FALSE(IsToken(std::string(kMaxTokenSize + 1, 'a')));
  for (const absl::string_view good : {"a", "0", "a.b_c/d-e", "9/"}) {
    EXPECT_TRUE(IsToken(good)) << good;
  }
  EXPECT_TRUE(IsToken(std::string(kMaxTokenSize, 'a')));
}

TEST(FleetAuthzTest, CountsTheCharactersOfValues) {
  const auto build = [](absl::string_view value) {
    return BuildFleetAuthz({.attributes = {{"name", std::string(value)}}});
  };
  FLEETCA_EXPECT_OK(build("A value, with \"anything\" printable: \xe2\x82\xac"));
  FLEETCA_EXPECT_OK(build(ManyCharacters(128, "\xf0\x9f\x98\x80")));
  for (const absl::string_view bad :
       {"", "a\nb", "\x7f", "\xc2\x85", "\xc0\xaf", "\xed\xa0\x80", "\xff", "\xe2\x80\xae"}) {
    EXPECT_THAT(build(bad), kRefusesAttributes) << absl::CHexEscape(bad);
  }
  EXPECT_THAT(build(absl::string_view("a\0b", 3)), kRefusesAttributes);
  EXPECT_THAT(build(ManyCharacters(129, "x")), kRefusesAttributes);
  EXPECT_THAT(build(ManyCharacters(129, "\xc3\xa9")), kRefusesAttributes);
}

// What is refused and why: the golden vectors have many more.
TEST(FleetAuthzTest, NamesTheFieldItRefuses) {
  const struct {
    const char* hex;
    absl::string_view field;
  } kCases[] = {
      {"", "fleet_authz"},
      {"3008020101020100300000", "fleet_authz"},
      {"30080201020201003000", "fleet_authz.version"},
      {"30080201010201ff3000", "fleet_authz.policy_revision"},
      {"30080201010201003100", "fleet_authz.roles"},
      {"300a0201010201003000a000", "fleet_authz.audience"},
      {"300a0201010201003000a100", "fleet_authz.attributes"},
      {"300a02010102010030000500", "fleet_authz"},
  };
  for (const auto& [hex, field] : kCases) {
    EXPECT_THAT(ParseFleetAuthz(absl::HexStringToBytes(hex)),
                IsInvalid(Reason::kAuthzInvalid, field))
        << hex;
  }
}

}  // namespace
}  // namespace fleetca::x509
