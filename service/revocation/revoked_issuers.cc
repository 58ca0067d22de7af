#include "service/revocation/revoked_issuers.h"

#include "absl/status/statusor.h"
#include "x509/canonical_name.h"
#include "x509/certificate.h"
#include "x509/revocation/crl.h"

namespace fleetca::service {
namespace {

bool Lists(const x509::Crl& crl, const x509::Certificate& ca) {
  const bool is_of_its_key =
      ca.authority_key_id.empty() || crl.authority_key_id == ca.authority_key_id;
  return is_of_its_key && x509::SameName(crl.issuer, ca.issuer) &&
         crl.FindEntry(ca.serial).has_value();
}

}  // namespace

absl::flat_hash_set<std::string> RevokedIssuers(absl::string_view root_crl,
                                                absl::Span<const std::string> issuing_cas) {
  const absl::StatusOr<x509::Crl> crl = x509::ParseCrl(root_crl);
  if (!crl.ok()) {
    return {};
  }
  absl::flat_hash_set<std::string> revoked;
  absl::flat_hash_set<std::string> good;
  for (const std::string& der : issuing_cas) {
    const absl::StatusOr<x509::Certificate> ca = x509::ParseCertificate(der);
    if (ca.ok()) {  // they were parsed when they were read
      (Lists(*crl, *ca) ? revoked : good).emplace(ca->subject_key_id);
    }
  }
  for (const std::string& key_id : good) {
    revoked.erase(key_id);
  }
  return revoked;
}

}  // namespace fleetca::service
