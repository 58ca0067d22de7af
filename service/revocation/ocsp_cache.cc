#include "service/revocation/ocsp_cache.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

// How many changes are looked at one by one; after more all answers are forgotten.
constexpr size_t kMaxFollowed = 1000;

std::string TextOf(const OcspCacheKey& key) {
  return absl::StrCat(key.issuer, key.hash == x509::CertIdHash::kSha1 ? "a" : "b", key.serial);
}

}  // namespace

OcspCache::OcspCache(const store::Revocations& store, size_t issuers, size_t max_answers)
    : store_(store),
      issuers_(issuers),
      max_answers_(max_answers),
      sequence_(store.last_sequence()) {}

absl::Status OcspCache::CatchUp() {
  if (store_.last_sequence() == sequence_.load(std::memory_order_acquire)) {
    return absl::OkStatus();
  }
  absl::MutexLock reading(&reading_);
  const uint64_t last = store_.last_sequence();
  const uint64_t before = sequence_.load(std::memory_order_relaxed);
  if (last <= before) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const store::RevocationChanges part,
                           store_.ReadRevocationFeed(before, kMaxFollowed));
  absl::MutexLock lock(&mutex_);
  if (part.dropped || part.changes.size() == kMaxFollowed) {
    index_.clear();
    answers_.clear();
  }
  for (const store::RevocationChange& change : part.changes) {
    if (const auto* const revocation = std::get_if<store::Revocation>(&change)) {
      Erase(revocation->serial);
    }
  }
  sequence_.store(last, std::memory_order_release);
  return absl::OkStatus();
}

void OcspCache::Erase(absl::string_view serial) {
  for (size_t issuer = 0; issuer < issuers_; ++issuer) {
    for (const x509::CertIdHash hash : {x509::CertIdHash::kSha1, x509::CertIdHash::kSha256}) {
      const auto found = index_.find(TextOf({issuer, hash, serial}));
      if (found != index_.end()) {
        answers_.erase(found->second);
        index_.erase(found);
      }
    }
  }
}

std::shared_ptr<const OcspReply> OcspCache::Find(const OcspCacheKey& key, absl::Time now) {
  const std::string text = TextOf(key);
  absl::MutexLock lock(&mutex_);
  const auto found = index_.find(text);
  if (found == index_.end()) {
    return nullptr;
  }
  const std::shared_ptr<const OcspReply> reply = found->second->second;
  // Before thisUpdate where the clock was set back.
  if (now >= reply->refresh_at || now < reply->this_update) {
    return nullptr;
  }
  answers_.splice(answers_.begin(), answers_, found->second);
  return reply;
}

void OcspCache::Insert(const OcspCacheKey& key, uint64_t sequence,
                       std::shared_ptr<const OcspReply> reply) {
  std::string text = TextOf(key);
  absl::MutexLock lock(&mutex_);
  if (sequence < sequence_.load(std::memory_order_relaxed) || max_answers_ == 0) {
    return;
  }
  if (const auto found = index_.find(text); found != index_.end()) {
    found->second->second = std::move(reply);
    answers_.splice(answers_.begin(), answers_, found->second);
    return;
  }
  if (answers_.size() >= max_answers_) {
    index_.erase(answers_.back().first);
    answers_.pop_back();
  }
  answers_.emplace_front(text, std::move(reply));
  index_.emplace(std::move(text), answers_.begin());
}

size_t OcspCache::size() const {
  absl::MutexLock lock(&mutex_);
  return answers_.size();
}

}  // namespace fleetca::service
