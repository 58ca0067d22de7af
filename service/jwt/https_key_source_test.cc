#include "service/jwt/https_key_source.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::TestKey;

constexpr absl::Duration kPatience = absl::Seconds(20);

std::string Keys(absl::string_view kid) {
  return MakeJwks({MakeJwk(TestKey::OfType(KeyType::kP256), kid)});
}

// The issuer's side: what it answers, and how often it was asked. Thread-safe.
class FakeIssuer {
 public:
  explicit FakeIssuer(absl::StatusOr<std::string> answer) : answer_(std::move(answer)) {}

  absl::StatusOr<std::string> Fetch() {
    absl::MutexLock lock(&mutex_);
    ++fetches_;
    return answer_;
  }
  void SetAnswer(absl::StatusOr<std::string> answer) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  // Waits until it was asked `count` times at least; false when it is not.
  bool WaitForFetches(int count) {
    const auto reached = [this, count]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return fetches_ >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), kPatience);
  }
  int fetches() {
    absl::MutexLock lock(&mutex_);
    return fetches_;
  }

 private:
  absl::Mutex mutex_;
  absl::StatusOr<std::string> answer_ ABSL_GUARDED_BY(mutex_);
  int fetches_ ABSL_GUARDED_BY(mutex_) = 0;
};

int Count(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != absl::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

class HttpsKeySourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpsKeySource> Start(absl::Duration refresh_interval = absl::Hours(1)) {
    HttpsKeySourceOptions options;
    options.url = "https://issuer.test/keys";
    options.refresh_interval = refresh_interval;
    return *HttpsKeySource::Start(
        options, [this] { return issuer_.Fetch(); }, clock_);
  }

  // Waits until the source has the key, or has it no more.
  static bool WaitForKey(HttpsKeySource& source, absl::string_view kid, bool wanted = true) {
    const absl::Time end = absl::Now() + kPatience;
    while ((source.Keys()->Find(kid) != nullptr) != wanted) {
      if (absl::Now() > end) {
        return false;
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
    return true;
  }

  FakeClock clock_;
  FakeIssuer issuer_{Keys("a")};
};

TEST_F(HttpsKeySourceTest, FetchesAtOnceAndAtTheInterval) {
  const auto source = Start(absl::Milliseconds(5));
  EXPECT_TRUE(WaitForKey(*source, "a"));
  issuer_.SetAnswer(Keys("b"));
  EXPECT_TRUE(WaitForKey(*source, "b"));
  EXPECT_EQ(source->Keys()->Find("a"), nullptr);
}

TEST_F(HttpsKeySourceTest, AnUnknownKeyFetchesAtMostOnceInAWhile) {
  const auto source = Start();
  ASSERT_TRUE(WaitForKey(*source, "a"));
  issuer_.SetAnswer(Keys("b"));
  clock_.Advance(absl::Seconds(29));
  for (int i = 0; i < 100; ++i) {
    source->OnUnknownKey();
  }
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(issuer_.fetches(), 1);
  clock_.Advance(absl::Seconds(1));
  source->OnUnknownKey();
  EXPECT_TRUE(WaitForKey(*source, "b"));
  for (int i = 0; i < 100; ++i) {
    source->OnUnknownKey();
  }
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(issuer_.fetches(), 2);
  // Set back, the clock says nothing of when the last fetch was.
  clock_.Advance(-absl::Hours(1));
  source->OnUnknownKey();
  EXPECT_TRUE(issuer_.WaitForFetches(3));
}

TEST_F(HttpsKeySourceTest, AnOutageKeepsTheKeys) {
  const auto source = Start(absl::Milliseconds(5));
  ASSERT_TRUE(WaitForKey(*source, "a"));
  for (const absl::StatusOr<std::string>& failure :
       {absl::StatusOr<std::string>(Unavailable(Reason::kServerUnreachable, "gone")),
        absl::StatusOr<std::string>("<html>"), absl::StatusOr<std::string>(R"({"keys":{}})")}) {
    issuer_.SetAnswer(failure);
    // The second fetch from now on saw the failure, the third began after it was dealt with.
    ASSERT_TRUE(issuer_.WaitForFetches(issuer_.fetches() + 3));
    EXPECT_NE(source->Keys()->Find("a"), nullptr);
  }
  issuer_.SetAnswer(Keys("b"));
  EXPECT_TRUE(WaitForKey(*source, "b"));
  // Keys that the issuer withdraws are gone.
  issuer_.SetAnswer(R"({"keys":[]})");
  EXPECT_TRUE(WaitForKey(*source, "b", false));
}

TEST_F(HttpsKeySourceTest, AFailureIsLoggedOnceAndItsEndToo) {
  ::testing::internal::CaptureStderr();
  issuer_.SetAnswer(Unavailable(Reason::kServerUnreachable, "gone"));
  {
    const auto source = Start(absl::Milliseconds(2));
    EXPECT_TRUE(issuer_.WaitForFetches(10));
    issuer_.SetAnswer(Keys("a"));
    EXPECT_TRUE(WaitForKey(*source, "a"));
    issuer_.SetAnswer(Unavailable(Reason::kServerUnreachable, "gone"));
    EXPECT_TRUE(issuer_.WaitForFetches(issuer_.fetches() + 10));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Count(log, "its tokens are refused"), 1) << log;
  EXPECT_EQ(Count(log, "The keys of a token issuer were read"), 1) << log;
  EXPECT_EQ(Count(log, "those before stay in use"), 1) << log;
}

// Some issuers write their set in another order each time.
TEST_F(HttpsKeySourceTest, WhatIsLeftOutIsWarnedOfWhenTheSetChanges) {
  const std::string odd = R"({"kty":"OKP","crv":"Ed25519","x":"AA","kid":"odd"})";
  const std::string key = MakeJwk(TestKey::OfType(KeyType::kP256), "a");
  const std::string other = MakeJwk(TestKey::OfType(KeyType::kP384), "b");
  ::testing::internal::CaptureStderr();
  issuer_.SetAnswer(MakeJwks({odd, key}));
  {
    const auto source = Start(absl::Milliseconds(2));
    EXPECT_TRUE(WaitForKey(*source, "a"));
    for (const std::string& same : {MakeJwks({key, odd}), MakeJwks({odd + " ", key})}) {
      issuer_.SetAnswer(same);
      EXPECT_TRUE(issuer_.WaitForFetches(issuer_.fetches() + 3));
    }
    issuer_.SetAnswer(MakeJwks({other, odd}));
    EXPECT_TRUE(WaitForKey(*source, "b"));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Count(log, "and some of them cannot be used"), 2) << log;
  EXPECT_EQ(Count(log, R"(key \"odd\" is of kind OKP; RSA and EC are taken)"), 2) << log;
  EXPECT_EQ(Count(log, "The keys of a token issuer were read"), 2) << log;
}

TEST_F(HttpsKeySourceTest, AsksAgainByItselfAfterAFailure) {
  issuer_.SetAnswer(Unavailable(Reason::kServerUnreachable, "gone"));
  const auto source = Start(absl::Hours(1));
  ASSERT_TRUE(issuer_.WaitForFetches(2));  // a second later, not an hour
  issuer_.SetAnswer(Keys("a"));
  EXPECT_TRUE(WaitForKey(*source, "a"));
}

TEST_F(HttpsKeySourceTest, HasNoKeysBeforeTheFirstAnswer) {
  issuer_.SetAnswer(Unavailable(Reason::kServerUnreachable, "gone"));
  const auto source = Start();
  ASSERT_TRUE(issuer_.WaitForFetches(1));
  EXPECT_EQ(source->Keys()->size(), 0u);
  issuer_.SetAnswer(Keys("a"));
  clock_.Advance(absl::Minutes(1));
  source->OnUnknownKey();
  EXPECT_TRUE(WaitForKey(*source, "a"));
}

TEST(HttpsKeySourceCreateTest, RefusesOtherUrlsAndIntervals) {
  for (const absl::string_view url :
       {"http://issuer.test/keys", "file:///etc/passwd", "", "keys"}) {
    EXPECT_THAT(HttpsKeySource::Create({.url = std::string(url)}),
                IsInvalid(Reason::kConfigInvalid, "url"));
  }
  EXPECT_THAT(HttpsKeySource::Create(
                  {.url = "https://issuer.test/keys", .refresh_interval = absl::ZeroDuration()}),
              IsInvalid(Reason::kConfigInvalid, "refresh_interval"));
}

}  // namespace
}  // namespace fleetca::service
