#include "base/prepared.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

namespace fleetca {
namespace x509 {

// Stands for the lint, which is not linked into this test.
class PreparedMaker {
 public:
  static Prepared Make(std::string bytes) { return Prepared(std::move(bytes)); }
};

}  // namespace x509

namespace {

static_assert(!std::is_default_constructible_v<Prepared>);
static_assert(!std::is_constructible_v<Prepared, std::string>, "only the lint makes one");
static_assert(!std::is_copy_constructible_v<Prepared>);
static_assert(!std::is_copy_assignable_v<Prepared>);
static_assert(std::is_nothrow_move_constructible_v<Prepared>);
static_assert(std::is_nothrow_move_assignable_v<Prepared>);

TEST(PreparedTest, SpendGivesTheBytesOnce) {
  Prepared token = x509::PreparedMaker::Make("tbs");
  EXPECT_FALSE(token.spent());
  EXPECT_EQ(token.bytes(), "tbs");
  EXPECT_EQ(token.Spend(), "tbs");
  EXPECT_TRUE(token.spent());
  EXPECT_EQ(token.bytes(), "");
  EXPECT_EQ(token.Spend(), "");
}

// Moves may leave a short string's bytes in place, so both lengths are tried.
TEST(PreparedTest, MovedFromIsSpent) {
  for (const std::string& bytes : {std::string("tbs"), std::string(1000, 'x')}) {
    Prepared token = x509::PreparedMaker::Make(bytes);
    Prepared moved(std::move(token));
    EXPECT_TRUE(token.spent());  // NOLINT(bugprone-use-after-move): its state is the point.
    EXPECT_EQ(token.bytes(), "");
    EXPECT_EQ(moved.bytes(), bytes);

    Prepared assigned = x509::PreparedMaker::Make("other");
    assigned = std::move(moved);
    EXPECT_TRUE(moved.spent());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(moved.bytes(), "");
    EXPECT_FALSE(assigned.spent());
    EXPECT_EQ(assigned.bytes(), bytes);
  }
}

TEST(PreparedTest, ASpentTokenMovedStaysSpent) {
  Prepared token = x509::PreparedMaker::Make("tbs");
  token.Spend();
  Prepared moved(std::move(token));
  EXPECT_TRUE(moved.spent());
  Prepared assigned = x509::PreparedMaker::Make("other");
  assigned = std::move(moved);
  EXPECT_TRUE(assigned.spent());
  EXPECT_EQ(assigned.bytes(), "");
}

}  // namespace
}  // namespace fleetca
