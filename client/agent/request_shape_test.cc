#include "client/agent/request_shape.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

IdentityOptions Options() {
  IdentityOptions options;
  options.profile = "server";
  options.names = {"DNS:web.fleet.example", "IP:192.0.2.1"};
  return options;
}

TEST(RequestShapeTest, OrderCaseAndRepetitionOfNamesMakeNoDifference) {
  IdentityOptions other = Options();
  other.names = {"IP:192.0.2.1", "dns:WEB.fleet.Example", "DNS:web.fleet.example"};
  EXPECT_EQ(ShapeOf(other), ShapeOf(Options()));
  EXPECT_EQ(DifferenceInWords(ShapeOf(Options()), ShapeOf(other)), "");
  EXPECT_THAT(CanonicalNames({"ip:2001:DB8:0:0::1", "email:Ops@Fleet.Example", "no name"}),
              ElementsAre("IP:2001:db8::1", "email:Ops@fleet.example", "no name"));
  // Before the "@" it may be another mailbox.
  EXPECT_NE(CanonicalNames({"email:Ops@fleet.example"}),
            CanonicalNames({"email:ops@fleet.example"}));
}

TEST(RequestShapeTest, EachDifferenceIsSaidAndAllButTheLifetimeNeedAKey) {
  const RequestShape asked = ShapeOf(Options());
  IdentityOptions names = Options();
  names.names.push_back("DNS:www.fleet.example");
  EXPECT_EQ(DifferenceInWords(asked, ShapeOf(names)),
            "the configuration asks for other names: DNS:web.fleet.example, "
            "DNS:www.fleet.example, IP:192.0.2.1");
  EXPECT_TRUE(NeedsNewKey(asked, ShapeOf(names)));
  IdentityOptions none = Options();
  none.names.clear();
  EXPECT_THAT(DifferenceInWords(asked, ShapeOf(none)), HasSubstr("other names: none"));
  IdentityOptions key = Options();
  key.key_type = KeyType::kP384;
  EXPECT_THAT(DifferenceInWords(asked, ShapeOf(key)), HasSubstr("another type of key: "));
  EXPECT_TRUE(NeedsNewKey(asked, ShapeOf(key)));
  IdentityOptions profile = Options();
  profile.profile = "client";
  profile.lifetime = absl::Hours(2);
  EXPECT_EQ(DifferenceInWords(asked, ShapeOf(profile)),
            "the configuration asks for another profile: client; and for another lifetime: 2h");
  EXPECT_TRUE(NeedsNewKey(asked, ShapeOf(profile)));
  IdentityOptions lifetime = Options();
  lifetime.lifetime = absl::Hours(2);
  EXPECT_FALSE(NeedsNewKey(asked, ShapeOf(lifetime)));
  EXPECT_THAT(DifferenceInWords(ShapeOf(lifetime), asked), HasSubstr("lifetime: the profile's"));
}

TEST(RequestShapeTest, OptionsCanBeThoseOfAShape) {
  IdentityOptions other;
  other.name = "web";
  other.lifetime = absl::Hours(2);
  const IdentityOptions made = WithShape(other, ShapeOf(Options()));
  EXPECT_EQ(ShapeOf(made), ShapeOf(Options()));
  EXPECT_EQ(made.name, "web");
}

TEST(RequestShapeTest, AThousandNamesAreSaidInALine) {
  IdentityOptions many = Options();
  for (int i = 0; i < 1000; ++i) {
    many.names.push_back(absl::StrCat("DNS:web-", i, ".fleet.example"));
  }
  const std::string words = DifferenceInWords(ShapeOf(Options()), ShapeOf(many));
  EXPECT_LT(words.size(), 400u);
  EXPECT_THAT(words, HasSubstr(" and 992 more"));
}

}  // namespace
}  // namespace fleetca::client
