#include "service/renewals/renewal_window.h"

#include <algorithm>
#include <cstdint>

#include "base/big_endian.h"
#include "base/time_rounding.h"

namespace fleetca::service {
namespace {

using x509::kShortestWindow;

// The last 32 bits, which are random in a serial number (x509/serial.h), as a part of all: 0 to 1.
double SpreadOf(absl::string_view serial) {
  const absl::string_view last = serial.substr(serial.size() - std::min<size_t>(serial.size(), 4));
  return static_cast<double>(ReadBigEndian(last)) / 4294967295.0;
}

const store::EarlyRenewal* SoonestOf(const store::CertificateRecord& record,
                                     absl::Span<const store::EarlyRenewal> orders,
                                     absl::Time* turn) {
  const store::EarlyRenewal* soonest = nullptr;
  for (const store::EarlyRenewal& order : orders) {
    if (!Covers(order, record)) {
      continue;
    }
    const absl::Time other = PointIn({order.first_turn, order.last_turn}, record.serial);
    if (soonest == nullptr || other < *turn) {
      soonest = &order;
      *turn = other;
    }
  }
  return soonest;
}

}  // namespace

absl::Time PointIn(const TimeWindow& window, absl::string_view serial) {
  return FloorToSecond(window.start + (window.end - window.start) * SpreadOf(serial));
}

bool Covers(const store::EarlyRenewal& order, const store::CertificateRecord& record) {
  return record.issued_at >= order.issued_from && record.issued_at < order.issued_to &&
         (order.identity.empty() || order.identity == record.identity) &&
         (order.profile.empty() || order.profile == record.profile) &&
         (order.issuer.empty() || order.issuer == record.issuer);
}

RenewalWindow WindowOf(const store::CertificateRecord& record,
                       absl::Span<const store::EarlyRenewal> orders,
                       std::optional<absl::Time> revoked_at, absl::Time now,
                       absl::Duration retry_after) {
  RenewalWindow answer{.window = UsualWindow(record.not_before, record.not_after),
                       .retry_after = retry_after};
  absl::Time turn = absl::InfiniteFuture();
  const store::EarlyRenewal* const order = SoonestOf(record, orders, &turn);
  if (revoked_at.has_value()) {
    answer.revoked = true;
    answer.moved = true;
    answer.explanation_url = order == nullptr ? "" : order->explanation_url;
    const absl::Time end = std::min(FloorToSecond(std::min(*revoked_at, now)), answer.window.end);
    answer.window = {end - kShortestWindow, end};
    return answer;
  }
  if (order == nullptr || turn >= answer.window.end) {
    return answer;
  }
  answer.moved = true;
  answer.explanation_url = order->explanation_url;
  answer.window = {turn, turn + kShortestWindow};
  if (turn > now) {
    answer.retry_after = std::min(retry_after, std::max(kShortestWindow, turn - now));
  }
  return answer;
}

}  // namespace fleetca::service
