// What one certificate is to say: the outcome of policy, the input of the template.
#ifndef FLEETCA_X509_CERT_SPEC_H_
#define FLEETCA_X509_CERT_SPEC_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/san.h"
#include "x509/serial.h"

namespace fleetca::x509 {

// A certificate before it has bytes. Views alias what the spec was made from (the CSR's bytes for
// the key) and must outlive it. Only `public key` may come from a CSR; names come from policy,
// which may grant what the CSR asked for.
struct CertSpec {
  SerialNumber serial;
  absl::Time not_before;
  absl::Time not_after;
  // Name element; "\x30\x00" for the empty subject.
  std::string subject = std::string("\x30\x00", 2);
  // SubjectPublicKeyInfo element, and the octets of its BIT STRING for the key identifier.
  absl::string_view subject_public_key_info;
  absl::string_view key_bits;
  GeneralNames names;
  // Where the CRL is that would list this certificate: its shard's. Stands in the place of the
  // template's crl_url; empty leaves that.
  absl::string_view crl_url;
  // What BuildFleetAuthz and BuildProvenance made; empty leaves the extension out.
  std::string fleet_authz;
  std::string provenance;
  // Complete Extension elements to append; empty in most certificates.
  std::string extra_extensions;
};

// The leftmost 160 bits of the SHA-256 of the key's BIT STRING octets (RFC 7093 section 2, method
// 1).
std::string KeyIdentifier(absl::string_view key_bits);
inline constexpr size_t kKeyIdentifierSize = 20;
// The same, appended to `out`.
void AppendKeyIdentifier(absl::string_view key_bits, std::string* out);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CERT_SPEC_H_
