#include "service/revocation/known_revocations.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/revocation/revocation_reason.h"

namespace fleetca::service {
namespace {

// For a caller that is believed no more. An operator may be that, too, by his own mistake.
constexpr char kEnrollAnew[] =
    "enroll anew with a new key, such as by a join token; an administrator of the CA: stop the "
    "server and run fleetca ca renew-admin --dir DIR, with the CA's folder";

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
                     " (",
                     RevocationReasonName(static_cast<store::RevocationReason>(since->reason)),
                     "); ask the CA's operator why, and ", kEnrollAnew));
  }
  return CheckComplete();
}

bool KnownRevocations::IsKeyBlocked(absl::string_view subject_public_key_info) const {
  if (blocked_[IndexOf(store::BlockKind::kKey)].load(std::memory_order_acquire) == 0) {
    return false;
  }
  const std::array<char, 32> digest = Sha256(subject_public_key_info);
  return IsBlocked(store::BlockKind::kKey, absl::string_view(digest.data(), digest.size()));
}

absl::Status KnownRevocations::CheckIssuer(absl::string_view issuer) const {
  if (!has_revoked_issuers_.load(std::memory_order_acquire)) {
    return absl::OkStatus();
  }
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (!revoked_issuers_.contains(issuer)) {
      return absl::OkStatus();
    }
  }
  return PermissionDenied(
      Reason::kCertificateRevoked,
      absl::StrCat(
          "The root has revoked the issuing CA ", absl::BytesToHexString(issuer),
          ", so none of its certificates counts any more; have the CA's operator look at "
          "the root's CRL and at the alarm in the CA's log, and enroll anew at the issuing "
          "CA that took its place"));
}

absl::Status KnownRevocations::CheckCaller(absl::string_view serial, absl::string_view public_key,
                                           absl::string_view issuer) const {
  FLEETCA_RETURN_IF_ERROR(CheckCertificate(serial));
  if (absl::Status status = CheckIssuer(issuer); !status.ok()) {
    refused_revoked_.fetch_add(1, std::memory_order_relaxed);
    return status;
  }
  if (public_key.empty() || !IsKeyBlocked(public_key)) {
    return absl::OkStatus();
  }
  refused_revoked_.fetch_add(1, std::memory_order_relaxed);
  return PermissionDenied(
      Reason::kCertificateRevoked,
      absl::StrCat("The key of the caller's certificate is known to be compromised; ",
                   kEnrollAnew));
}

absl::Status KnownRevocations::CheckIdentity(absl::string_view identity) const {
  FLEETCA_RETURN_IF_ERROR(CheckComplete());
  if (!IsBlocked(store::BlockKind::kIdentity, identity)) {
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

bool KnownRevocations::IsBlocked(store::BlockKind kind, absl::string_view value) const {
  if (blocked_[IndexOf(kind)].load(std::memory_order_acquire) == 0) {
    return false;
  }
  absl::ReaderMutexLock lock(&mutex_);
  return blocks_[IndexOf(kind)].contains(value);
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

void KnownRevocations::CountBlocks() {
  for (size_t kind = 0; kind < kKinds; ++kind) {
    blocked_[kind].store(blocks_[kind].size(), std::memory_order_release);
  }
}

void KnownRevocations::Apply(const store::RevocationChange& change) {
  if (const auto* revocation = std::get_if<store::Revocation>(&change)) {
    serials_.Add(revocation->serial,
                 {revocation->revoked_at, static_cast<uint8_t>(revocation->reason)});
  } else {
    absl::MutexLock lock(&mutex_);
    if (const auto* block = std::get_if<store::Block>(&change)) {
      blocks_[IndexOf(block->target.kind)].insert(block->target.value);
    } else if (const auto* unblock = std::get_if<store::Unblock>(&change)) {
      blocks_[IndexOf(unblock->target.kind)].erase(unblock->target.value);
    }
    CountBlocks();
  }
  NoteChange();
}

void KnownRevocations::SetRevokedIssuers(absl::flat_hash_set<std::string> issuers) {
  {
    absl::MutexLock lock(&mutex_);
    revoked_issuers_ = std::move(issuers);
    has_revoked_issuers_.store(!revoked_issuers_.empty(), std::memory_order_release);
  }
  NoteChange();
}

void KnownRevocations::ReplaceBlocks(std::vector<store::BlockTarget> blocks) {
  Targets targets;
  for (store::BlockTarget& block : blocks) {
    targets[IndexOf(block.kind)].insert(std::move(block.value));
  }
  {
    absl::MutexLock lock(&mutex_);
    blocks_ = std::move(targets);
    CountBlocks();
  }
  NoteChange();
}

void KnownRevocations::SetComplete(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  sequence_.store(sequence, std::memory_order_release);
  complete_.store(true, std::memory_order_release);
  known_ = true;
}

void KnownRevocations::SetIncomplete() {
  {
    absl::MutexLock lock(&mutex_);
    complete_.store(false, std::memory_order_release);
    known_ = false;
  }
  NoteChange();
}

}  // namespace fleetca::service
