#include "client/authz/serve/header_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST(HeaderNamesTest, EverySpellingIsKnown) {
  for (const char* header : {"x-fleet-roles", "X_Fleet-Identity", "x_fleet_anything",
                             "X-HTTP-Method_Override", "x_original-URL", "X-Fleet-"}) {
    EXPECT_TRUE(IsNotTheSendersToUse(header)) << header;
  }
  for (const char* header : {"x-fleet", "fleet-roles", "x-forwarded-for", "x.fleet.roles", ""}) {
    EXPECT_FALSE(IsNotTheSendersToUse(header)) << header;
  }
}

TEST(HeaderNamesTest, SpellsANameInEveryWay) {
  EXPECT_THAT(SpellingsOf("X-Fleet_roles"), UnorderedElementsAre("x-fleet-roles", "x_fleet-roles",
                                                                 "x-fleet_roles", "x_fleet_roles"));
  EXPECT_EQ(SpellingsOf("x-fleet-roles").front(), "x-fleet-roles");
  EXPECT_THAT(SpellingsOf("host"), ElementsAre("host"));
  EXPECT_EQ(SpellingsOf("x-http-method-override").size(), 8u);
}

}  // namespace
}  // namespace fleetca::client
