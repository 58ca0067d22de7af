#include "service/renewals/early_renewal_orders.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "service/renewals/renewal_window.h"

namespace fleetca::service {
namespace {

// For how long an order that is for whatever was issued until then is taken for a retry of the one
// before.
constexpr absl::Duration kRetryTime = absl::Minutes(10);

bool IsUntilNow(const store::EarlyRenewal& order) {
  return FloorToSecond(order.issued_to) == order.ordered_at;
}

// Whether `order` asks again for what `earlier` is already.
bool IsAgain(const store::EarlyRenewal& order, const store::EarlyRenewal& earlier) {
  const bool same_end =
      order.issued_to == earlier.issued_to || (IsUntilNow(order) && IsUntilNow(earlier) &&
                                               order.ordered_at - earlier.ordered_at < kRetryTime);
  return same_end && order.identity == earlier.identity && order.profile == earlier.profile &&
         order.issuer == earlier.issuer && order.issued_from == earlier.issued_from &&
         order.explanation_url == earlier.explanation_url && order.ordered_by == earlier.ordered_by;
}

EarlyRenewalOrders::List NotEnded(const EarlyRenewalOrders::List& orders, absl::Time now) {
  EarlyRenewalOrders::List left;
  std::copy_if(orders.begin(), orders.end(), std::back_inserter(left),
               [now](const store::EarlyRenewal& order) { return order.ends_at >= now; });
  return left;
}

absl::Status NoSuchOrder(uint64_t id) {
  return NotFound(Reason::kNotFound, "id",
                  absl::StrCat("There is no early renewal with the id ", id,
                               " in force; `fleetca renewal list` shows those that are"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EarlyRenewalOrders>> EarlyRenewalOrders::Load(
    store::Store& store, const KnownRevocations& known, const ClockRule& clock_rule,
    const RenewalPace& pace) {
  auto orders = absl::WrapUnique(new EarlyRenewalOrders(store, known, clock_rule, pace));
  List found;
  FLEETCA_RETURN_IF_ERROR(store.ForEachEarlyRenewal([&found](const store::EarlyRenewal& order) {
    found.push_back(order);
    return true;
  }));
  {
    absl::MutexLock lock(&orders->write_mutex_);
    orders->last_id_ = found.empty() ? 0 : found.back().id;
  }
  orders->Replace(std::move(found));
  return orders;
}

absl::StatusOr<store::EarlyRenewal> EarlyRenewalOrders::Order(const EarlyRenewalRequest& request) {
  FLEETCA_RETURN_IF_ERROR(CheckEarlyRenewalRequest(request));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  store::EarlyRenewal order{.identity = request.identity,
                            .profile = request.profile,
                            .issuer = request.issuer,
                            .issued_from = request.issued_from,
                            .issued_to = std::min(request.issued_to, now),
                            .explanation_url = request.explanation_url,
                            .ordered_at = FloorToSecond(now),
                            .ordered_by = request.ordered_by};
  FLEETCA_RETURN_IF_ERROR(Count(now, &order));
  absl::MutexLock lock(&write_mutex_);
  const List current = NotEnded(*Current(), now);
  const auto earlier =
      std::find_if(current.begin(), current.end(),
                   [&](const store::EarlyRenewal& other) { return IsAgain(order, other); });
  if (earlier != current.end()) {
    order = *earlier;
    order.id = request.dry_run ? 0 : earlier->id;
    return order;
  }
  const TimeWindow turns = TurnsOf(order.certificates, now, current, pace_);
  order.first_turn = turns.start;
  order.last_turn = turns.end;
  if (request.dry_run) {
    return order;
  }
  return Write(std::move(order), now, current);
}

absl::Status EarlyRenewalOrders::Count(absl::Time now, store::EarlyRenewal* order) const {
  order->ends_at = order->ordered_at;
  const auto visit = [&](const store::CertificateRecord& record) {
    if (record.not_after >= now && Covers(*order, record) &&
        !known_.Find(record.serial).has_value()) {
      ++order->certificates;
      order->ends_at = std::max(order->ends_at, record.not_after);
    }
    return true;
  };
  if (!order->identity.empty()) {
    return store_.ForEachByIdentity(order->identity, visit);
  }
  store::CertificateSelection selection{
      .issued_from = order->issued_from, .issued_to = order->issued_to, .not_after_from = now};
  if (!order->profile.empty()) {
    selection.profile = order->profile;
  }
  if (!order->issuer.empty()) {
    selection.issuer = order->issuer;
  }
  std::string from;
  do {
    FLEETCA_ASSIGN_OR_RETURN(store::CertificatePage page,
                             store_.SelectCertificates(selection, from, store::PageLimit()));
    for (const store::CertificateRecord& record : page.records) {
      visit(record);
    }
    from = std::move(page.next);
  } while (!from.empty());
  return absl::OkStatus();
}

absl::StatusOr<store::EarlyRenewal> EarlyRenewalOrders::Write(store::EarlyRenewal order,
                                                              absl::Time now, const List& current) {
  if (order.certificates == 0) {
    return NotFound(Reason::kNotFound, "early_renewal",
                    "No valid certificate agrees with all that the request says, so nothing was "
                    "ordered");
  }
  if (current.size() >= kMaxEarlyRenewals) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "early_renewal",
        absl::StrCat("There are ", current.size(),
                     " early renewals in force, and no more are kept; cancel one, or order one for "
                     "more certificates"));
  }
  order.id = std::max<uint64_t>(
      last_id_ + 1, static_cast<uint64_t>(std::max<int64_t>(1, absl::ToUnixSeconds(now))));
  std::vector<uint64_t> ended;
  for (const store::EarlyRenewal& other : *Current()) {
    if (other.ends_at < now) {
      ended.push_back(other.id);
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(
      const store::CommitOutcomes outcomes,
      store_.Write({.early_renewals = {&order, 1}, .ended_early_renewals = ended}));
  if (outcomes.early_renewals.front() != store::EarlyRenewalOutcome::kStored) {
    return Internal(Reason::kInternal, "The id of an early renewal is taken");
  }
  last_id_ = order.id;
  List orders = current;
  orders.push_back(order);
  Replace(std::move(orders));
  log::Warning("An early renewal was ordered", {{"id", order.id},
                                                {"identity", order.identity},
                                                {"profile", order.profile},
                                                {"issuer", absl::BytesToHexString(order.issuer)},
                                                {"certificates", order.certificates},
                                                {"first_turn", TimeToWords(order.first_turn)},
                                                {"last_turn", TimeToWords(order.last_turn)},
                                                {"orderer", order.ordered_by}});
  return order;
}

absl::Status EarlyRenewalOrders::Cancel(uint64_t id, absl::string_view cancelled_by) {
  absl::MutexLock lock(&write_mutex_);
  List orders = *Current();
  const auto found =
      std::find_if(orders.begin(), orders.end(),
                   [id](const store::EarlyRenewal& order) { return order.id == id; });
  if (found == orders.end()) {
    return NoSuchOrder(id);
  }
  FLEETCA_RETURN_IF_ERROR(store_.Write({.ended_early_renewals = {&id, 1}}).status());
  orders.erase(found);
  Replace(std::move(orders));
  log::Warning("An early renewal was cancelled", {{"id", id}, {"canceller", cancelled_by}});
  return absl::OkStatus();
}

absl::StatusOr<EarlyRenewalOrders::List> EarlyRenewalOrders::InForce() const {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  return NotEnded(*Current(), now);
}

std::shared_ptr<const EarlyRenewalOrders::List> EarlyRenewalOrders::Current() const {
  absl::MutexLock lock(&mutex_);
  return orders_;
}

void EarlyRenewalOrders::Replace(List orders) {
  auto replaced = std::make_shared<const List>(std::move(orders));
  absl::MutexLock lock(&mutex_);
  orders_.swap(replaced);
}

}  // namespace fleetca::service
