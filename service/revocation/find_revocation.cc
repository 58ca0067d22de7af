#include "service/revocation/find_revocation.h"

#include <cstdint>

#include "base/status_macros.h"
#include "store/revocation.h"

namespace fleetca::service {

absl::StatusOr<std::optional<RevokedSince>> FindRevocation(const store::CertificateRecord& record,
                                                           absl::Time now,
                                                           const KnownRevocations& known,
                                                           const store::Revocations& store) {
  std::optional<RevokedSince> since = known.Find(record.serial);
  if (since.has_value() || record.not_after >= now) {
    return since;
  }
  const absl::StatusOr<store::Revocation> revocation = store.GetRevocation(record.serial);
  if (absl::IsNotFound(revocation.status())) {
    return since;
  }
  FLEETCA_RETURN_IF_ERROR(revocation.status());
  return RevokedSince{revocation->revoked_at, static_cast<uint8_t>(revocation->reason)};
}

}  // namespace fleetca::service
