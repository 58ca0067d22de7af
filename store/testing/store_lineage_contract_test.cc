// What store.h promises of lineages, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using Kind = WriteOutcome::Kind;

class StoreLineageContractTest : public StoreContractTest {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoreContractTest::SetUp());
    Append(first_);
  }

  WriteOutcome Renew(const CertificateRecord& renewal, const CertificateRecord& previous) {
    absl::StatusOr<WriteOutcome> outcome = WriteRenewal(*store_, renewal, previous);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *std::move(outcome) : WriteOutcome();
  }

  void MustRenew(const CertificateRecord& renewal, const CertificateRecord& previous) {
    ASSERT_EQ(Renew(renewal, previous).kind, Kind::kStored);
  }

  // Nothing of it was written.
  void ExpectRefused(Kind kind, const CertificateRecord& renewal, const CertificateRecord& previous,
                     const LineageState& state) {
    const WriteOutcome outcome = Renew(renewal, previous);
    EXPECT_EQ(outcome.kind, kind);
    ASSERT_NE(outcome.lineage, nullptr);
    EXPECT_EQ(*outcome.lineage, state);
    ExpectNotFound(store_->GetBySerial(renewal.serial).status());
    ExpectNotFound(store_->GetByRequestKey(renewal.request_key).status());
  }

  LineageState State() {
    return store_->GetLineage(first_.serial).value_or(LineageState{.newest = "not found"});
  }

  std::vector<std::string> Members(absl::string_view lineage) {
    std::vector<std::string> serials;
    const absl::Status status = store_->ForEachByLineage(lineage, [&](const auto& record) {
      serials.push_back(record.serial);
      return true;
    });
    EXPECT_TRUE(status.ok()) << status;
    return serials;
  }

  const CertificateRecord first_ = TestRecord(1);
  const CertificateRecord second_ = TestRenewal(2, first_);
  const CertificateRecord third_ = TestRenewal(3, second_);
};

TEST_P(StoreLineageContractTest, EachRenewalIsTheNewest) {
  ExpectNotFound(store_->GetLineage(first_.serial).status());
  MustRenew(second_, first_);
  EXPECT_EQ(State(), StateAfter(second_, first_));
  MustRenew(third_, second_);
  EXPECT_EQ(State(), StateAfter(third_, second_));
  EXPECT_EQ(State().generation, 2u);
  EXPECT_EQ(store_->GetBySerial(third_.serial).value(), third_);
  ExpectNotFound(store_->GetLineage(second_.serial).status());
  ExpectNotFound(store_->GetLineage("").status());
}

// The answer with the second was lost: the holder of the first asks again.
TEST_P(StoreLineageContractTest, ARenewalFromTheParentReplacesTheNewest) {
  MustRenew(second_, first_);
  const CertificateRecord again = TestRenewal(4, first_);
  MustRenew(again, first_);
  EXPECT_EQ(State(), StateAfter(again, first_));
  EXPECT_EQ(State().generation, 1u);
  // Whoever renews from the second has got an answer that was taken for lost.
  ExpectRefused(Kind::kStale, third_, second_, StateAfter(again, first_));
  MustRenew(TestRenewal(5, again), again);
}

// A key that was copied: whoever comes second is found, whichever that is.
TEST_P(StoreLineageContractTest, ARenewalFromAnyOtherIsStale) {
  MustRenew(second_, first_);
  MustRenew(third_, second_);
  const CertificateRecord copy = TestRenewal(4, first_);
  ExpectRefused(Kind::kStale, copy, first_, StateAfter(third_, second_));
  // What was never of the lineage neither.
  ExpectRefused(Kind::kStale, copy, TestRecord(99), StateAfter(third_, second_));
  EXPECT_EQ(State(), StateAfter(third_, second_));
}

TEST_P(StoreLineageContractTest, ALineageWithoutAStepHasItsFirstCertificateAsNewest) {
  CertificateRecord other = TestRenewal(4, first_);
  ExpectRefused(Kind::kStale, other, TestRecord(99), LineageState{.newest = first_.serial});
  ExpectNotFound(store_->GetLineage(first_.serial).status());
}

TEST_P(StoreLineageContractTest, StepsOfACommitAreDecidedInTheirOrder) {
  const CertificateRecord same = TestRenewal(4, first_);
  const CertificateRecord stale = TestRenewal(5, first_);
  const CertificateRecord next = TestRenewal(6, same);
  const CertificateRecord unrelated = TestRecord(7);
  const CommitOutcomes outcomes =
      MustWrite({.certificates = {second_, same, unrelated, next, stale},
                 .lineage_steps = {TestStep(stale, first_), TestStep(next, same),
                                   TestStep(same, first_), TestStep(second_, first_)}});
  std::vector<Kind> kinds;
  for (const WriteOutcome& outcome : outcomes.certificates) {
    kinds.push_back(outcome.kind);
    EXPECT_EQ(outcome.lineage != nullptr, outcome.kind == Kind::kStale);
  }
  EXPECT_THAT(
      kinds, ElementsAre(Kind::kStored, Kind::kStored, Kind::kStored, Kind::kStored, Kind::kStale));
  EXPECT_EQ(State(), StateAfter(next, same));
  EXPECT_THAT(Members(first_.serial),
              UnorderedElementsAre(first_.serial, second_.serial, same.serial, next.serial));
}

TEST_P(StoreLineageContractTest, AReplayTakesNoStep) {
  MustRenew(second_, first_);
  CertificateRecord again = TestRenewal(4, first_);
  again.request_key = second_.request_key;
  const WriteOutcome outcome = Renew(again, first_);
  ASSERT_EQ(outcome.kind, Kind::kReplayed);
  EXPECT_EQ(*outcome.earlier, second_);
  EXPECT_EQ(State(), StateAfter(second_, first_));
}

// Both or none, in either way.
TEST_P(StoreLineageContractTest, AStepAndATokenAreUsedTogether) {
  const JoinToken token = TestJoinToken(1, 1);
  MustWrite({.new_tokens = {token}});
  CommitOutcomes outcomes = MustWrite({.certificates = {second_},
                                       .token_uses = {{TestJoinToken(2).hash, second_.serial}},
                                       .lineage_steps = {TestStep(second_, first_)}});
  EXPECT_EQ(outcomes.certificates.front().kind, Kind::kSpent);
  ExpectNotFound(store_->GetLineage(first_.serial).status());
  const CertificateRecord stale = TestRenewal(4, first_);
  outcomes = MustWrite({.certificates = {stale},
                        .token_uses = {{token.hash, stale.serial}},
                        .lineage_steps = {TestStep(stale, TestRecord(99))}});
  EXPECT_EQ(outcomes.certificates.front().kind, Kind::kStale);
  EXPECT_EQ(store_->GetJoinToken(token.hash).value().uses, 0u);
}

TEST_P(StoreLineageContractTest, ABlockedLineageTakesNoStep) {
  MustRenew(second_, first_);
  const BlockTarget target = {BlockKind::kLineage, first_.serial};
  // Of the same commit, a block comes after the certificates.
  const CommitOutcomes outcomes =
      MustWrite({.certificates = {third_},
                 .lineage_steps = {TestStep(third_, second_)},
                 .blocks = {TestBlock(BlockKind::kLineage, first_.serial)}});
  EXPECT_TRUE(outcomes.certificates.front().stored());
  const CertificateRecord fourth = TestRenewal(4, third_);
  ExpectRefused(Kind::kBlocked, fourth, third_, StateAfter(third_, second_));
  // Blocked comes before stale.
  ExpectRefused(Kind::kBlocked, TestRenewal(5, first_), first_, StateAfter(third_, second_));
  // Others go on.
  const CertificateRecord other = TestRecord(50);
  Append(other);
  MustRenew(TestRenewal(51, other), other);
  MustWrite({.unblocks = {TestUnblock(target)}});
  MustRenew(fourth, third_);
}

TEST_P(StoreLineageContractTest, ACertificateThatGoesOnWithALineageTakesAStep) {
  ExpectInternal(store_->Write({.certificates = {second_}}).status());
  // One of its own lineage takes none.
  const CertificateRecord own = TestRecord(4);
  ExpectInternal(
      store_->Write({.certificates = {own}, .lineage_steps = {TestStep(own, first_)}}).status());
  CertificateRecord named = own;
  named.lineage = named.serial;
  ExpectInternal(
      store_->Write({.certificates = {named}, .lineage_steps = {TestStep(named, first_)}})
          .status());
  EXPECT_TRUE(MustWrite({.certificates = {named}}).certificates.front().stored());
  EXPECT_THAT(Members(named.serial), ElementsAre(named.serial));
  // One step, of a certificate that is there, from a serial.
  const LineageStep step = TestStep(second_, first_);
  ExpectInternal(
      store_->Write({.certificates = {second_}, .lineage_steps = {step, step}}).status());
  ExpectInternal(store_->Write({.certificates = {own}, .lineage_steps = {step}}).status());
  ExpectInternal(
      store_->Write({.certificates = {second_}, .lineage_steps = {{second_.serial, "short", ""}}})
          .status());
  ExpectInternal(store_
                     ->Write({.certificates = {second_},
                              .lineage_steps = {{second_.serial, first_.serial,
                                                 std::string(kMaxStepAddressSize + 1, 'x')}}})
                     .status());
  ExpectNotFound(store_->GetLineage(first_.serial).status());
}

TEST_P(StoreLineageContractTest, MembersAreListed) {
  // The first of a lineage may expire last.
  CertificateRecord longest = TestRecord(20, first_.not_after + absl::Hours(100));
  Append(longest);
  CertificateRecord next = TestRenewal(21, longest);
  next.serial = TestRecord(21).serial;
  MustRenew(next, longest);
  EXPECT_THAT(Members(longest.serial), ElementsAre(next.serial, longest.serial));
  EXPECT_THAT(Members(first_.serial), ElementsAre(first_.serial));
  EXPECT_THAT(Members(TestRecord(77).serial), ElementsAre());
  EXPECT_THAT(Members(""), ElementsAre());
}

// No fleet is locked out: what was renewed since the copy was made is not known.
TEST_P(StoreLineageContractTest, ARestoredStoreTakesOneStepFromAnyCertificate) {
  MustRenew(second_, first_);
  const CertificateRecord lost = TestRenewal(90, third_);
  Restore(absl::FromUnixSeconds(1750000000));
  const CertificateRecord after = TestRenewal(91, lost);
  MustRenew(after, lost);
  EXPECT_EQ(State(), StateAfter(after, lost, 1));
  // The rule holds again.
  ExpectRefused(Kind::kStale, TestRenewal(92, first_), first_, StateAfter(after, lost, 1));
  MustRenew(TestRenewal(93, after), after);
}

TEST_P(StoreLineageContractTest, ARestoredStoreDoesTheSameForLineagesThatItKnowsNoStepOf) {
  const CertificateRecord lost = TestRenewal(90, second_);
  Restore(absl::FromUnixSeconds(1750000000));
  // Its first certificate is there, and from before.
  const CertificateRecord after = TestRenewal(91, lost);
  MustRenew(after, lost);
  ExpectRefused(Kind::kStale, TestRenewal(92, second_), second_, StateAfter(after, lost, 1));
  // One that is not there may have been lost.
  const CertificateRecord gone = TestRecord(60);
  MustRenew(TestRenewal(61, TestRenewal(62, gone)), TestRenewal(62, gone));
  // One of after the restore has lost nothing.
  CertificateRecord fresh = TestRecord(70);
  fresh.issued_at = absl::FromUnixSeconds(1760000000);
  Append(fresh);
  ExpectRefused(Kind::kStale, TestRenewal(71, fresh), TestRecord(72),
                LineageState{.newest = fresh.serial});
}

TEST_P(StoreLineageContractTest, ALineageIsPrunedWithItsLastCertificate) {
  CertificateRecord longer = TestRenewal(20, first_);
  longer.not_after += absl::Hours(10);
  longer.serial = TestRecord(20, longer.not_after).serial;
  MustRenew(longer, first_);
  CertificateRecord shorter = TestRenewal(21, longer);
  shorter.serial = TestRecord(21, first_.not_after).serial;
  MustRenew(shorter, longer);
  ASSERT_TRUE(store_->Prune(first_.not_after + absl::Hours(5)).ok());
  // The newest is gone, and its parent may come again.
  EXPECT_EQ(State(), StateAfter(shorter, longer));
  EXPECT_THAT(Members(first_.serial), ElementsAre(longer.serial));
  ASSERT_TRUE(store_->Prune(longer.not_after + absl::Hours(5)).ok());
  ExpectNotFound(store_->GetLineage(first_.serial).status());
  EXPECT_THAT(Members(first_.serial), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreLineageContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
