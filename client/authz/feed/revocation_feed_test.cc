// The thread that follows a CA, against a fake one over mutual TLS.
#include "client/authz/feed/revocation_feed.h"

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/steady_time.h"
#include "base/time_since_boot.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);
const auto kIsUnknown = IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown);

std::string Serial(char c) { return "\x01" + std::string(19, c); }

// Of one certificate, or none; as of now.
v1::WatchRevocationsResponse Message(const std::string& serial = "") {
  v1::WatchRevocationsResponse message;
  if (!serial.empty()) {
    message.add_revoked()->set_serial_number(serial);
  }
  message.mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  return message;
}

bool Await(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) {
      return true;
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
  return false;
}

class RevocationFeedTest : public ::testing::Test {
 protected:
  RevocationFeedTest() {
    v1::WatchRevocationsResponse snapshot = Message(Serial('a'));
    snapshot.set_snapshot_begins(true);
    server_.revocations().Publish(snapshot);
  }

  RevocationFeedOptions Options() const {
    RevocationFeedOptions options;
    options.address = server_.address();
    options.files = server_.files();
    options.backoff.max_delay = absl::Milliseconds(200);
    return options;
  }
  void Start() {
    auto feed = RevocationFeed::Start(Options(), revocations_);
    FLEETCA_ASSERT_OK(feed);
    feed_ = *std::move(feed);
  }
  absl::Status Check(char c) const { return revocations_->Check(Serial(c), TimeSinceBoot()); }
  size_t Streams() { return server_.revocations().requests().size(); }

  testing::FakeServer server_;
  const std::shared_ptr<Revocations> revocations_ = *Revocations::Create({});
  std::unique_ptr<RevocationFeed> feed_;
};

TEST_F(RevocationFeedTest, HearsOfTheSnapshotAndOfEachChange) {
  EXPECT_THAT(Check('b'), kIsUnknown);
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  EXPECT_THAT(Check('a'), kIsRevoked);
  FLEETCA_EXPECT_OK(Check('b'));
  const absl::Time before = SteadyTime();
  server_.revocations().Publish(Message(Serial('b')));
  EXPECT_TRUE(Await([&] { return !Check('b').ok(); }));
  EXPECT_THAT(Check('b'), kIsRevoked);
  EXPECT_LT(SteadyTime() - before, absl::Seconds(1));
}

TEST_F(RevocationFeedTest, GoesOnWhereItWasWhenTheCaShutsDown) {
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  server_.revocations().EndStreams({grpc::StatusCode::UNAVAILABLE, "The CA is shutting down"});
  ASSERT_TRUE(Await([&] { return Streams() == 2; }));
  EXPECT_EQ(server_.revocations().requests()[1].after().sequence(), 1u);
  server_.revocations().Publish(Message(Serial('b')));
  EXPECT_TRUE(Await([&] { return !Check('b').ok(); }));
  EXPECT_THAT(Check('a'), kIsRevoked);
}

// How often the log has said it.
size_t Said(absl::string_view log, absl::string_view what) {
  return std::vector<std::string>(absl::StrSplit(log, what)).size() - 1;
}

TEST_F(RevocationFeedTest, AConnectionThatEndsIsNoLossYet) {
  ::testing::internal::CaptureStderr();
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  for (size_t streams = 2; streams < 5; ++streams) {
    server_.revocations().EndStreams({grpc::StatusCode::UNAVAILABLE, "The CA is shutting down"});
    EXPECT_TRUE(Await([&] { return Streams() == streams; }));
  }
  feed_.reset();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Said(log, "Revocations are not followed"), 0u) << log;
  EXPECT_EQ(Said(log, "Revocations are known and followed"), 1u) << log;
}

TEST_F(RevocationFeedTest, WhatIsNotKnownForLongIsSaidOnceAndThatItIsAgain) {
  server_.revocations().Refuse({grpc::StatusCode::PERMISSION_DENIED, "it was revoked"});
  ::testing::internal::CaptureStderr();
  Start();
  EXPECT_TRUE(Await([&] { return Streams() > 3; }));
  server_.revocations().Refuse(grpc::Status::OK);
  EXPECT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  feed_.reset();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Said(log, "Revocations are not followed"), 1u) << log;
  EXPECT_EQ(Said(log, "it was revoked"), 1u) << log;
  EXPECT_EQ(Said(log, "Revocations are known and followed"), 1u) << log;
}

TEST_F(RevocationFeedTest, ACaThatIsAwayIsSaidWhenItIsSo) {
  const auto revocations = *Revocations::Create({.max_age = Revocations::kLeastMaxAge});
  RevocationFeedOptions options = Options();
  options.backoff.initial_delay = options.backoff.max_delay = absl::Seconds(20);
  ::testing::internal::CaptureStderr();
  auto feed = RevocationFeed::Start(options, revocations);
  FLEETCA_ASSERT_OK(feed);
  ASSERT_TRUE(revocations->AwaitLoaded(absl::Seconds(10)));
  server_.Stop();
  absl::SleepFor(absl::Seconds(9));
  feed->reset();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Said(log, "Revocations are not followed"), 1u) << log;
}

TEST_F(RevocationFeedTest, FindsACaThatCameBack) {
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  server_.Stop();
  absl::SleepFor(absl::Milliseconds(300));
  server_.Restart();
  server_.revocations().Publish(Message(Serial('b')));
  EXPECT_TRUE(Await([&] { return !Check('b').ok(); }));
}

TEST_F(RevocationFeedTest, ARefusalIsNoKnowledgeAndIsTriedAgain) {
  server_.revocations().Refuse({grpc::StatusCode::PERMISSION_DENIED, "it was revoked"});
  Start();
  EXPECT_TRUE(Await([&] { return Streams() > 2; }));
  EXPECT_THAT(Check('b'), kIsUnknown);
  server_.revocations().Refuse(grpc::Status::OK);
  EXPECT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  FLEETCA_EXPECT_OK(Check('b'));
}

TEST_F(RevocationFeedTest, ABrokenFeedIsLeftAndWhatWasKnownStays) {
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  server_.revocations().Publish(Message("short"));
  EXPECT_TRUE(Await([&] { return Streams() > 2; }));
  EXPECT_THAT(Check('a'), kIsRevoked);
  EXPECT_EQ(revocations_->size(), 1u);
}

TEST_F(RevocationFeedTest, FilesThatWereReplacedAreReadForTheNextConnection) {
  Start();
  ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(10)));
  testing::FakeOrder order;
  order.names = {{x509::NameType::kUri, "spiffe://fleet.example/svc/verifier"}};
  const testing::FakeCa::TlsPair renewed = server_.ca().IssueTls(order);
  FLEETCA_ASSERT_OK(WriteFileAtomic(server_.files().certificate_file, renewed.chain_pem, 0644));
  FLEETCA_ASSERT_OK(WriteFileAtomic(server_.files().private_key_file, renewed.key_pem, 0600));
  server_.revocations().EndStreams({grpc::StatusCode::UNAUTHENTICATED, "it has expired"});
  EXPECT_TRUE(Await([&] { return Streams() == 2; }));
  EXPECT_EQ(server_.revocations().callers()[1], "spiffe://fleet.example/svc/verifier");
}

TEST_F(RevocationFeedTest, EndsAtOnceWhateverItWaitsFor) {
  for (const bool reachable : {true, false}) {
    if (!reachable) {
      server_.Stop();
    }
    Start();
    absl::SleepFor(absl::Milliseconds(300));
    const absl::Time before = SteadyTime();
    feed_.reset();
    EXPECT_LT(SteadyTime() - before, absl::Seconds(5));
  }
}

// A pipe without a writer would be waited for without end, by whoever ends the feed, too.
TEST_F(RevocationFeedTest, NobodyIsKeptWaitingByAPipe) {
  RevocationFeedOptions options = Options();
  options.files.ca_file += ".pipe";
  ASSERT_EQ(mkfifo(options.files.ca_file.c_str(), 0600), 0);
  EXPECT_THAT(RevocationFeed::Start(options, revocations_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(RevocationFeedTest, DoesNotStartWithoutItsFiles) {
  RevocationFeedOptions options = Options();
  options.files.private_key_file += ".gone";
  EXPECT_THAT(RevocationFeed::Start(options, revocations_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
