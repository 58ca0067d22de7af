#include "service/revocation/revocation_of.h"

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "x509/certificate.h"

namespace fleetca::service {

absl::StatusOr<store::Revocation> RevocationOf(const store::CertificateRecord& record,
                                               const RevocationOrder& order) {
  store::Revocation revocation{.serial = record.serial,
                               .issuer = record.issuer,
                               .crl_shard = record.crl_shard,
                               .not_after = record.not_after,
                               .revoked_at = order.revoked_at,
                               .reason = order.reason,
                               .revoked_by = order.revoked_by,
                               .spki_sha256 = record.spki_sha256};
  if (!revocation.issuer.empty() && !revocation.spki_sha256.empty()) {
    return revocation;
  }
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(record.certificate);
  if (!certificate.ok()) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat("The certificate ", absl::BytesToHexString(record.serial),
                                 " in the store cannot be read, so it was not revoked: ",
                                 certificate.status().message()));
  }
  const std::array<char, 32> digest = Sha256(certificate->public_key.spki);
  revocation.issuer = std::string(certificate->authority_key_id);
  revocation.spki_sha256 = std::string(digest.data(), digest.size());
  return revocation;
}

}  // namespace fleetca::service
