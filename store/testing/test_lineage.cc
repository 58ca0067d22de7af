#include "store/testing/test_lineage.h"

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "store/testing/test_record.h"

namespace fleetca::store {

CertificateRecord TestRenewal(uint64_t number, const CertificateRecord& previous) {
  CertificateRecord record = TestRecord(number, previous.not_after, previous.identity);
  record.lineage = LineageOf(previous);
  record.generation = previous.generation + 1;
  return record;
}

LineageStep TestStep(const CertificateRecord& renewal, const CertificateRecord& previous,
                     absl::string_view address) {
  return {renewal.serial, previous.serial, std::string(address)};
}

absl::StatusOr<WriteOutcome> WriteRenewal(Store& store, const CertificateRecord& renewal,
                                          const CertificateRecord& previous) {
  FLEETCA_ASSIGN_OR_RETURN(
      CommitOutcomes outcomes,
      store.Write({.certificates = {renewal}, .lineage_steps = {TestStep(renewal, previous)}}));
  return std::move(outcomes.certificates.front());
}

LineageState StateAfter(const CertificateRecord& renewal, const CertificateRecord& previous,
                        uint64_t epoch) {
  return {.newest = renewal.serial,
          .parent = previous.serial,
          .generation = renewal.generation,
          .epoch = epoch,
          .stepped_at = renewal.issued_at,
          .stepped_by = renewal.requester,
          .address = TestStep(renewal, previous).address};
}

}  // namespace fleetca::store
