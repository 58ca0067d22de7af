#include "service/rpc/reader_places.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

class ReaderPlacesTest : public ::testing::Test {
 protected:
  // Who lost a place to `identity`, "" for nobody; "refused" where it got none.
  std::string Take(absl::string_view identity) {
    std::string loser;
    return places_.Take(identity, &loser) ? loser : "refused";
  }

  ReaderPlaces places_{6};
};

TEST_F(ReaderPlacesTest, OneMayHaveAllThatNobodyElseWants) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(Take("a"), "");
  }
  EXPECT_EQ(Take("a"), "refused");
  EXPECT_EQ(places_.taken(), 6u);
  places_.GiveBack("a");
  EXPECT_EQ(Take("a"), "");
}

TEST_F(ReaderPlacesTest, WhoHasTheMostGivesWayUntilTheyHaveAlike) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(Take("a"), "");
  }
  EXPECT_EQ(Take("b"), "a");
  EXPECT_EQ(Take("c"), "a");
  EXPECT_EQ(Take("b"), "a");  // 3, 2 and 1
  EXPECT_EQ(Take("c"), "a");  // 2 each
  for (const char* one : {"a", "b", "c"}) {
    EXPECT_EQ(Take(one), "refused") << one;
  }
  EXPECT_EQ(places_.taken(), 6u);
  // A newcomer gets one, and no second.
  EXPECT_EQ(Take("d").size(), 1u);
  EXPECT_EQ(Take("d"), "refused");
}

TEST_F(ReaderPlacesTest, WhatNobodyHasCannotBeGivenBack) {
  places_.GiveBack("a");
  EXPECT_EQ(places_.taken(), 0u);
}

}  // namespace
}  // namespace fleetca::service
