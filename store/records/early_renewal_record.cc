#include "store/records/early_renewal_record.h"

#include <cstdint>
#include <limits>

#include "base/errors.h"
#include "base/status_macros.h"
#include "store/certificate_record.h"
#include "store/records/revocation_keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "early renewal, of key";
constexpr size_t kFixedSize = 7 * sizeof(uint64_t);
// absl::ToUnixNanos gives the bounds for what does not fit, such as the infinite past.
constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

absl::Time TakeNanos(absl::string_view& in) {
  const int64_t nanos = TakeTime(in);
  return nanos == kNoTime ? absl::InfinitePast() : absl::FromUnixNanos(nanos);
}

absl::Time TakeSeconds(absl::string_view& in) { return absl::FromUnixSeconds(TakeTime(in)); }

}  // namespace

absl::Status CheckEarlyRenewal(const EarlyRenewal& renewal) {
  if (renewal.id == 0 || renewal.issuer.size() > kMaxIssuerSize ||
      renewal.last_turn < renewal.first_turn) {
    return Internal(
        Reason::kInternal,
        "an early renewal has the id 0, an issuer that is none, or its last turn before "
        "its first");
  }
  return absl::OkStatus();
}

std::string EncodeEarlyRenewal(const EarlyRenewal& renewal) {
  std::string value;
  BeginValue(value);
  AppendTime(absl::ToUnixNanos(renewal.issued_from), value);
  AppendTime(absl::ToUnixNanos(renewal.issued_to), value);
  AppendTime(absl::ToUnixSeconds(renewal.ordered_at), value);
  AppendBigEndian(renewal.certificates, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(renewal.first_turn), value);
  AppendTime(absl::ToUnixSeconds(renewal.last_turn), value);
  AppendTime(absl::ToUnixSeconds(renewal.ends_at), value);
  for (const std::string* text : {&renewal.identity, &renewal.profile, &renewal.issuer,
                                  &renewal.explanation_url, &renewal.ordered_by}) {
    AppendString(*text, value);
  }
  SealValue(EarlyRenewalKey(renewal.id), value);
  return value;
}

absl::StatusOr<EarlyRenewal> DecodeEarlyRenewal(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kWhat, key, value, kFixedSize));
  EarlyRenewal renewal;
  renewal.id = IdOfEarlyRenewalKey(key);
  renewal.issued_from = TakeNanos(fields);
  renewal.issued_to = TakeNanos(fields);
  renewal.ordered_at = TakeSeconds(fields);
  renewal.certificates = TakeInteger(fields, sizeof(uint64_t));
  renewal.first_turn = TakeSeconds(fields);
  renewal.last_turn = TakeSeconds(fields);
  renewal.ends_at = TakeSeconds(fields);
  for (std::string* text : {&renewal.identity, &renewal.profile, &renewal.issuer,
                            &renewal.explanation_url, &renewal.ordered_by}) {
    if (!TakeString(fields, *text)) {
      return DamagedValue(kWhat, key, "has fields that do not fill it");
    }
  }
  if (!fields.empty() || !CheckEarlyRenewal(renewal).ok()) {
    return DamagedValue(kWhat, key, "has fields that do not fill it");
  }
  return renewal;
}

}  // namespace fleetca::store
