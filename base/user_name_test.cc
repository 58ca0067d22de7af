#include "base/user_name.h"

#include <gtest/gtest.h>

namespace fleetca {
namespace {

constexpr uid_t kNobodyHas = 3'999'999'999;

TEST(UserNameTest, IsTheNameOrTheNumber) {
  EXPECT_EQ(UserName(0), "root");
  EXPECT_EQ(UserForSudo(0), "root");
  EXPECT_EQ(UserName(kNobodyHas), "3999999999");
  EXPECT_EQ(UserForSudo(kNobodyHas), "'#3999999999'");
}

}  // namespace
}  // namespace fleetca
