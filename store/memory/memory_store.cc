#include "store/memory/memory_store.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/check_commit.h"
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

}  // namespace

MemoryStore::MemoryStore(uint16_t instance_id) : instance_id_(instance_id) {}

absl::Status MemoryStore::Write(const Commit& commit) {
  const CommitTimer timer;
  FLEETCA_RETURN_IF_ERROR(CheckCommit(commit));
  if (commit.certificates.empty()) {
    return absl::OkStatus();
  }
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  for (const CertificateRecord& record : commit.certificates) {
    by_serial_[record.serial] = record;
    if (!record.request_key.empty()) {
      by_request_key_[record.request_key] = record.serial;
    }
  }
  for (const JoinTokenUse& use : commit.token_uses) {
    const auto found = tokens_.find(use.hash);
    if (found != tokens_.end() && use.uses >= found->second.uses) {
      found->second.uses = use.uses;
      found->second.last_serial = use.serial;
    }
  }
  for (const JwtUse& use : commit.jwt_uses) {
    jwt_uses_[use.id_hash] = use;
    jwt_expiries_.insert(JwtExpiryKey(use.expires_at, use.id_hash));
  }
  latest_mark_ = std::max(latest_mark_, LatestMark(commit.certificates));
  timer.Done(commit.certificates.size(), stats_);
  return absl::OkStatus();
}

absl::StatusOr<CertificateRecord> MemoryStore::GetBySerial(absl::string_view serial) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) {
    return NotFound(Reason::kNotFound, "serial",
                    absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
  }
  return found->second;
}

absl::StatusOr<CertificateRecord> MemoryStore::GetByRequestKey(
    absl::string_view request_key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_request_key_.find(request_key);
  if (found == by_request_key_.end()) {
    return NotFound(Reason::kNotFound, "request_id",
                    "no certificate was issued for this request_id");
  }
  return by_serial_.find(found->second)->second;
}

absl::Status MemoryStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                          RecordVisitor visitor) const {
  const std::string upper = ExpiryLowerBound(to);
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = by_serial_.lower_bound(ExpiryLowerBound(from));
         it != by_serial_.end() && it->first < upper; ++it) {
      records.push_back(it->second);
    }
  }
  return VisitAll(records, visitor);
}

absl::Status MemoryStore::ForEachByIdentity(absl::string_view identity,
                                            RecordVisitor visitor) const {
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [serial, record] : by_serial_) {
      if (record.identity == identity) {
        records.push_back(record);
      }
    }
  }
  return VisitAll(records, visitor);
}

absl::Status MemoryStore::AddJoinTokens(absl::Span<const JoinToken> tokens) {
  for (const JoinToken& token : tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinToken(token));
  }
  if (tokens.empty()) {
    return absl::OkStatus();
  }
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  for (const JoinToken& token : tokens) {
    tokens_[token.hash].token = token;
  }
  latest_mark_ = std::max(latest_mark_, LatestMark(tokens));
  return absl::OkStatus();
}

absl::Status MemoryStore::RevokeJoinTokens(absl::Span<const std::string> hashes,
                                           const JoinTokenRevocation& revocation) {
  for (const std::string& hash : hashes) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(hash));
  }
  if (hashes.empty()) {
    return absl::OkStatus();
  }
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  for (const std::string& hash : hashes) {
    const auto found = tokens_.find(hash);
    if (found != tokens_.end() && !found->second.revocation.has_value()) {
      found->second.revocation = revocation;
      latest_mark_ = std::max(latest_mark_, ToMark(revocation.revoked_at));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<JoinTokenState> MemoryStore::GetJoinToken(absl::string_view hash) const {
  absl::MutexLock lock(&mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end()) {
    return JoinTokenNotFound();
  }
  return found->second;
}

absl::Status MemoryStore::ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const {
  std::vector<JoinTokenState> tokens;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = tokens_.lower_bound(from); it != tokens_.end(); ++it) {
      tokens.push_back(it->second);
    }
  }
  return VisitAll(tokens, visitor);
}

absl::StatusOr<size_t> MemoryStore::DropJoinTokens(absl::Time expired_before) {
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  const size_t before = tokens_.size();
  for (auto it = tokens_.begin(); it != tokens_.end();) {
    it = it->second.token.expires_at < expired_before ? tokens_.erase(it) : std::next(it);
  }
  return before - tokens_.size();
}

absl::StatusOr<JwtUse> MemoryStore::GetJwtUse(absl::string_view id_hash) const {
  absl::MutexLock lock(&mutex_);
  const auto found = jwt_uses_.find(id_hash);
  if (found == jwt_uses_.end()) {
    return JwtUseNotFound();
  }
  return found->second;
}

absl::StatusOr<size_t> MemoryStore::DropJwtUses(absl::Time expired_before) {
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  const auto end = jwt_expiries_.lower_bound(JwtExpiryUpperBound(expired_before));
  const size_t before = jwt_expiries_.size();
  for (auto it = jwt_expiries_.begin(); it != end; ++it) {
    jwt_uses_.erase(IdHashOfJwtExpiryKey(*it));
  }
  jwt_expiries_.erase(jwt_expiries_.begin(), end);
  return before - jwt_expiries_.size();
}

absl::Time MemoryStore::latest_time() const {
  absl::MutexLock lock(&mutex_);
  return absl::FromUnixMillis(latest_mark_);
}

absl::Status MemoryStore::CheckWritable() {
  absl::MutexLock lock(&mutex_);
  return fault_;
}

absl::Status MemoryStore::NoteTime(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  latest_mark_ = std::max(latest_mark_, ToMark(time));
  return absl::OkStatus();
}

absl::Status MemoryStore::ResetLatestTime(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  latest_mark_ = ToMark(time);
  return absl::OkStatus();
}

absl::Time MemoryStore::jwts_not_before() const {
  absl::MutexLock lock(&mutex_);
  return jwts_not_before_;
}

void MemoryStore::SetJwtsNotBefore(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  jwts_not_before_ = time;
}

void MemoryStore::FailAppends(absl::Status fault) {
  absl::MutexLock lock(&mutex_);
  fault_ = std::move(fault);
}

void MemoryStore::Clear() {
  absl::MutexLock lock(&mutex_);
  by_serial_.clear();
  by_request_key_.clear();
}

size_t MemoryStore::size() const {
  absl::MutexLock lock(&mutex_);
  return by_serial_.size();
}

}  // namespace fleetca::store
