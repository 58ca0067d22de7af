// What store.h promises of revocations and CRL states, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;

using Kind = RevocationOutcome::Kind;

class StoreRevocationsContractTest : public StoreContractTest {
 protected:
  RevocationOutcome Revoke(const Revocation& revocation) {
    CommitOutcomes outcomes = MustWrite({.revocations = {revocation}});
    EXPECT_EQ(outcomes.revocations.size(), 1u);
    return outcomes.revocations.empty() ? RevocationOutcome() : std::move(outcomes.revocations[0]);
  }

  std::vector<std::string> Serials(const RevocationScope& scope, absl::string_view from = "") {
    std::vector<std::string> serials;
    const absl::StatusOr<uint64_t> sequence =
        store_->ForEachRevocation(scope, from, [&](const Revocation& revocation) {
          serials.push_back(revocation.serial);
          return true;
        });
    EXPECT_TRUE(sequence.ok()) << sequence.status();
    EXPECT_EQ(sequence.value_or(0), store_->last_sequence());
    EXPECT_TRUE(std::is_sorted(serials.begin(), serials.end()));
    return serials;
  }

  Revocation Get(const CertificateRecord& record) {
    return store_->GetRevocation(record.serial).value_or(Revocation());
  }
};

TEST_P(StoreRevocationsContractTest, ARevocationIsKept) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  ExpectNotFound(store_->GetRevocation(record.serial).status());
  EXPECT_EQ(store_->last_sequence(), 0u);
  const RevocationOutcome outcome = Revoke(RevocationOf(record));
  EXPECT_EQ(outcome.kind, Kind::kRevoked);
  EXPECT_EQ(outcome.earlier, nullptr);
  EXPECT_EQ(Get(record), WithSequence(RevocationOf(record), 1));
  EXPECT_EQ(store_->last_sequence(), 1u);
  EXPECT_EQ(store_->revocation_count(), 1u);
  EXPECT_EQ(store_->latest_time(), RevocationOf(record).revoked_at);
  ExpectNotFound(store_->GetRevocation("").status());
}

TEST_P(StoreRevocationsContractTest, KeepsEmptyAndOddFields) {
  CertificateRecord record = TestIssuedRecord(1);
  record.issuer = std::string(32, '\xff');
  Append(record);
  Revocation odd = RevocationOf(record, RevocationReason::kAaCompromise);
  odd.crl_shard = std::nullopt;
  odd.revoked_by.clear();
  odd.revoked_at = absl::FromUnixSeconds(-1);
  odd.sequence = 77;  // not the caller's
  EXPECT_EQ(Revoke(odd).kind, Kind::kRevoked);
  EXPECT_EQ(Get(record), WithSequence(odd, 1));
  const CertificateRecord highest = TestIssuedRecord(2, 0xffff);
  Append(highest);
  Revoke(RevocationOf(highest));
  EXPECT_THAT(Serials({TestIssuer(), 0xffff}), ElementsAre(highest.serial));
}

TEST_P(StoreRevocationsContractTest, TheFirstDateAndReasonStay) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  Revoke(RevocationOf(record));
  const Revocation first = Get(record);
  Revocation again = RevocationOf(record, RevocationReason::kCessationOfOperation);
  again.revoked_at += absl::Hours(1);
  again.revoked_by = "somebody else";
  const RevocationOutcome outcome = Revoke(again);
  EXPECT_EQ(outcome.kind, Kind::kUnchanged);
  EXPECT_EQ(*outcome.earlier, first);
  EXPECT_EQ(Get(record), first);
  EXPECT_EQ(store_->last_sequence(), 1u);
}

TEST_P(StoreRevocationsContractTest, AReasonMayBecomeKeyCompromise) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  Revoke(RevocationOf(record));
  const Revocation first = Get(record);
  Revocation again = RevocationOf(record, RevocationReason::kKeyCompromise);
  again.revoked_at += absl::Hours(1);
  const RevocationOutcome outcome = Revoke(again);
  EXPECT_EQ(outcome.kind, Kind::kUpgraded);
  EXPECT_EQ(*outcome.earlier, first);
  Revocation upgraded = WithSequence(first, 2);
  upgraded.reason = RevocationReason::kKeyCompromise;
  EXPECT_EQ(Get(record), upgraded);
  EXPECT_EQ(store_->revocation_count(), 1u);
  // And stays it.
  EXPECT_EQ(Revoke(again).kind, Kind::kUnchanged);
  EXPECT_EQ(Revoke(RevocationOf(record)).kind, Kind::kUnchanged);
  EXPECT_EQ(Get(record), upgraded);
  EXPECT_THAT(Serials({TestIssuer(), 3}), ElementsAre(record.serial));
}

TEST_P(StoreRevocationsContractTest, WhatIsNotRecordedIsUnknown) {
  const CertificateRecord known = TestIssuedRecord(1);
  const CertificateRecord unknown = TestIssuedRecord(2);
  Append(known);
  // Not even one that comes in the same commit.
  const CommitOutcomes outcomes = MustWrite(
      {.certificates = {unknown}, .revocations = {RevocationOf(unknown), RevocationOf(known)}});
  EXPECT_EQ(outcomes.revocations[0].kind, Kind::kUnknown);
  EXPECT_EQ(outcomes.revocations[1].kind, Kind::kRevoked);
  ExpectNotFound(store_->GetRevocation(unknown.serial).status());
  EXPECT_EQ(store_->last_sequence(), 1u);
  EXPECT_EQ(Revoke(RevocationOf(TestIssuedRecord(3))).kind, Kind::kUnknown);
  ASSERT_TRUE(store_->Prune(unknown.not_after + absl::Hours(2)).ok());
  EXPECT_EQ(Revoke(RevocationOf(unknown)).kind, Kind::kUnknown);
}

TEST_P(StoreRevocationsContractTest, OneCommitDecidesInItsOrder) {
  const CertificateRecord record = TestIssuedRecord(1);
  const CertificateRecord other = TestIssuedRecord(2);
  MustWrite({.certificates = {record, other}});
  const CommitOutcomes outcomes = MustWrite(
      {.revocations = {RevocationOf(record), RevocationOf(other),
                       RevocationOf(record, RevocationReason::kKeyCompromise), RevocationOf(record),
                       RevocationOf(TestIssuedRecord(9)), RevocationOf(TestIssuedRecord(9))}});
  std::vector<Kind> kinds;
  for (const RevocationOutcome& outcome : outcomes.revocations) {
    kinds.push_back(outcome.kind);
  }
  EXPECT_THAT(kinds, ElementsAre(Kind::kRevoked, Kind::kRevoked, Kind::kUpgraded, Kind::kUnchanged,
                                 Kind::kUnknown, Kind::kUnknown));
  EXPECT_EQ(Get(record), WithSequence(RevocationOf(record, RevocationReason::kKeyCompromise), 1));
  EXPECT_EQ(Get(other), WithSequence(RevocationOf(other), 2));
  EXPECT_EQ(store_->revocation_count(), 2u);
}

TEST_P(StoreRevocationsContractTest, WhatIsNoRevocationIsRefused) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  for (const auto& spoil : std::vector<void (*)(Revocation&)>{
           [](Revocation& r) { r.serial.pop_back(); }, [](Revocation& r) { r.issuer.clear(); },
           [](Revocation& r) { r.issuer = std::string(33, 'i'); },
           [](Revocation& r) { r.spki_sha256 = "short"; },
           [](Revocation& r) { r.reason = static_cast<RevocationReason>(6); },
           [](Revocation& r) { r.reason = static_cast<RevocationReason>(7); }}) {
    Revocation revocation = RevocationOf(record);
    spoil(revocation);
    ExpectInternal(store_->Write({.revocations = {revocation}}).status());
  }
  EXPECT_EQ(store_->last_sequence(), 0u);
}

TEST_P(StoreRevocationsContractTest, ScopesAreReadInOrder) {
  std::vector<CertificateRecord> records;
  for (const uint64_t number : {4, 1, 3, 2, 5, 6}) {
    records.push_back(TestIssuedRecord(number, static_cast<uint16_t>(number % 2)));
  }
  records[4].issuer = TestIssuer(2);
  records[5].crl_shard.reset();
  MustWrite({.certificates = records});
  MustWrite({.revocations = RevocationsOf(records)});
  const auto serial = [](uint64_t number) { return TestRecord(number).serial; };
  EXPECT_THAT(Serials({TestIssuer(), 0}), ElementsAre(serial(2), serial(4)));
  EXPECT_THAT(Serials({TestIssuer(), 1}), ElementsAre(serial(1), serial(3)));
  EXPECT_THAT(Serials({TestIssuer(2), 1}), ElementsAre(serial(5)));
  EXPECT_THAT(Serials({TestIssuer(3), 1}), ElementsAre());
  EXPECT_THAT(Serials({TestIssuer(), std::nullopt}),
              ElementsAre(serial(1), serial(2), serial(3), serial(4), serial(6)));
  EXPECT_EQ(Serials({}).size(), 6u);
  // From a serial on, and as far as the visitor likes.
  EXPECT_THAT(Serials({TestIssuer(), 0}, serial(2)), ElementsAre(serial(2), serial(4)));
  EXPECT_THAT(Serials({TestIssuer(), 0}, serial(3)), ElementsAre(serial(4)));
  EXPECT_THAT(Serials({}, serial(6)), ElementsAre(serial(6)));
  size_t seen = 0;
  EXPECT_TRUE(
      store_->ForEachRevocation({}, "", [&seen](const Revocation&) { return ++seen < 3; }).ok());
  EXPECT_EQ(seen, 3u);
  ExpectInternal(
      store_->ForEachRevocation({"", 1}, "", [](const Revocation&) { return true; }).status());
}

// A visitor may call the store, and sees what was there when the iteration began.
TEST_P(StoreRevocationsContractTest, AnIterationSeesOneInstant) {
  const std::vector<CertificateRecord> records = TestIssuedRecords(1, 4);
  MustWrite({.certificates = records});
  MustWrite({.revocations = {RevocationOf(records[0]), RevocationOf(records[1])}});
  size_t seen = 0;
  const absl::StatusOr<uint64_t> sequence =
      store_->ForEachRevocation({TestIssuer(), 3}, "", [&](const Revocation&) {
        ++seen;
        MustWrite({.revocations = {RevocationOf(records[2]), RevocationOf(records[3])}});
        return true;
      });
  EXPECT_EQ(seen, 2u);
  EXPECT_EQ(sequence.value(), 2u);
  EXPECT_EQ(Serials({TestIssuer(), 3}).size(), 4u);
}

TEST_P(StoreRevocationsContractTest, ACrlNumberRises) {
  const CrlState first = {
      {TestIssuer(), 5}, 7, absl::FromUnixSeconds(100), absl::FromUnixSeconds(200)};
  const auto write = [this](const CrlState& state) {
    CommitOutcomes outcomes = MustWrite({.crl_states = {state}});
    return std::move(outcomes.crl_states.at(0));
  };
  ExpectNotFound(store_->GetCrlState(first.crl).status());
  EXPECT_EQ(write(first).kind, CrlStateOutcome::Kind::kStored);
  EXPECT_EQ(store_->GetCrlState(first.crl).value(), first);
  for (const uint64_t number : {7, 6, 1}) {
    CrlState other = first;
    other.number = number;
    other.next_update += absl::Hours(1);
    const CrlStateOutcome outcome = write(other);
    EXPECT_EQ(outcome.kind, CrlStateOutcome::Kind::kNotGreater);
    EXPECT_EQ(*outcome.last, first);
  }
  EXPECT_EQ(store_->GetCrlState(first.crl).value(), first);
  CrlState next = first;
  next.number = 9;
  EXPECT_EQ(write(next).kind, CrlStateOutcome::Kind::kStored);
  EXPECT_EQ(store_->GetCrlState(first.crl).value(), next);
}

TEST_P(StoreRevocationsContractTest, EachCrlHasItsOwnNumber) {
  std::vector<CrlState> states;
  for (const std::optional<uint16_t> shard :
       {std::optional<uint16_t>(), std::optional<uint16_t>(0), std::optional<uint16_t>(1),
        std::optional<uint16_t>(300)}) {
    for (const uint64_t issuer : {1, 2}) {
      states.push_back({{TestIssuer(issuer), shard},
                        5 + states.size(),
                        absl::FromUnixSeconds(100),
                        absl::FromUnixSeconds(200)});
    }
  }
  MustWrite({.crl_states = states});
  std::vector<CrlState> all;
  EXPECT_TRUE(store_
                  ->ForEachCrlState([&all](const CrlState& state) {
                    all.push_back(state);
                    return true;
                  })
                  .ok());
  std::sort(states.begin(), states.end(),
            [](const CrlState& a, const CrlState& b) { return a.crl < b.crl; });
  EXPECT_EQ(all, states);
  for (const CrlState& state : states) {
    EXPECT_EQ(store_->GetCrlState(state.crl).value(), state);
  }
  // No CRL twice, no number 0, no next update in the past.
  ExpectInternal(store_->Write({.crl_states = {states[0], states[0]}}).status());
  CrlState bad = states[0];
  bad.number = 0;
  ExpectInternal(store_->Write({.crl_states = {bad}}).status());
  bad = states[0];
  bad.next_update = bad.this_update;
  ExpectInternal(store_->Write({.crl_states = {bad}}).status());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreRevocationsContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
