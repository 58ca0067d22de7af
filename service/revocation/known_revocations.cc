#include "service/revocation/known_revocations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/revocation/revocation_reason.h"

namespace fleetca::service {
namespace {

size_t IndexOf(store::BlockKind kind) { return static_cast<size_t>(kind) & 3; }

}  // namespace

absl::Status KnownRevocations::CheckComplete() const {
  if (complete_.load(std::memory_order_acquire)) {
    return absl::OkStatus();
  }
  return Unavailable(Reason::kRevocationsUnknown,
                     "The CA has not read yet which certificates are revoked, and believes none "
                     "until it has; retry in a second");
}

absl::Status KnownRevocations::CheckCertificate(absl::string_view serial) const {
  if (const std::optional<RevokedSince> since = serials_.Find(serial); since.has_value()) {
    refused_revoked_.fetch_add(1, std::memory_order_relaxed);
    return PermissionDenied(
        Reason::kCertificateRevoked,
        absl::StrCat("The caller's certificate was revoked on ", TimeToWords(since->revoked_at),
                     " (", RevocationReasonName(since->reason),
                     "); enroll anew with a new key, such as by a join token, or ask the CA's "
                     "operator why"));
  }
  return CheckComplete();
}

bool KnownRevocations::IsKeyBlocked(absl::string_view subject_public_key_info) const {
  if (blocked_keys_.load(std::memory_order_acquire) == 0) {
    return false;
  }
  const std::array<char, 32> digest = Sha256(subject_public_key_info);
  absl::ReaderMutexLock lock(&mutex_);
  return blocks_[IndexOf(store::BlockKind::kKey)].contains(
      absl::string_view(digest.data(), digest.size()));
}

absl::Status KnownRevocations::CheckCaller(absl::string_view serial,
                                           absl::string_view public_key) const {
  FLEETCA_RETURN_IF_ERROR(CheckCertificate(serial));
  if (public_key.empty() || !IsKeyBlocked(public_key)) {
    return absl::OkStatus();
  }
  refused_revoked_.fetch_add(1, std::memory_order_relaxed);
  return PermissionDenied(Reason::kCertificateRevoked,
                          "The key of the caller's certificate is known to be compromised; enroll "
                          "anew with a new key, such as by a join token");
}

absl::Status KnownRevocations::CheckIdentity(absl::string_view identity) const {
  FLEETCA_RETURN_IF_ERROR(CheckComplete());
  absl::ReaderMutexLock lock(&mutex_);
  if (!blocks_[IndexOf(store::BlockKind::kIdentity)].contains(identity)) {
    return absl::OkStatus();
  }
  refused_blocked_.fetch_add(1, std::memory_order_relaxed);
  return PermissionDenied(Reason::kIdentityBlocked,
                          absl::StrCat("The CA issues nothing for ", identity,
                                       " while it is blocked; ask the CA's operator, who sees why "
                                       "with `fleetca identity list` and can unblock it"));
}

absl::Status KnownRevocations::CheckKey(absl::string_view subject_public_key_info) const {
  FLEETCA_RETURN_IF_ERROR(CheckComplete());
  if (!IsKeyBlocked(subject_public_key_info)) {
    return absl::OkStatus();
  }
  refused_blocked_.fetch_add(1, std::memory_order_relaxed);
  return PermissionDenied(Reason::kKeyBlocked, "csr.subject_public_key_info",
                          "The key is known to be compromised and is never certified again; make a "
                          "new one");
}

bool KnownRevocations::IsBlocked(const store::BlockTarget& target) const {
  absl::ReaderMutexLock lock(&mutex_);
  return blocks_[IndexOf(target.kind)].contains(target.value);
}

bool KnownRevocations::AwaitComplete(absl::Duration patience) const {
  absl::ReaderMutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&known_), patience);
}

KnownRevocations::Counts KnownRevocations::counts() const {
  Counts counts{.revoked = serials_.size(),
                .refused_revoked = refused_revoked_.load(std::memory_order_relaxed),
                .refused_blocked = refused_blocked_.load(std::memory_order_relaxed)};
  absl::ReaderMutexLock lock(&mutex_);
  for (const absl::flat_hash_set<std::string>& targets : blocks_) {
    counts.blocked += targets.size();
  }
  return counts;
}

void KnownRevocations::Apply(const store::RevocationChange& change) {
  if (const auto* revocation = std::get_if<store::Revocation>(&change)) {
    serials_.Add(revocation->serial, {revocation->revoked_at, revocation->reason});
    return;
  }
  absl::MutexLock lock(&mutex_);
  if (const auto* block = std::get_if<store::Block>(&change)) {
    blocks_[IndexOf(block->target.kind)].insert(block->target.value);
  } else if (const auto* unblock = std::get_if<store::Unblock>(&change)) {
    blocks_[IndexOf(unblock->target.kind)].erase(unblock->target.value);
  }
  blocked_keys_.store(blocks_[IndexOf(store::BlockKind::kKey)].size(), std::memory_order_release);
}

void KnownRevocations::ReplaceBlocks(std::vector<store::BlockTarget> blocks) {
  Targets targets;
  for (store::BlockTarget& block : blocks) {
    targets[IndexOf(block.kind)].insert(std::move(block.value));
  }
  absl::MutexLock lock(&mutex_);
  blocks_ = std::move(targets);
  blocked_keys_.store(blocks_[IndexOf(store::BlockKind::kKey)].size(), std::memory_order_release);
}

void KnownRevocations::SetComplete(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  sequence_.store(sequence, std::memory_order_release);
  complete_.store(true, std::memory_order_release);
  known_ = true;
}

void KnownRevocations::SetIncomplete() {
  absl::MutexLock lock(&mutex_);
  complete_.store(false, std::memory_order_release);
  known_ = false;
}

}  // namespace fleetca::service
