#include "store/testing/durability_lineages.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "store/testing/durability_driver.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"
#include "store/testing/write_stored.h"

namespace fleetca::store {
namespace {

constexpr uint64_t kCrls = 4;

absl::Status Renew(Store& store, uint64_t first, uint32_t generation) {
  const CertificateRecord renewal = TestGeneration(first, generation);
  return WriteStored(store,
                     {.certificates = {renewal},
                      .lineage_steps = {TestStep(renewal, TestGeneration(first, generation - 1))}});
}

absl::Status Withdraw(Store& store, uint64_t number, RevocationReason reason) {
  return store.Write({.revocations = {RevocationOf(TestIssuedRecord(number), reason)}}).status();
}

absl::Status Number(Store& store, const CrlId& crl, uint64_t number) {
  return store
      .Write({.crl_states = {{crl, number, absl::FromUnixSeconds(1700000000),
                              absl::FromUnixSeconds(1700003600)}}})
      .status();
}

absl::Status Order(Store& store, uint64_t id) {
  return store.Write({.early_renewals = {TestEarlyRenewal(id)}}).status();
}

const CrlId& TheCrl() {
  static const auto* const crl = new CrlId{TestIssuer(), std::nullopt};
  return *crl;
}

Block TheBlock() { return TestBlock(BlockKind::kIdentity, "spiffe://a/svc/b"); }

absl::StatusOr<std::string> Ok(const absl::Status& status) {
  FLEETCA_RETURN_IF_ERROR(status);
  return "OK";
}

// Of all kinds, on one line.
absl::StatusOr<std::string> Describe(const Store& store, uint64_t number) {
  const LineageState lineage = store.GetLineage(TestRecord(number).serial).value_or(LineageState());
  const Revocation revocation =
      store.GetRevocation(TestRecord(number).serial).value_or(Revocation());
  FLEETCA_ASSIGN_OR_RETURN(const RevocationChanges changes, store.ReadRevocationFeed(0, 100));
  std::string feed;
  for (const RevocationChange& change : changes.changes) {
    absl::StrAppend(&feed, " ", SequenceOf(change));
  }
  std::string early;
  FLEETCA_RETURN_IF_ERROR(store.ForEachEarlyRenewal([&early](const EarlyRenewal& renewal) {
    absl::StrAppend(&early, " ", renewal.id);
    return true;
  }));
  return absl::StrCat(
      "generation ", lineage.generation, " reason ", static_cast<int>(revocation.reason),
      " blocked ", store.GetBlock(TheBlock().target).ok() ? 1 : 0, " crl ",
      store.GetCrlState(TheCrl()).value_or(CrlState()).number, " feed", feed, " of ",
      store.last_sequence(), " revoked ", store.revocation_count(), " early", early);
}

}  // namespace

CertificateRecord TestGeneration(uint64_t first, uint32_t generation) {
  CertificateRecord record = TestRecord(first);
  for (uint32_t i = 1; i <= generation; ++i) {
    record = TestRenewal(first + i, record);
  }
  return record;
}

CrlId TestCrlOf(uint64_t number) {
  return {TestIssuer(), static_cast<uint16_t>(number / kFloodBatch % kCrls)};
}

bool LifeOfALineage(Store& store, uint64_t number,
                    absl::FunctionRef<bool(const absl::Status&, absl::string_view)> note) {
  if (!note(WriteStored(store, {.certificates = {TestRecord(number)}}), "issued")) {
    return false;
  }
  for (uint32_t generation = 1; generation < kFloodBatch; ++generation) {
    if (!note(Renew(store, number, generation), "renewed")) {
      return false;
    }
  }
  return note(Withdraw(store, number, RevocationReason::kSuperseded), "withdrawn") &&
         note(Number(store, TestCrlOf(number), number), "numbered") &&
         note(Order(store, number + 1), "ordered");
}

std::optional<absl::StatusOr<std::string>> RunLineageCommand(Store& store,
                                                             const std::string& command,
                                                             uint64_t number) {
  constexpr uint64_t kFirst = 1;
  if (command == "renew") {
    return Ok(Renew(store, kFirst, static_cast<uint32_t>(number)));
  }
  if (command == "withdraw") {
    return Ok(Withdraw(store, kFirst, static_cast<RevocationReason>(number)));
  }
  if (command == "block") {
    return Ok(store.Write({.blocks = {TheBlock()}}).status());
  }
  if (command == "unblock") {
    return Ok(store.Write({.unblocks = {TestUnblock(TheBlock().target)}}).status());
  }
  if (command == "number") {
    return Ok(Number(store, TheCrl(), number));
  }
  if (command == "order") {
    return Ok(Order(store, number));
  }
  if (command == "cancel") {
    return Ok(store.Write({.ended_early_renewals = {number}}).status());
  }
  if (command == "drop") {
    return Ok(store.DropRevocations(TestRecord(1).not_after + absl::Hours(2)).status());
  }
  if (command == "describe") {
    return Describe(store, kFirst);
  }
  return std::nullopt;
}

}  // namespace fleetca::store
