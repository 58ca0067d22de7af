#include "store/records/lineage_plan.h"

#include <algorithm>
#include <string>

#include "store/records/keys.h"

namespace fleetca::store {

bool MayHaveLostSteps(const Restores& restores, const CertificateRecord* first) {
  return restores.epoch > 0 && (first == nullptr || first->issued_at < restores.last);
}

const LineageRecord* LineagePlan::RecordOf(absl::string_view lineage) const {
  if (const auto now = now_.find(lineage); now != now_.end()) {
    return &now->second;
  }
  const LineageFacts& facts = FactsOf(lineage);
  return facts.record.has_value() ? &*facts.record : nullptr;
}

bool LineagePlan::IsNext(absl::string_view lineage, const LineageStep& step) const {
  const LineageRecord* record = RecordOf(lineage);
  if (record == nullptr) {
    return step.previous == lineage || FactsOf(lineage).may_have_lost_steps;
  }
  const LineageState& state = record->state;
  return state.epoch < epoch_ || step.previous == state.newest || step.previous == state.parent;
}

LineageState LineagePlan::StateOf(absl::string_view lineage) const {
  const LineageRecord* record = RecordOf(lineage);
  if (record != nullptr) {
    return record->state;
  }
  LineageState state;
  state.newest = std::string(lineage);
  return state;
}

// Whether the step is from the newest certificate or from its parent, the certificate that it is
// from is the parent of the new one.
void LineagePlan::Take(absl::string_view lineage, const LineageStep& step,
                       const CertificateRecord& record) {
  const LineageRecord* before = RecordOf(lineage);
  LineageRecord next;
  next.expires = std::max({before != nullptr ? before->expires : 0, ExpiryPrefixOf(step.previous),
                           ExpiryPrefixOf(record.serial)});
  next.state = {.newest = record.serial,
                .parent = step.previous,
                .generation = record.generation,
                .epoch = epoch_,
                .stepped_at = record.issued_at,
                .stepped_by = record.requester,
                .address = step.address};
  if (!now_.contains(lineage)) {
    taken_.push_back(lineage);
  }
  now_[lineage] = std::move(next);
}

std::vector<LineageWrite> LineagePlan::Writes() const {
  std::vector<LineageWrite> writes;
  writes.reserve(taken_.size());
  for (const absl::string_view lineage : taken_) {
    writes.push_back({lineage, now_.find(lineage)->second, FactsOf(lineage).record});
  }
  return writes;
}

}  // namespace fleetca::store
