// Which steps of a commit are the next of their lineages: the one rule of all engines.
#ifndef FLEETCA_STORE_RECORDS_LINEAGE_PLAN_H_
#define FLEETCA_STORE_RECORDS_LINEAGE_PLAN_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"
#include "store/lineage.h"
#include "store/records/lineage_record.h"

namespace fleetca::store {

// What an engine holds of a lineage.
struct LineageFacts {
  std::optional<LineageRecord> record;
  bool blocked = false;
  // Where it has no record: that steps may have been made which the store does not know.
  bool may_have_lost_steps = false;
  // The plan's own: what the record is after the steps that were taken.
  std::optional<LineageRecord> now;
};

// How often, and when last, a store was restored.
struct Restores {
  uint64_t epoch = 0;
  absl::Time last = absl::UnixEpoch();
};

// Whether steps may be lost of a lineage without a record whose first certificate is `first`, or
// gone: where the store was restored since that was issued.
bool MayHaveLostSteps(const Restores& restores, const CertificateRecord* first);

// What is to be written of a lineage, whose id aliases the commit.
struct LineageWrite {
  absl::string_view lineage;
  LineageRecord now;
  std::optional<LineageRecord> before;
};

// Decides the steps of a commit in their order. Thread-compatible.
class LineagePlan {
 public:
  using Facts = absl::flat_hash_map<absl::string_view, LineageFacts>;

  // `facts` has the lineages of all steps, by ids that alias the commit.
  LineagePlan(Facts facts, uint64_t epoch) : facts_(std::move(facts)), epoch_(epoch) {
    taken_.reserve(facts_.size());
  }

  bool IsBlocked(absl::string_view lineage) const { return FactsOf(lineage).blocked; }
  bool IsNext(absl::string_view lineage, const LineageStep& step) const;
  // How far the lineage is now.
  LineageState StateOf(absl::string_view lineage) const;

  // Takes the step, which is the next. `record` is the certificate's.
  void Take(absl::string_view lineage, const LineageStep& step, const CertificateRecord& record);

  // One for each lineage in which a step was taken, in the order of the first. Takes them out of
  // the plan, which decides nothing after that.
  std::vector<LineageWrite> TakeWrites();

 private:
  const LineageFacts& FactsOf(absl::string_view lineage) const {
    return facts_.find(lineage)->second;
  }

  Facts facts_;  // of the same lineages from the beginning to the end
  const uint64_t epoch_;
  std::vector<Facts::value_type*> taken_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_LINEAGE_PLAN_H_
