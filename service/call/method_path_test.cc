#include "service/call/method_path.h"

#include <gtest/gtest.h>

namespace fleetca::service {
namespace {

TEST(MethodPathTest, IsTheOnePathOfTheCall) {
  EXPECT_EQ(MethodPath({{":path", "/a.B/C"}, {"path", "/d.E/F"}, {":authority", "g"}}), "/a.B/C");
}

TEST(MethodPathTest, NoPathAndTwoPathsAreNone) {
  EXPECT_EQ(MethodPath({}), "");
  EXPECT_EQ(MethodPath({{":authority", "g"}}), "");
  EXPECT_EQ(MethodPath({{":path", "/a.B/C"}, {":path", "/a.B/C"}}), "");
  EXPECT_EQ(MethodPath({{":path", "/a.B/C"}, {":path", "/d.E/F"}}), "");
}

}  // namespace
}  // namespace fleetca::service
