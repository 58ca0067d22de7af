#include "store/testing/write_stored.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace fleetca::store {

absl::Status WriteStored(Store& store, const Commit& commit) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<WriteOutcome> outcomes, store.Write(commit));
  if (outcomes.size() != commit.certificates.size()) {
    return absl::InternalError(absl::StrCat(outcomes.size(), " outcomes for ",
                                            commit.certificates.size(), " certificates"));
  }
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].stored()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "certificate ", i,
          outcomes[i].kind == WriteOutcome::Kind::kSpent ? " was spent" : " was replayed"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store
