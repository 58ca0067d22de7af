#include "service/policy/name_template.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

const std::vector<std::string>& Captures() {
  static const auto* const captures = new std::vector<std::string>{"zone", "name"};
  return *captures;
}

NameTemplate Parse(absl::string_view text) {
  auto made = NameTemplate::Parse(text, Captures());
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

TEST(NameTemplateTest, PutsCapturesIn) {
  EXPECT_EQ(Parse("{name}.{zone}.x").Expand({"z1", "web"}), "web.z1.x");
  EXPECT_EQ(Parse("plain").Expand({"z1", "web"}), "plain");
  EXPECT_EQ(Parse("").Expand({"z1", "web"}), "");
  EXPECT_EQ(Parse("a{name}").Expand({"z1", "web"}), "aweb");
}

TEST(NameTemplateTest, MatchesJustTheName) {
  const NameTemplate exact = Parse("{name}.{zone}.fleet.example");
  const CapturedTexts texts = {"z1", "web"};
  EXPECT_TRUE(exact.EqualsDnsName("web.z1.fleet.example", texts));
  for (const char* name :
       {"web.z2.fleet.example", "a.web.z1.fleet.example", "xweb.z1.fleet.example",
        "web.z1.fleet.example.evil", "", "fleet.example", "web.z1xfleet.example"}) {
    EXPECT_FALSE(exact.EqualsDnsName(name, texts)) << name;
  }
}

TEST(NameTemplateTest, EndsANameThatHasMore) {
  const NameTemplate suffix = Parse(".{name}.fleet.example");
  const CapturedTexts texts = {"z1", "web"};
  EXPECT_TRUE(suffix.EndsDnsName("a.web.fleet.example", texts));
  EXPECT_TRUE(suffix.EndsDnsName("b.a.web.fleet.example", texts));
  EXPECT_FALSE(suffix.EndsDnsName(".web.fleet.example", texts));
  EXPECT_FALSE(suffix.EndsDnsName("web.fleet.example", texts));
  EXPECT_FALSE(suffix.EndsDnsName("xweb.fleet.example", texts));
}

// An identity may have dots and upper case, none of which may become part of a DNS name. Whether
// "_" may is the profile's to say.
TEST(NameTemplateTest, ACaptureIsOneDnsLabelOrNothing) {
  const NameTemplate exact = Parse("{name}.fleet.example");
  EXPECT_FALSE(exact.EqualsDnsName("a.admin.fleet.example", {"z", "a.admin"}));
  EXPECT_FALSE(exact.EqualsDnsName("Web.fleet.example", {"z", "Web"}));
  EXPECT_TRUE(exact.EqualsDnsName("we_b.fleet.example", {"z", "we_b"}));
  EXPECT_FALSE(Parse(".{name}.example").EndsDnsName("x.a.b.example", {"z", "a.b"}));
  // A capture that the name does not use may be anything.
  EXPECT_TRUE(exact.EqualsDnsName("web.fleet.example", {"Z.1", "web"}));
}

TEST(NameTemplateTest, ExpandsToADnsNameOrNothing) {
  const NameTemplate exact = Parse("{name}.fleet.example");
  EXPECT_EQ(exact.ExpandDnsName({"z", "web"}), "web.fleet.example");
  EXPECT_EQ(exact.ExpandDnsName({"Z.1", "we_b"}), "we_b.fleet.example");
  for (const char* text : {"a.b", "Web", "-web", "web-", "xn--99999999"}) {
    EXPECT_EQ(exact.ExpandDnsName({"z", text}), std::nullopt) << text;
  }
  EXPECT_EQ(exact.ExpandDnsName({"z", std::string(64, 'a')}), std::nullopt);
  EXPECT_EQ(Parse("*.{name}.fleet.example").ExpandDnsName({"z", "web"}), std::nullopt);
  EXPECT_EQ(Parse("plain.example").ExpandDnsName({"z", "Web"}), "plain.example");
}

TEST(NameTemplateTest, TwoCapturesInOneLabelAreAmbiguous) {
  EXPECT_TRUE(Parse("{name}-{zone}.fleet.example").HasAmbiguousLabel());
  EXPECT_TRUE(Parse("{name}{zone}.fleet.example").HasAmbiguousLabel());
  EXPECT_TRUE(Parse("a.{name}-{zone}").HasAmbiguousLabel());
  EXPECT_FALSE(Parse("{name}.{zone}.fleet.example").HasAmbiguousLabel());
  EXPECT_FALSE(Parse("a-{name}-b.c-{zone}-d.example").HasAmbiguousLabel());
  EXPECT_FALSE(Parse("plain").HasAmbiguousLabel());
}

TEST(NameTemplateTest, RefusesWhatItCannotPutIn) {
  for (const char* text :
       {"{nam}.x", "{}.x", "{name", "name}", "{{name}}", "}{", "{ name }", "{NAME}"}) {
    EXPECT_THAT(NameTemplate::Parse(text, Captures()), IsInvalid(Reason::kConfigInvalid, ""))
        << text;
  }
  EXPECT_THAT(std::string(NameTemplate::Parse("{nam}.x", Captures()).status().message()),
              HasSubstr("\"{nam}\", which this rule's identity does not capture"));
}

}  // namespace
}  // namespace fleetca::service
