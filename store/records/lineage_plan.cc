#include "store/records/lineage_plan.h"

#include <algorithm>
#include <string>

#include "store/records/keys.h"

namespace fleetca::store {

bool MayHaveLostSteps(const Restores& restores, const CertificateRecord* first) {
  return restores.epoch > 0 && (first == nullptr || first->issued_at < restores.last);
}

namespace {

// The newest record of the lineage; null while it has none.
const LineageRecord* RecordOf(const LineageFacts& facts) {
  if (facts.now.has_value()) {
    return &*facts.now;
  }
  return facts.record.has_value() ? &*facts.record : nullptr;
}

}  // namespace

bool LineagePlan::IsNext(absl::string_view lineage, const LineageStep& step) const {
  const LineageFacts& facts = FactsOf(lineage);
  const LineageRecord* record = RecordOf(facts);
  if (record == nullptr) {
    return step.previous == lineage || facts.may_have_lost_steps;
  }
  const LineageState& state = record->state;
  return state.epoch < epoch_ || step.previous == state.newest || step.previous == state.parent;
}

LineageState LineagePlan::StateOf(absl::string_view lineage) const {
  const LineageRecord* record = RecordOf(FactsOf(lineage));
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
  Facts::value_type& entry = *facts_.find(lineage);
  LineageFacts& facts = entry.second;
  const LineageRecord* before = RecordOf(facts);
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
  if (!facts.now.has_value()) {
    taken_.push_back(&entry);
  }
  facts.now = std::move(next);
}

std::vector<LineageWrite> LineagePlan::TakeWrites() {
  std::vector<LineageWrite> writes;
  writes.reserve(taken_.size());
  for (Facts::value_type* entry : taken_) {
    LineageFacts& facts = entry->second;
    writes.push_back({entry->first, *std::move(facts.now), std::move(facts.record)});
  }
  return writes;
}

}  // namespace fleetca::store
