#include "client/agent/held_identities.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const HeldIdentity> Held(const std::string& name, const std::string& hint = "") {
  auto held = std::make_shared<HeldIdentity>();
  held->name = name;
  held->hint = hint;
  return held;
}

class HeldIdentitiesTest : public ::testing::Test {
 protected:
  std::unique_ptr<HeldIdentities::Subscription> Listen(const std::string& name) {
    return registry_.Listen(name, [this](const auto& held) { heard_.push_back(held->hint); });
  }

  HeldIdentities registry_;
  std::vector<std::string> heard_;
};

TEST_F(HeldIdentitiesTest, FindsTheLatest) {
  EXPECT_EQ(registry_.Find("web"), nullptr);
  registry_.Publish(Held("web", "1"));
  registry_.Publish(Held("db", "2"));
  registry_.Publish(Held("web", "3"));
  EXPECT_EQ(registry_.Find("web")->hint, "3");
  EXPECT_EQ(registry_.Find("db")->hint, "2");
}

TEST_F(HeldIdentitiesTest, AListenerHearsWhatThereIsAndWhatComes) {
  registry_.Publish(Held("web", "1"));
  const auto subscription = Listen("web");
  EXPECT_THAT(heard_, ElementsAre("1"));
  registry_.Publish(Held("db", "2"));
  registry_.Publish(Held("web", "3"));
  EXPECT_THAT(heard_, ElementsAre("1", "3"));
}

TEST_F(HeldIdentitiesTest, AListenerHearsNothingWhereThereIsNothing) {
  const auto subscription = Listen("web");
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(HeldIdentitiesTest, EachListenerHearsUntilItsEnd) {
  auto first = Listen("web");
  auto second = Listen("web");
  registry_.Publish(Held("web", "1"));
  first.reset();
  registry_.Publish(Held("web", "2"));
  second.reset();
  registry_.Publish(Held("web", "3"));
  EXPECT_THAT(heard_, ElementsAre("1", "1", "2"));
}

TEST_F(HeldIdentitiesTest, TheEndWaitsForAListenerThatRuns) {
  absl::Notification runs;
  std::atomic<bool> done{false};
  auto subscription = registry_.Listen("web", [&](const auto&) {
    runs.Notify();
    absl::SleepFor(absl::Milliseconds(50));
    done = true;
  });
  std::thread publisher([this] { registry_.Publish(Held("web")); });
  runs.WaitForNotification();
  subscription.reset();
  EXPECT_TRUE(done);
  publisher.join();
}

// Whatever the order in which the publishers come through, the last thing heard is what Find finds.
TEST_F(HeldIdentitiesTest, TheLatestIsHeardLast) {
  std::shared_ptr<const HeldIdentity> last;
  const auto subscription = registry_.Listen("web", [&last](const auto& held) { last = held; });
  std::vector<std::thread> publishers;
  for (int i = 0; i < 4; ++i) {
    publishers.emplace_back([this, i] {
      for (int j = 0; j < 1000; ++j) {
        registry_.Publish(Held("web", absl::StrCat(i, "/", j)));
      }
    });
  }
  for (std::thread& publisher : publishers) {
    publisher.join();
  }
  EXPECT_EQ(last, registry_.Find("web"));
}

}  // namespace
}  // namespace fleetca::client
