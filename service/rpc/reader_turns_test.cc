#include "service/rpc/reader_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace fleetca::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

TEST(ReaderTurnsTest, EachIdentityHasOneBeforeAnyHasASecond) {
  std::vector<WaitingReader> waiting(5000, {"greedy", absl::InfinitePast()});
  waiting.push_back({"modest", At(9)});
  waiting.push_back({"other", At(8)});
  waiting.push_back({"other", At(7)});
  const std::vector<size_t> order = InTurns(waiting);
  ASSERT_EQ(order.size(), waiting.size());
  EXPECT_EQ(waiting[order[0]].identity, "greedy");
  EXPECT_EQ(order[1], 5002u);
  EXPECT_EQ(order[2], 5000u);
  EXPECT_EQ(waiting[order[3]].identity, "greedy");
  EXPECT_EQ(order[4], 5001u);
}

TEST(ReaderTurnsTest, OfAnIdentityWhoWasToldNothingForTheLongestComesFirst) {
  EXPECT_THAT(InTurns({{"a", At(3)}, {"a", At(1)}, {"a", absl::InfinitePast()}, {"a", At(2)}}),
              ElementsAre(2, 1, 3, 0));
  EXPECT_THAT(InTurns({}), IsEmpty());
}

}  // namespace
}  // namespace fleetca::service
