#include "client/agent/sockets/identity_feed.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::client::testing::IdentityOfWords;

class Recorder final : public SnapshotListener {
 public:
  void Offer(const std::shared_ptr<const IdentitySnapshot>& snapshot) override {
    absl::MutexLock lock(&mutex_);
    offered_.push_back(snapshot);
  }
  void End(const absl::Status& why) override {
    absl::MutexLock lock(&mutex_);
    ended_ = why;
  }

  size_t offers() const {
    absl::MutexLock lock(&mutex_);
    return offered_.size();
  }
  std::shared_ptr<const IdentitySnapshot> last() const {
    absl::MutexLock lock(&mutex_);
    return offered_.back();
  }
  absl::Status ended() const {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }
  [[nodiscard]] bool WaitForOffers(size_t wanted) const {
    for (int i = 0; i < 500 && offers() < wanted; ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    return offers() >= wanted;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::shared_ptr<const IdentitySnapshot>> offered_;
  absl::Status ended_;
};

class IdentityFeedTest : public ::testing::Test {
 protected:
  void Publish(const HeldIdentity& held) {
    held_.Publish(std::make_shared<const HeldIdentity>(held));
  }
  // Once what was published before has been pushed, to nobody.
  std::shared_ptr<IdentityFeed> Feed(absl::Duration spread) {
    auto feed = IdentityFeed::Make("web", &held_, timer_->get(), spread);
    absl::Notification pushed;
    (*timer_)->After(absl::ZeroDuration(), [&pushed] { pushed.Notify(); });
    pushed.WaitForNotification();
    return feed;
  }
  // What the fleet gets at one time.
  static HeldIdentity WithOtherCrl() {
    HeldIdentity held = IdentityOfWords();
    held.crls = {std::make_shared<const std::string>("next crl")};
    return held;
  }

  HeldIdentities held_;
  absl::StatusOr<std::unique_ptr<PushTimer>> timer_ = PushTimer::Start();
  const std::shared_ptr<Recorder> listener_ = std::make_shared<Recorder>();
};

TEST_F(IdentityFeedTest, OffersAtOnceWhatThereIsBeItNothing) {
  const auto feed = Feed(absl::Hours(1));
  feed->Add(listener_);
  ASSERT_EQ(listener_->offers(), 1u);
  EXPECT_EQ(listener_->last()->x509_svid, nullptr);
  EXPECT_EQ(listener_->last()->x509_bundles, nullptr);
  Publish(IdentityOfWords());
  ASSERT_TRUE(listener_->WaitForOffers(2));
  EXPECT_NE(listener_->last()->x509_svid, nullptr);
  EXPECT_NE(listener_->last()->secrets->Find("default"), nullptr);
  EXPECT_EQ(listener_->last()->number, 1u);
}

TEST_F(IdentityFeedTest, WhatTheWholeFleetGetsIsPushedLaterButThereForWhoComes) {
  Publish(IdentityOfWords());
  const auto feed = Feed(absl::Hours(1));
  feed->Add(listener_);
  Publish(WithOtherCrl());
  EXPECT_EQ(listener_->offers(), 1u);
  const auto late = std::make_shared<Recorder>();
  feed->Add(late);
  EXPECT_NE(late->last()->x509_svid->view(), listener_->last()->x509_svid->view());
  // A new certificate does not wait, and brings the rest with it.
  HeldIdentity renewed = WithOtherCrl();
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes(testing::kTestKeyPkcs8Pem);
  credential->certificate_der = "next leaf";
  renewed.credential = credential;
  Publish(renewed);
  ASSERT_TRUE(listener_->WaitForOffers(2));
  EXPECT_EQ(listener_->last(), feed->Latest());
}

TEST_F(IdentityFeedTest, APushThatWaitsComes) {
  Publish(IdentityOfWords());
  const auto feed = Feed(absl::Milliseconds(100));
  feed->Add(listener_);
  Publish(WithOtherCrl());
  EXPECT_TRUE(listener_->WaitForOffers(2));
  EXPECT_EQ(listener_->last(), feed->Latest());
}

TEST_F(IdentityFeedTest, WithoutASpreadNothingWaits) {
  Publish(IdentityOfWords());
  const auto feed = Feed(absl::ZeroDuration());
  feed->Add(listener_);
  Publish(WithOtherCrl());
  EXPECT_TRUE(listener_->WaitForOffers(2));
}

TEST_F(IdentityFeedTest, AKeyThatCannotBeReadLeavesWhomToTrust) {
  HeldIdentity held = IdentityOfWords();
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes("no key");
  held.credential = credential;
  Publish(held);
  const auto feed = Feed(absl::ZeroDuration());
  EXPECT_EQ(feed->Latest()->x509_svid, nullptr);
  EXPECT_NE(feed->Latest()->x509_bundles, nullptr);
  EXPECT_EQ(feed->Latest()->secrets->Find("default"), nullptr);
  EXPECT_NE(feed->Latest()->secrets->Find("ROOTCA"), nullptr);
}

TEST_F(IdentityFeedTest, WhoWasRemovedHearsNothing) {
  const auto feed = Feed(absl::ZeroDuration());
  feed->Add(listener_);
  feed->Remove(listener_);
  const auto other = std::make_shared<Recorder>();
  feed->Add(other);
  Publish(IdentityOfWords());
  ASSERT_TRUE(other->WaitForOffers(2));
  EXPECT_EQ(listener_->offers(), 1u);
}

TEST_F(IdentityFeedTest, ClosingEndsWhoListensAndWhoComes) {
  const auto feed = Feed(absl::ZeroDuration());
  feed->Add(listener_);
  feed->Close(Unavailable(Reason::kDraining, "stopping"));
  EXPECT_THAT(listener_->ended(),
              fleetca::testing::IsError(absl::StatusCode::kUnavailable, Reason::kDraining));
  const auto late = std::make_shared<Recorder>();
  feed->Add(late);
  EXPECT_FALSE(late->ended().ok());
  Publish(IdentityOfWords());
  EXPECT_EQ(listener_->offers(), 1u);
}

TEST(PushTimerTest, DoesWhatIsDueInOrderAndLeavesTheRest) {
  auto timer = PushTimer::Start();
  FLEETCA_ASSERT_OK(timer);
  std::string done;
  bool never = false;
  absl::Notification last;
  (*timer)->After(absl::Hours(1), [&never] { never = true; });
  (*timer)->After(absl::Milliseconds(60), [&] {
    done += "b";
    last.Notify();
  });
  (*timer)->After(absl::Milliseconds(20), [&done] { done += "a"; });
  last.WaitForNotification();
  EXPECT_EQ(done, "ab");
  timer->reset();
  EXPECT_FALSE(never);
}

}  // namespace
}  // namespace fleetca::client
