#include "store/memory/memory_store.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/records/commit_timer.h"
#include "store/records/join_token_record.h"
#include "store/records/jwt_use_record.h"
#include "store/records/keys.h"
#include "store/records/time_mark.h"

namespace fleetca::store {
namespace {

// The visitor may call the store, so it gets copies and holds no lock.
template <typename Item, typename Visitor>
absl::Status VisitAll(const std::vector<Item>& items, Visitor visitor) {
  for (const Item& item : items) {
    if (!visitor(item)) {
      break;
    }
  }
  return absl::OkStatus();
}

CommitFacts LookUp(const MemoryEngine& engine, const CommitKeys& keys)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  CommitFacts facts;
  for (const CommitKey& key : keys) {
    switch (key.kind) {
      case CommitKey::Kind::kRequest:
        if (const auto found = engine.by_request_key.find(key.key);
            found != engine.by_request_key.end()) {
          facts.earlier[key.certificate] = std::make_unique<const CertificateRecord>(
              engine.by_serial.find(found->second)->second);
        }
        break;
      case CommitKey::Kind::kToken:
        if (const auto found = engine.tokens.find(key.key); found != engine.tokens.end()) {
          facts.tokens.emplace(key.key, found->second);
        }
        break;
      case CommitKey::Kind::kJwt:
        if (engine.jwt_uses.contains(key.key)) {
          facts.used_jwts.insert(key.key);
        }
        break;
    }
  }
  return facts;
}

void ApplyTokens(const CommitPlan& plan, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  for (const CountedTokenUse& use : plan.token_uses) {
    JoinTokenState& token = engine.tokens.find(use.hash)->second;
    token.uses = use.uses;
    token.last_serial = use.serial;
  }
  for (const JoinToken& token : plan.commit->new_tokens) {
    engine.tokens[token.hash].token = token;
  }
  for (const RevokedJoinToken* revoked : plan.revoked_tokens) {
    engine.tokens.find(revoked->hash)->second.revocation = revoked->revocation;
  }
}

void Apply(const CommitPlan& plan, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  for (size_t i = 0; i < plan.outcomes.size(); ++i) {
    const CertificateRecord& record = plan.commit->certificates[i];
    if (!plan.outcomes[i].stored()) {
      continue;
    }
    engine.by_serial[record.serial] = record;
    if (!record.request_key.empty()) {
      engine.by_request_key[record.request_key] = record.serial;
    }
  }
  ApplyTokens(plan, engine);
  for (const JwtUse* use : plan.jwt_uses) {
    engine.jwt_uses[use->id_hash] = *use;
    engine.jwt_expiries.insert(JwtExpiryKey(use->expires_at, use->id_hash));
  }
  engine.latest_mark = std::max(engine.latest_mark, plan.LatestMark());
}

}  // namespace

MemoryStore::MemoryStore(uint16_t instance_id)
    : instance_id_(instance_id), engine_(std::make_shared<MemoryEngine>()) {}

MemoryStore::MemoryStore(const MemoryStore& other, uint16_t instance_id)
    : instance_id_(instance_id), engine_(other.engine_) {}

absl::StatusOr<std::vector<WriteOutcome>> MemoryStore::Write(const Commit& commit) {
  const CommitTimer timer;
  FLEETCA_ASSIGN_OR_RETURN(const CommitKeys keys, ReadCommitKeys(commit));
  if (commit.empty()) {
    return std::vector<WriteOutcome>();
  }
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  CommitPlan plan = PlanCommit(commit, keys, LookUp(*engine_, keys));
  Apply(plan, *engine_);
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
}

size_t MemoryStore::size() const {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->by_serial.size();
}

}  // namespace fleetca::store
