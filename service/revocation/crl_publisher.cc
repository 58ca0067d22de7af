#include "service/revocation/crl_publisher.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "x509/revocation/crl_writer.h"

namespace fleetca::service {
namespace {

// How many changes of the feed are read at a time; and how many are looked at one by one before all
// CRLs are taken for changed.
constexpr size_t kFeedPart = 1000;
constexpr uint64_t kMaxFollowed = 100000;

// What comes between a revocation and its CRL beside the delay itself: the next look, the work.
constexpr double kPartOfDelay = 0.9;

std::string Describe(const store::CrlId& id) {
  return id.shard.has_value() ? absl::StrCat("shard ", *id.shard) : "all certificates";
}

}  // namespace

CrlPublisher::CrlPublisher(CrlIssuer issuer, CrlPublisherOptions options, store::Store& store,
                           const ClockRule& clock_rule)
    : issuer_(std::move(issuer)),
      options_(std::move(options)),
      schedule_({.delay = options_.delay * kPartOfDelay, .refresh = options_.validity / 2}),
      store_(store),
      clock_rule_(clock_rule) {
  slots_.resize(options_.shards + (has_complete() ? 1 : 0));
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].id.issuer = issuer_.key_id;
    if (i < options_.shards) {
      slots_[i].id.shard = static_cast<uint16_t>(i);
    }
  }
}

absl::StatusOr<std::unique_ptr<CrlPublisher>> CrlPublisher::Create(CrlIssuer issuer,
                                                                   CrlPublisherOptions options,
                                                                   store::Store& store,
                                                                   const ClockRule& clock_rule) {
  FLEETCA_RETURN_IF_ERROR(CheckCrlPublisherOptions(options));
  return absl::WrapUnique(
      new CrlPublisher(std::move(issuer), std::move(options), store, clock_rule));
}

bool CrlPublisher::Look() {
  const absl::StatusOr<bool> more = Publish();
  Note(more.status());
  return more.ok() && *more;
}

absl::StatusOr<bool> CrlPublisher::Publish() {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  FLEETCA_RETURN_IF_ERROR(ReadChanges(now));
  bool more = false;
  const std::vector<size_t> due = FindDue(now, &more);
  std::vector<Draft> drafts = Build(due);
  FLEETCA_RETURN_IF_ERROR(WriteStates(&drafts));
  Sign(std::move(drafts));
  return more;
}

absl::Status CrlPublisher::LoadStates() {
  absl::MutexLock lock(&mutex_);
  return store_.ForEachCrlState([this](const store::CrlState& state) {
    mutex_.AssertHeld();
    for (CrlSlot& slot : slots_) {
      if (slot.id == state.crl) {
        slot.last = state;
      }
    }
    return true;
  });
}

absl::Status CrlPublisher::ReadChanges(absl::Time now) {
  const uint64_t last = store_.last_sequence();
  if (!position_.has_value()) {
    FLEETCA_RETURN_IF_ERROR(LoadStates());
    position_ = last;
  }
  if (last > *position_ + kMaxFollowed) {
    absl::MutexLock lock(&mutex_);
    MarkAllChanged(now);
    position_ = last;
  }
  while (*position_ < last) {
    FLEETCA_ASSIGN_OR_RETURN(const store::RevocationChanges part,
                             store_.ReadRevocationFeed(*position_, kFeedPart));
    absl::MutexLock lock(&mutex_);
    if (part.dropped) {
      MarkAllChanged(now);
    }
    for (const store::RevocationChange& change : part.changes) {
      MarkChanged(change, now);
    }
    position_ = part.changes.size() == kFeedPart ? store::SequenceOf(part.changes.back())
                                                 : std::max(part.last_sequence, last);
  }
  return absl::OkStatus();
}

void CrlPublisher::MarkAllChanged(absl::Time now) {
  for (CrlSlot& slot : slots_) {
    slot.NoteChange(now);
  }
}

void CrlPublisher::MarkChanged(const store::RevocationChange& change, absl::Time now) {
  const auto* const revocation = std::get_if<store::Revocation>(&change);
  if (revocation == nullptr || revocation->issuer != issuer_.key_id) {
    return;
  }
  const auto note = [&](CrlSlot& slot) {
    if (revocation->sequence > slot.appeared.sequence) {
      slot.NoteChange(now);
    }
  };
  if (revocation->crl_shard.has_value() && *revocation->crl_shard < options_.shards) {
    note(slots_[*revocation->crl_shard]);
  }
  if (has_complete()) {
    note(slots_.back());
  }
}

std::vector<size_t> CrlPublisher::FindDue(absl::Time now, bool* more) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<absl::Time, size_t>> due;
  for (size_t i = 0; i < slots_.size(); ++i) {
    CrlSlot& slot = slots_[i];
    slot.NoteTime(now, schedule_);
    // Two CRLs of one thisUpdate could not be told apart; the next second has room for another.
    const bool taken = slot.last.has_value() && slot.last->this_update == FloorToSecond(now);
    if (const absl::Time at = slot.DueAt(schedule_); at <= now && !taken) {
      due.emplace_back(at, i);
    }
  }
  std::sort(due.begin(), due.end());
  *more = due.size() > options_.batch;
  due.resize(std::min(due.size(), options_.batch));
  std::vector<size_t> slots;
  for (const auto& [at, slot] : due) {
    slots.push_back(slot);
  }
  return slots;
}

absl::StatusOr<CrlOrder> CrlPublisher::Order(size_t index) const {
  // Before the store is read, so that what was revoked until then is in the CRL.
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  absl::MutexLock lock(&mutex_);
  const CrlSlot& slot = slots_[index];
  CrlOrder order;
  order.state.crl = slot.id;
  order.state.this_update = FloorToSecond(now);
  order.state.next_update = order.state.this_update + options_.validity;
  order.state.number = static_cast<uint64_t>(absl::ToUnixSeconds(now));
  if (slot.last.has_value()) {
    if (order.state.this_update <= slot.last->this_update) {
      return Unavailable(
          Reason::kClockRefused,
          absl::StrCat("The clock shows ", TimeToWords(now), ", and the last CRL of ",
                       Describe(slot.id), " is of ", TimeToWords(slot.last->this_update),
                       ": readers would go on with that one, so none is made before; set the "
                       "clock right"));
    }
    order.state.number = std::max(order.state.number, slot.last->number + 1);
  }
  order.appeared = slot.appeared;
  if (slot.id.shard.has_value()) {
    order.distribution_point = CrlShardUrl(options_.base_url, *slot.id.shard);
  } else {
    order.max_entries = options_.max_complete_entries;
  }
  return order;
}

std::vector<CrlPublisher::Draft> CrlPublisher::Build(absl::Span<const size_t> due) {
  std::vector<Draft> drafts;
  for (const size_t slot : due) {
    absl::StatusOr<CrlOrder> order = Order(slot);
    absl::StatusOr<UnsignedCrl> crl = order.ok() ? BuildCrl(issuer_, *order, store_)
                                                 : absl::StatusOr<UnsignedCrl>(order.status());
    if (crl.ok()) {
      drafts.push_back({slot, *std::move(order), *std::move(crl)});
    } else {
      Fail(slot, crl.status());
    }
  }
  return drafts;
}

absl::Status CrlPublisher::WriteStates(std::vector<Draft>* drafts) {
  std::vector<store::CrlState> states;
  for (const Draft& draft : *drafts) {
    states.push_back(draft.order.state);
  }
  store::Commit commit;
  commit.crl_states = states;
  FLEETCA_ASSIGN_OR_RETURN(const store::CommitOutcomes outcomes, store_.Write(commit));
  std::vector<Draft> kept;
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < drafts->size(); ++i) {
    Draft& draft = (*drafts)[i];
    const store::CrlStateOutcome& outcome = outcomes.crl_states[i];
    if (outcome.kind == store::CrlStateOutcome::Kind::kStored) {
      slots_[draft.slot].last = draft.order.state;
      kept.push_back(std::move(draft));
    } else {
      // Another server of this CA was faster. The next look makes one with a greater number.
      slots_[draft.slot].last = *outcome.last;
    }
  }
  *drafts = std::move(kept);
  return absl::OkStatus();
}

void CrlPublisher::Sign(std::vector<Draft> drafts) {
  std::vector<Prepared> prepared;
  for (Draft& draft : drafts) {
    prepared.push_back(std::move(draft.crl.prepared));
  }
  std::vector<absl::StatusOr<signer::SignedMessage>> results(
      prepared.size(), Internal(Reason::kSigningFailed, "The CRL was not signed"));
  issuer_.signer->SignBatch(absl::MakeSpan(prepared), absl::MakeSpan(results));
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (results[i].ok()) {
      GiveOut(drafts[i], x509::AssembleCrl(results[i]->message, issuer_.signer->scheme(),
                                           results[i]->signature));
    } else {
      Fail(drafts[i].slot, results[i].status());
    }
  }
}

void CrlPublisher::GiveOut(const Draft& draft, std::string der) {
  signed_crls_.fetch_add(1, std::memory_order_relaxed);
  const std::array<char, 32> hash = Sha256(der);
  const store::CrlState& state = draft.order.state;
  auto crl = std::make_shared<const PublishedCrl>(
      PublishedCrl{.der = std::move(der),
                   .number = state.number,
                   .this_update = state.this_update,
                   .next_update = state.next_update,
                   .entries = draft.crl.entries,
                   .sha256 = absl::BytesToHexString({hash.data(), hash.size()})});
  absl::MutexLock lock(&mutex_);
  CrlSlot& slot = slots_[draft.slot];
  slot.published.swap(crl);
  slot.appeared = {state.this_update - options_.expired_grace, draft.crl.sequence};
  slot.changed_at = absl::InfiniteFuture();
  slot.failure = absl::OkStatus();
  slot.try_from = absl::InfinitePast();
  slot.too_large = false;
}

void CrlPublisher::Fail(size_t index, const absl::Status& status) {
  const absl::StatusOr<absl::Time> now = clock_rule_.Now();
  store::CrlId id;
  {
    absl::MutexLock lock(&mutex_);
    CrlSlot& slot = slots_[index];
    id = slot.id;
    slot.failure = status;
    if (now.ok()) {
      slot.try_from = *now + schedule_.retry;
      slot.attempted_at = *now;
    }
    slot.too_large = GetReason(status) == Reason::kCrlTooLarge;
    if (slot.too_large) {
      // The older one would hide what was revoked since.
      slot.published = nullptr;
      slot.changed_at = absl::InfiniteFuture();
    }
  }
  uint64_t suppressed = 0;
  if (failures_.Allow(SteadyTime(), &suppressed)) {
    log::Warning(
        "A CRL could not be made",
        {{"crl", Describe(id)}, {"error", status.message()}, {"lines_suppressed", suppressed}});
  }
}

void CrlPublisher::Note(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    look_ = status;
  }
  uint64_t suppressed = 0;
  if (!status.ok() && failures_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("No CRL can be made",
                 {{"error", status.message()}, {"lines_suppressed", suppressed}});
  }
}

absl::StatusOr<std::shared_ptr<const PublishedCrl>> CrlPublisher::Find(
    std::optional<uint16_t> shard) const {
  if (shard.has_value() ? *shard >= options_.shards : !has_complete()) {
    return NotFound(Reason::kNotFound, "shard",
                    shard.has_value()
                        ? absl::StrCat("There is no shard ", *shard, "; this issuing CA has ",
                                       options_.shards, ", from 0 on")
                        : "There is no CRL of all certificates; use the one that a certificate "
                          "names");
  }
  absl::MutexLock lock(&mutex_);
  const CrlSlot& slot = shard.has_value() ? slots_[*shard] : slots_.back();
  if (slot.too_large) {
    return slot.failure;
  }
  if (slot.published == nullptr) {
    return Unavailable(Reason::kCrlNotReady,
                       absl::StrCat("The CRL of ", Describe(slot.id), " is not made yet; retry"));
  }
  return slot.published;
}

absl::Status CrlPublisher::status() const {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(look_);
  size_t missing = 0;
  for (const CrlSlot& slot : slots_) {
    if (slot.too_large) {
      continue;
    }
    if (!slot.failure.ok()) {
      return Annotate(slot.failure,
                      absl::StrCat("The CRL of ", Describe(slot.id), " could not be made"));
    }
    missing += slot.published == nullptr ? 1 : 0;
    if (slot.published != nullptr && slot.published->next_update < now) {
      return Unavailable(Reason::kCrlNotReady,
                         absl::StrCat("The CRL of ", Describe(slot.id), " ended at ",
                                      TimeToWords(slot.published->next_update),
                                      ", and there is no newer one; the log says why"));
    }
  }
  if (missing > 0) {
    return Unavailable(Reason::kCrlNotReady,
                       absl::StrCat(missing, " of ", slots_.size(), " CRLs are not made yet"));
  }
  return absl::OkStatus();
}

bool CrlPublisher::HasAppeared(const store::Revocation& revocation) const {
  if (revocation.issuer != issuer_.key_id) {
    return false;
  }
  absl::MutexLock lock(&mutex_);
  const auto has = [&](const CrlSlot& slot) {
    return slot.too_large || (slot.published != nullptr && slot.appeared.Has(revocation));
  };
  const bool in_shard = !revocation.crl_shard.has_value() ||
                        *revocation.crl_shard >= options_.shards ||
                        has(slots_[*revocation.crl_shard]);
  return in_shard && (!has_complete() || has(slots_.back()));
}

}  // namespace fleetca::service
