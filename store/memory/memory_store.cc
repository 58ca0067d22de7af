#include "store/memory/memory_store.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/memory/memory_engine.h"
#include "store/memory/visit_all.h"
#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/records/commit_timer.h"
#include "store/records/join_token_record.h"
#include "store/records/jwt_use_record.h"
#include "store/records/keys.h"
#include "store/records/time_mark.h"

namespace fleetca::store {

MemoryStore::MemoryStore(uint16_t instance_id)
    : instance_id_(instance_id), engine_(std::make_shared<MemoryEngine>()) {}

MemoryStore::MemoryStore(const MemoryStore& other, uint16_t instance_id)
    : instance_id_(instance_id), engine_(other.engine_) {}

absl::StatusOr<CommitOutcomes> MemoryStore::Write(const Commit& commit) {
  const CommitTimer timer;
  FLEETCA_ASSIGN_OR_RETURN(const CommitKeys keys, ReadCommitKeys(commit));
  if (commit.empty()) {
    return CommitOutcomes();
  }
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  CommitPlan plan = PlanCommit(commit, keys, LookUpFacts(*engine_, commit, keys));
  ApplyPlan(plan, *engine_);
  if (plan.stored > 0) {
    timer.Done(plan.stored, stats_);
  }
  return std::move(plan.outcomes);
}

absl::StatusOr<CertificateRecord> MemoryStore::GetBySerial(absl::string_view serial) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->by_serial.find(serial);
  if (found == engine_->by_serial.end()) {
    return NotFound(Reason::kNotFound, "serial",
                    absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
  }
  return found->second;
}

absl::StatusOr<CertificateRecord> MemoryStore::GetByRequestKey(
    absl::string_view request_key) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->by_request_key.find(request_key);
  if (found == engine_->by_request_key.end()) {
    return NotFound(Reason::kNotFound, "request_id",
                    "no certificate was issued for this request_id");
  }
  return engine_->by_serial.find(found->second)->second;
}

absl::Status MemoryStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                          RecordVisitor visitor) const {
  const std::string upper = ExpiryLowerBound(to);
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (auto it = engine_->by_serial.lower_bound(ExpiryLowerBound(from));
         it != engine_->by_serial.end() && it->first < upper; ++it) {
      records.push_back(it->second);
    }
  }
  return VisitAll(records, visitor);
}

absl::Status MemoryStore::ForEachByIdentity(absl::string_view identity,
                                            RecordVisitor visitor) const {
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (const auto& [serial, record] : engine_->by_serial) {
      if (record.identity == identity) {
        records.push_back(record);
      }
    }
  }
  return VisitAll(records, visitor);
}

absl::Status MemoryStore::ForEachByLineage(absl::string_view lineage, RecordVisitor visitor) const {
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (const auto& [serial, record] : engine_->by_serial) {
      if (LineageOf(record) == lineage) {
        records.push_back(record);
      }
    }
  }
  return VisitAll(records, visitor);
}

absl::StatusOr<CertificatePage> MemoryStore::SelectCertificates(
    const CertificateSelection& selection, absl::string_view from, const PageLimit& limit) const {
  CertificatePage page;
  absl::MutexLock lock(&engine_->mutex);
  auto it = engine_->by_serial.lower_bound(
      std::max(ExpiryLowerBound(selection.not_after_from), std::string(from)));
  for (size_t left = limit.looked_at; it != engine_->by_serial.end(); ++it, --left) {
    if (left == 0 || page.records.size() >= limit.records) {
      page.next = it->first;
      break;
    }
    if (selection.Matches(it->second)) {
      page.records.push_back(it->second);
    }
  }
  return page;
}

absl::StatusOr<JoinTokenState> MemoryStore::GetJoinToken(absl::string_view hash) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->tokens.find(hash);
  if (found == engine_->tokens.end()) {
    return JoinTokenNotFound();
  }
  return found->second;
}

absl::Status MemoryStore::ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const {
  std::vector<JoinTokenState> tokens;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (auto it = engine_->tokens.lower_bound(from); it != engine_->tokens.end(); ++it) {
      tokens.push_back(it->second);
    }
  }
  return VisitAll(tokens, visitor);
}

absl::StatusOr<size_t> MemoryStore::DropJoinTokens(absl::Time expired_before) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  const size_t before = engine_->tokens.size();
  for (auto it = engine_->tokens.begin(); it != engine_->tokens.end();) {
    it = it->second.token.expires_at < expired_before ? engine_->tokens.erase(it) : std::next(it);
  }
  return before - engine_->tokens.size();
}

absl::StatusOr<JwtUse> MemoryStore::GetJwtUse(absl::string_view id_hash) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->jwt_uses.find(id_hash);
  if (found == engine_->jwt_uses.end()) {
    return JwtUseNotFound();
  }
  return found->second;
}

absl::StatusOr<size_t> MemoryStore::DropJwtUses(absl::Time expired_before) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  const auto end = engine_->jwt_expiries.lower_bound(JwtExpiryUpperBound(expired_before));
  const size_t before = engine_->jwt_expiries.size();
  for (auto it = engine_->jwt_expiries.begin(); it != end; ++it) {
    engine_->jwt_uses.erase(IdHashOfJwtExpiryKey(*it));
  }
  engine_->jwt_expiries.erase(engine_->jwt_expiries.begin(), end);
  return before - engine_->jwt_expiries.size();
}

absl::Status MemoryStore::Prune(absl::Time expired_before) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  const auto end = engine_->by_serial.lower_bound(ExpiryLowerBound(expired_before));
  for (auto it = engine_->by_serial.begin(); it != end; ++it) {
    // A request_key may be another certificate's since.
    const auto request = engine_->by_request_key.find(it->second.request_key);
    if (request != engine_->by_request_key.end() && request->second == it->first) {
      engine_->by_request_key.erase(request);
    }
  }
  engine_->by_serial.erase(engine_->by_serial.begin(), end);
  const uint32_t cutoff = ExpiryPrefixAt(expired_before);
  absl::erase_if(engine_->lineages,
                 [cutoff](const auto& entry) { return entry.second.expires < cutoff; });
  DropRevocationsBefore(ExpiryLowerBound(expired_before), expired_before, *engine_);
  return absl::OkStatus();
}

absl::Time MemoryStore::latest_time() const {
  absl::MutexLock lock(&engine_->mutex);
  return absl::FromUnixMillis(engine_->latest_mark);
}

absl::Status MemoryStore::CheckWritable() {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->fault;
}

absl::Status MemoryStore::NoteTime(absl::Time time) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  engine_->latest_mark = std::max(engine_->latest_mark, ToMark(time));
  return absl::OkStatus();
}

absl::Status MemoryStore::ResetLatestTime(absl::Time time) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  engine_->latest_mark = ToMark(time);
  return absl::OkStatus();
}

absl::Time MemoryStore::jwts_not_before() const {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->jwts_not_before;
}

void MemoryStore::SetJwtsNotBefore(absl::Time time) {
  absl::MutexLock lock(&engine_->mutex);
  engine_->jwts_not_before = time;
}

void MemoryStore::FailAppends(absl::Status fault) {
  absl::MutexLock lock(&engine_->mutex);
  engine_->fault = std::move(fault);
}

void MemoryStore::Clear() {
  absl::MutexLock lock(&engine_->mutex);
  engine_->by_serial.clear();
  engine_->by_request_key.clear();
  engine_->lineages.clear();
}

size_t MemoryStore::size() const {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->by_serial.size();
}

}  // namespace fleetca::store
