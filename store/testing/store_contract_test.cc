// What store.h promises of certificates, of every Store there is.
#include "store/testing/store_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreContractTest, FindsWhatWasAppended) {
  const CertificateRecord one = TestRecord(1);
  const CertificateRecord two = TestRecord(2);
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {one, two}}).ok());
  for (const CertificateRecord& record : {one, two}) {
    const absl::StatusOr<CertificateRecord> by_serial = store_->GetBySerial(record.serial);
    ASSERT_TRUE(by_serial.ok()) << by_serial.status();
    EXPECT_EQ(*by_serial, record);
    const absl::StatusOr<CertificateRecord> by_key = store_->GetByRequestKey(record.request_key);
    ASSERT_TRUE(by_key.ok()) << by_key.status();
    EXPECT_EQ(*by_key, record);
  }
}

TEST_P(StoreContractTest, CountsItsCommits) {
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {TestRecord(1), TestRecord(2)}}).ok());
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {TestRecord(3)}}).ok());
  ASSERT_TRUE(WriteStored(*store_, {}).ok());
  CertificateRecord nameless = TestRecord(4);
  nameless.identity.clear();
  ASSERT_FALSE(store_->Write({.certificates = {nameless}}).ok());
  using Bucket = HistogramSnapshot::Bucket;
  EXPECT_THAT(store_->stats().commit_records.Snapshot().buckets(),
              ElementsAre(Bucket{1, 1}, Bucket{2, 1}));
  EXPECT_EQ(store_->stats().commit_microseconds.Snapshot().count(), 2u);
}

TEST_P(StoreContractTest, KeepsEmptyAndOddFields) {
  CertificateRecord record = TestRecord(1);
  record.requester = std::string("\0\xff\n", 3);
  record.profile.clear();
  record.request_key.clear();
  record.request_digest.clear();
  record.certificate = std::string(100000, '\x80');
  record.issued_at = absl::FromUnixMillis(-1);
  record.not_before = absl::FromUnixSeconds(-1);
  Append(record);
  const absl::StatusOr<CertificateRecord> found = store_->GetBySerial(record.serial);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, record);
}

TEST_P(StoreContractTest, UnknownIsNotFound) {
  Append(TestRecord(1));
  ExpectNotFound(store_->GetBySerial(TestRecord(2).serial).status());
  ExpectNotFound(store_->GetBySerial("").status());
  ExpectNotFound(store_->GetBySerial(TestRecord(1).serial.substr(0, 19)).status());
  ExpectNotFound(store_->GetBySerial(TestRecord(1).serial + "x").status());
  ExpectNotFound(store_->GetByRequestKey(TestRequestKey(2)).status());
  ExpectNotFound(store_->GetByRequestKey(TestRequestKey(1).substr(0, 31)).status());
}

TEST_P(StoreContractTest, RecordsWithoutRequestKeyAreNotFoundByTheEmptyOne) {
  CertificateRecord record = TestRecord(1);
  record.request_key.clear();
  Append(record);
  ExpectNotFound(store_->GetByRequestKey("").status());
  EXPECT_TRUE(store_->GetBySerial(record.serial).ok());
}

TEST_P(StoreContractTest, AppendOfNothingWritesNothing) {
  EXPECT_TRUE(WriteStored(*store_, {}).ok());
  EXPECT_THAT(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()), IsEmpty());
}

TEST_P(StoreContractTest, OneRecordOutsideTheContractLeavesNothingOfTheBatch) {
  CertificateRecord nameless = TestRecord(2);
  nameless.identity.clear();
  CertificateRecord short_serial = TestRecord(3);
  short_serial.serial.pop_back();
  for (const CertificateRecord& wrong : {nameless, short_serial}) {
    const absl::Status status = store_->Write({.certificates = {TestRecord(1), wrong}}).status();
    ExpectInternal(status);
    ExpectNotFound(store_->GetBySerial(TestRecord(1).serial).status());
    ExpectNotFound(store_->GetByRequestKey(TestRequestKey(1)).status());
  }
}

TEST_P(StoreContractTest, BigBatch) {
  const std::vector<CertificateRecord> records = TestRecords(1, 1000);
  ASSERT_TRUE(WriteStored(*store_, {.certificates = records}).ok());
  for (const CertificateRecord& record : records) {
    const absl::StatusOr<CertificateRecord> found = store_->GetByRequestKey(record.request_key);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, record);
  }
  EXPECT_EQ(SerialsByIdentity(records[0].identity).size(), records.size());
}

TEST_P(StoreContractTest, IteratesByExpiryWithBoundsOnTheHour) {
  const absl::Time hour = absl::FromUnixSeconds(500000 * 3600LL);
  const CertificateRecord at_hour = TestRecord(9, hour);
  const CertificateRecord just_after = TestRecord(1, hour + absl::Seconds(1));
  const CertificateRecord next_hour = TestRecord(5, hour + absl::Hours(1));
  const CertificateRecord later = TestRecord(2, hour + absl::Hours(2));
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {later, next_hour, just_after, at_hour}}).ok());
  EXPECT_THAT(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()),
              ElementsAre(at_hour.serial, just_after.serial, next_hour.serial, later.serial));
  EXPECT_THAT(SerialsByExpiry(hour, hour + absl::Hours(1)), ElementsAre(at_hour.serial));
  EXPECT_THAT(SerialsByExpiry(hour, hour + absl::Nanoseconds(1)), ElementsAre(at_hour.serial));
  EXPECT_THAT(SerialsByExpiry(hour + absl::Nanoseconds(1), hour + absl::Hours(2)),
              ElementsAre(just_after.serial, next_hour.serial));
  EXPECT_THAT(SerialsByExpiry(hour + absl::Hours(1), hour + absl::Hours(2)),
              ElementsAre(just_after.serial, next_hour.serial));
  EXPECT_THAT(SerialsByExpiry(hour, hour), IsEmpty());
  EXPECT_THAT(SerialsByExpiry(hour + absl::Hours(2), hour), IsEmpty());
  EXPECT_THAT(SerialsByExpiry(hour + absl::Hours(3), absl::InfiniteFuture()), IsEmpty());
}

TEST_P(StoreContractTest, TheFarthestExpiryHourIsWithinAnyBound) {
  const absl::Time last = absl::FromUnixSeconds(((1LL << 24) - 1) * 3600);
  const CertificateRecord record = TestRecord(1, last);
  Append(record);
  EXPECT_THAT(SerialsByExpiry(last, absl::InfiniteFuture()), ElementsAre(record.serial));
  EXPECT_THAT(SerialsByExpiry(last, last + absl::Hours(1)), ElementsAre(record.serial));
  EXPECT_THAT(SerialsByExpiry(last + absl::Hours(1), absl::InfiniteFuture()), IsEmpty());
}

TEST_P(StoreContractTest, IteratesOverExactlyOneIdentity) {
  const std::vector<std::string> identities = {"spiffe://a/b",
                                               "spiffe://a/bc",
                                               "spiffe://a/b/c",
                                               "spiffe://a/B",
                                               "s",
                                               std::string("s\0", 2),
                                               std::string("s\0\x01", 3),
                                               std::string("\0", 1),
                                               "\xff",
                                               std::string("\xff\xff")};
  const absl::Time hour = absl::FromUnixSeconds(500000 * 3600LL);
  std::vector<CertificateRecord> records;
  for (const std::string& identity : identities) {
    const uint64_t number = records.size();
    records.push_back(TestRecord(number, hour + absl::Hours(1), identity));
    records.push_back(TestRecord(number + 1, hour, identity));
  }
  ASSERT_TRUE(WriteStored(*store_, {.certificates = records}).ok());
  for (size_t i = 0; i < identities.size(); ++i) {
    EXPECT_THAT(SerialsByIdentity(identities[i]),
                ElementsAre(records[2 * i + 1].serial, records[2 * i].serial))
        << identities[i];
  }
  EXPECT_THAT(SerialsByIdentity("spiffe://a/"), IsEmpty());
  EXPECT_THAT(SerialsByIdentity(""), IsEmpty());
}

TEST_P(StoreContractTest, AVisitorStopsTheIteration) {
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(1, 10)}).ok());
  int visits = 0;
  const auto stop_at_three = [&visits](const CertificateRecord&) { return ++visits < 3; };
  EXPECT_TRUE(
      store_->ForEachByExpiry(absl::InfinitePast(), absl::InfiniteFuture(), stop_at_three).ok());
  EXPECT_EQ(visits, 3);
  visits = 0;
  EXPECT_TRUE(store_->ForEachByIdentity(TestRecord(1).identity, stop_at_three).ok());
  EXPECT_EQ(visits, 3);
}

TEST_P(StoreContractTest, AnIterationSeesTheRecordsThatWereThereWhenItBegan) {
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(1, 3)}).ok());
  uint64_t next = 100;
  int visits = 0;
  const auto append_one = [&](const CertificateRecord&) {
    EXPECT_TRUE(WriteStored(*store_, {.certificates = {TestRecord(next++)}}).ok());
    return ++visits < 50;
  };
  EXPECT_TRUE(
      store_->ForEachByExpiry(absl::InfinitePast(), absl::InfiniteFuture(), append_one).ok());
  EXPECT_EQ(visits, 3);
  visits = 0;
  EXPECT_TRUE(store_->ForEachByIdentity(TestRecord(1).identity, append_one).ok());
  EXPECT_EQ(visits, 6);
}

TEST_P(StoreContractTest, ConcurrentAppendsAndReaders) {
#ifdef __SANITIZE_THREAD__
  if (absl::string_view(GetParam().name) == "RocksDb") {
    GTEST_SKIP() << "ThreadSanitizer does not see how Debian's RocksDB hands writers over";
  }
#endif
  constexpr int kThreads = 8;
  constexpr int kBatches = 25;
  constexpr int kBatchSize = 4;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    size_t before = 0;
    while (!done) {
      // No batch is ever half there, and nothing that was there goes.
      const size_t now = SerialsByIdentity(TestRecord(0).identity).size();
      EXPECT_EQ(now % kBatchSize, 0u);
      EXPECT_GE(now, before);
      before = now;
    }
  });
  std::vector<std::thread> writers;
  for (int thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([this, thread] {
      for (int batch = 0; batch < kBatches; ++batch) {
        const uint64_t first = static_cast<uint64_t>(thread * kBatches + batch) * kBatchSize;
        EXPECT_TRUE(WriteStored(*store_, {.certificates = TestRecords(first, kBatchSize)}).ok());
        // Found as soon as Append returned.
        EXPECT_TRUE(store_->GetByRequestKey(TestRequestKey(first)).ok());
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  done = true;
  reader.join();
  constexpr size_t kTotal = size_t{kThreads} * kBatches * kBatchSize;
  EXPECT_EQ(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()).size(), kTotal);
  EXPECT_EQ(SerialsByIdentity(TestRecord(0).identity).size(), kTotal);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

TEST(MemoryStoreTest, AFaultKeepsNothingUntilItEnds) {
  MemoryStore store;
  store.FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  const absl::Status status = store.Write({.certificates = TestRecords(1, 2)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetReason(status), Reason::kStoreUnavailable);
  EXPECT_EQ(store.size(), 0u);
  ExpectNotFound(store.GetByRequestKey(TestRequestKey(1)).status());
  store.FailAppends(absl::OkStatus());
  EXPECT_TRUE(WriteStored(store, {.certificates = TestRecords(1, 2)}).ok());
  EXPECT_EQ(store.size(), 2u);
  store.Clear();
  EXPECT_EQ(store.size(), 0u);
  ExpectNotFound(store.GetByRequestKey(TestRequestKey(1)).status());
}

TEST(MemoryStoreTest, HasTheInstanceIdItWasGiven) {
  EXPECT_EQ(MemoryStore(0x1234).instance_id(), 0x1234);
}

}  // namespace
}  // namespace fleetca::store
