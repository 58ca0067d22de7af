// What durability_driver does with lineages, revocations, blocks, CRL numbers and early renewals.
#ifndef FLEETCA_STORE_TESTING_DURABILITY_LINEAGES_H_
#define FLEETCA_STORE_TESTING_DURABILITY_LINEAGES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/store.h"

namespace fleetca::store {

// The `generation`th certificate of the lineage of TestRecord(first).
CertificateRecord TestGeneration(uint64_t first, uint32_t generation);

// Which CRL "lineages" numbers by that number.
CrlId TestCrlOf(uint64_t number);

// Issues TestRecord(number), renews it and what came of that, until kFloodBatch certificates are
// there, revokes the first, gives `number` to the CRL of TestCrlOf(number), and orders an early
// renewal with the id after `number`. Calls `note` with what was done ("issued", "renewed",
// "withdrawn", "numbered", "ordered") and the number after each, or the error, and stops when that
// says false. A CRL whose number is higher already, and an order that is there, is passed over.
bool LifeOfALineage(Store& store, uint64_t number,
                    absl::FunctionRef<bool(const absl::Status&, absl::string_view)> note);

// One of the driver's commands: what it answers, or the error; nullopt for none of them.
std::optional<absl::StatusOr<std::string>> RunLineageCommand(Store& store,
                                                             const std::string& command,
                                                             uint64_t number);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_DURABILITY_LINEAGES_H_
