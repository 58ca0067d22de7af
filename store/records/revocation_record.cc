#include "store/records/revocation_record.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/certificate_record.h"
#include "store/records/record.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "revocation, of key";
constexpr size_t kFixedSize = 3 * sizeof(uint64_t) + 1 + kShardSize;

bool IsReason(uint64_t code) {
  switch (static_cast<RevocationReason>(code)) {
    case RevocationReason::kUnspecified:
    case RevocationReason::kKeyCompromise:
    case RevocationReason::kCaCompromise:
    case RevocationReason::kAffiliationChanged:
    case RevocationReason::kSuperseded:
    case RevocationReason::kCessationOfOperation:
    case RevocationReason::kPrivilegeWithdrawn:
    case RevocationReason::kAaCompromise:
      return true;
  }
  return false;
}

}  // namespace

absl::Status CheckIssuer(absl::string_view issuer) {
  if (issuer.empty() || issuer.size() > kMaxIssuerSize) {
    return Internal(Reason::kInternal,
                    absl::StrCat("an issuer's key id has ", issuer.size(), " octets, and 1 to ",
                                 kMaxIssuerSize, " are possible"));
  }
  return absl::OkStatus();
}

absl::Status CheckRevocation(const Revocation& revocation) {
  FLEETCA_RETURN_IF_ERROR(CheckIssuer(revocation.issuer));
  if (revocation.serial.size() != kSerialSize || revocation.spki_sha256.size() != kSpkiHashSize ||
      !IsReason(static_cast<uint64_t>(revocation.reason))) {
    return Internal(
        Reason::kInternal,
        absl::StrCat("the revocation of serial ", absl::BytesToHexString(revocation.serial),
                     " has a serial or an spki_sha256 of the wrong size, or a reason "
                     "that is none"));
  }
  return absl::OkStatus();
}

absl::Status CheckRevocationScope(const RevocationScope& scope) {
  return scope.shard.has_value() || !scope.issuer.empty() ? CheckIssuer(scope.issuer)
                                                          : absl::OkStatus();
}

absl::Status RevocationNotFound(absl::string_view serial) {
  return NotFound(
      Reason::kNotFound, "serial",
      absl::StrCat("no certificate of the serial ", absl::BytesToHexString(serial), " is revoked"));
}

std::string EncodeRevocation(absl::string_view key, const Revocation& revocation) {
  std::string value;
  value.reserve(kValueHeaderSize + kFixedSize + revocation.issuer.size() +
                revocation.revoked_by.size() + revocation.spki_sha256.size() + 3 * kMaxVarintSize);
  BeginValue(value);
  AppendBigEndian(revocation.sequence, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(revocation.not_after), value);
  AppendTime(absl::ToUnixSeconds(revocation.revoked_at), value);
  value.push_back(static_cast<char>(revocation.reason));
  AppendShard(revocation.crl_shard, value);
  AppendString(revocation.issuer, value);
  AppendString(revocation.revoked_by, value);
  AppendString(revocation.spki_sha256, value);
  SealValue(key, value);
  return value;
}

absl::StatusOr<Revocation> DecodeRevocation(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kWhat, key, value, kFixedSize));
  Revocation revocation;
  if (key.size() > kSerialSize) {
    revocation.serial = std::string(key.substr(key.size() - kSerialSize));
  }
  revocation.sequence = TakeInteger(fields, sizeof(uint64_t));
  revocation.not_after = absl::FromUnixSeconds(TakeTime(fields));
  revocation.revoked_at = absl::FromUnixSeconds(TakeTime(fields));
  const uint64_t reason = TakeInteger(fields, 1);
  revocation.reason = static_cast<RevocationReason>(reason);
  if (!TakeShard(fields, revocation.crl_shard) || !TakeString(fields, revocation.issuer) ||
      !TakeString(fields, revocation.revoked_by) || !TakeString(fields, revocation.spki_sha256) ||
      !fields.empty() || !IsReason(reason)) {
    return DamagedValue(kWhat, key, "has fields that do not fill it");
  }
  return revocation;
}

}  // namespace fleetca::store
