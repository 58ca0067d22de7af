// What store.h promises of selecting certificates, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;

class StoreSelectionContractTest : public StoreContractTest {
 protected:
  std::vector<std::string> Select(const CertificateSelection& selection,
                                  const PageLimit& limit = {}) {
    std::vector<std::string> serials;
    std::string from;
    do {
      const absl::StatusOr<CertificatePage> page =
          store_->SelectCertificates(selection, from, limit);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) {
        return serials;
      }
      EXPECT_LE(page->records.size(), limit.records);
      for (const CertificateRecord& record : page->records) {
        EXPECT_TRUE(selection.Matches(record));
        serials.push_back(record.serial);
      }
      EXPECT_TRUE(page->next.empty() || page->next > from);
      from = page->next;
    } while (!from.empty());
    return serials;
  }

  // Ten of two issuers, of two profiles, one a second, and each with a key of its own.
  void Fill() {
    for (uint64_t number = 0; number < 10; ++number) {
      CertificateRecord record =
          TestIssuedRecord(number, 3, hour_ + absl::Hours(number < 5 ? 0 : 10));
      record.issuer = TestIssuer(number % 2);
      record.profile = number < 4 ? "node" : "workload";
      record.issued_at = start_ + absl::Seconds(static_cast<int64_t>(number));
      records_.push_back(record);
    }
    MustWrite({.certificates = records_});
    Append(TestRecord(99, hour_));  // of a release before
  }

  std::vector<std::string> SerialsOf(const std::vector<size_t>& numbers) const {
    std::vector<std::string> serials;
    for (const size_t number : numbers) {
      serials.push_back(records_[number].serial);
    }
    return serials;
  }

  const absl::Time hour_ = absl::FromUnixSeconds(3600 * 1000);
  const absl::Time start_ = absl::FromUnixSeconds(1000);
  std::vector<CertificateRecord> records_;
};

TEST_P(StoreSelectionContractTest, EachFieldNarrows) {
  Fill();
  EXPECT_EQ(Select({}).size(), 11u);
  EXPECT_EQ(Select({.issuer = TestIssuer(1)}), SerialsOf({1, 3, 5, 7, 9}));
  EXPECT_EQ(Select({.issuer = TestIssuer(1), .profile = "node"}), SerialsOf({1, 3}));
  EXPECT_EQ(Select({.spki_sha256 = TestSpkiHash(6)}), SerialsOf({6}));
  EXPECT_EQ(Select({.issuer = TestIssuer(0),
                    .issued_from = start_ + absl::Seconds(2),
                    .issued_to = start_ + absl::Seconds(8)}),
            SerialsOf({2, 4, 6}));
  EXPECT_EQ(Select({.profile = "workload", .not_after_from = hour_ + absl::Seconds(1)}),
            SerialsOf({5, 6, 7, 8, 9}));
  EXPECT_THAT(Select({.issuer = TestIssuer(7)}), ElementsAre());
  EXPECT_EQ(Select({.issuer = ""}).size(), 1u);
}

TEST_P(StoreSelectionContractTest, PagesJoinWithoutGapOrRepetition) {
  Fill();
  const std::vector<std::string> all = Select({.issuer = TestIssuer(1)});
  for (const size_t records : {1, 2, 3, 5, 100}) {
    for (const size_t looked_at : {1, 2, 7, 100}) {
      EXPECT_EQ(Select({.issuer = TestIssuer(1)}, {records, looked_at}), all);
    }
  }
}

TEST_P(StoreSelectionContractTest, PrunedOnesAreNotSelected) {
  Fill();
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(2)).ok());
  EXPECT_EQ(Select({}), SerialsOf({5, 6, 7, 8, 9}));
}

// The fields that came later, as they come back.
TEST_P(StoreSelectionContractTest, LaterFieldsAreKept) {
  CertificateRecord record = TestIssuedRecord(1, 0);
  record.generation = 0xffffffff;
  record.issuer = std::string("\0\xff", 2);
  Append(record);
  EXPECT_EQ(store_->GetBySerial(record.serial).value(), record);
  CertificateRecord without = TestRecord(2);
  Append(without);
  EXPECT_EQ(store_->GetBySerial(without.serial).value(), without);
  for (const auto& spoil : std::vector<void (*)(CertificateRecord&)>{
           [](CertificateRecord& r) { r.issuer = std::string(33, 'i'); },
           [](CertificateRecord& r) { r.spki_sha256 = "short"; },
           [](CertificateRecord& r) { r.lineage = "short"; }}) {
    CertificateRecord bad = TestIssuedRecord(3);
    spoil(bad);
    ExpectInternal(store_->Write({.certificates = {bad}}).status());
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreSelectionContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
