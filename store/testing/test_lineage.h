// Renewals for tests.
#ifndef FLEETCA_STORE_TESTING_TEST_LINEAGE_H_
#define FLEETCA_STORE_TESTING_TEST_LINEAGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/store.h"

namespace fleetca::store {

// TestRecord(number), which renews `previous`: the next of its lineage.
CertificateRecord TestRenewal(uint64_t number, const CertificateRecord& previous);

// Its step; `previous` may be another one than TestRenewal had.
LineageStep TestStep(const CertificateRecord& renewal, const CertificateRecord& previous,
                     absl::string_view address = "192.0.2.7:4711");

// A Write of the two.
absl::StatusOr<WriteOutcome> WriteRenewal(Store& store, const CertificateRecord& renewal,
                                          const CertificateRecord& previous);

// How far the lineage is once that was stored.
LineageState StateAfter(const CertificateRecord& renewal, const CertificateRecord& previous,
                        uint64_t epoch = 0);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_TEST_LINEAGE_H_
