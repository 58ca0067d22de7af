// The issuing CA, as far as every certificate under it is determined by its certificate and key.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUING_CA_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUING_CA_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "service/revocation/revocation_pointers.h"
#include "signer/signer.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::service {

// A value.
struct IssuingCa {
  // From its certificate, DER, whose key is the signer's. FAILED_PRECONDITION: kFileInvalid when
  // the certificate is no CA's or is another key's, kIssuerExpiring when it has expired at `now`;
  // INVALID_ARGUMENT when it cannot be read.
  static absl::StatusOr<IssuingCa> Create(absl::string_view certificate_der,
                                          const signer::Signer& signer, const x509::AuthzOids& oids,
                                          absl::Time now);

  std::string subject;  // its Name element
  std::string key_id;
  SignatureScheme scheme = SignatureScheme::kEcdsaSha256;
  absl::Time not_before;
  absl::Time not_after;
  std::optional<int> path_length;
  // Under which OIDs authorization and provenance are written.
  x509::AuthzOids oids;
  // Where word of its revoked certificates is; absent: nowhere that they could name.
  std::optional<RevocationPointers> pointers;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUING_CA_H_
