#include "store/testing/write_stored.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace fleetca::store {
namespace {

absl::string_view NameOf(WriteOutcome::Kind kind) {
  switch (kind) {
    case WriteOutcome::Kind::kStored:
      return "stored";
    case WriteOutcome::Kind::kReplayed:
      return "replayed";
    case WriteOutcome::Kind::kSpent:
      return "spent";
    case WriteOutcome::Kind::kStale:
      return "stale";
    case WriteOutcome::Kind::kBlocked:
      return "blocked";
  }
  return "";
}

}  // namespace

absl::Status WriteStored(Store& store, const Commit& commit) {
  FLEETCA_ASSIGN_OR_RETURN(const CommitOutcomes outcomes, store.Write(commit));
  if (outcomes.certificates.size() != commit.certificates.size()) {
    return absl::InternalError(absl::StrCat(outcomes.certificates.size(), " outcomes for ",
                                            commit.certificates.size(), " certificates"));
  }
  for (size_t i = 0; i < outcomes.certificates.size(); ++i) {
    if (!outcomes.certificates[i].stored()) {
      return absl::FailedPreconditionError(
          absl::StrCat("certificate ", i, " was ", NameOf(outcomes.certificates[i].kind)));
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store
