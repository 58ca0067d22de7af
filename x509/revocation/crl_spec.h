// What one CRL is to say: the input of the writer, and what the lint holds the octets against.
#ifndef FLEETCA_X509_REVOCATION_CRL_SPEC_H_
#define FLEETCA_X509_REVOCATION_CRL_SPEC_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "x509/revocation/revocation_reason.h"

namespace fleetca::x509 {

// One revoked certificate. A value whose view aliases what it was made or read from.
struct CrlEntry {
  // INTEGER contents: positive, minimal, at most 20 octets.
  absl::string_view serial;
  absl::Time revocation_date;
  // As it is written; absent means kUnspecified, and the writer writes that as absent.
  std::optional<RevocationReason> reason;
};

// A CRL but for its entries. Views must outlive the call or the writer that they are given to.
struct CrlSpec {
  // The issuing CA's: the subject Name element and the subject key identifier of its certificate,
  // and how its key signs.
  absl::string_view issuer;
  absl::string_view authority_key_id;
  SignatureScheme signature_scheme = SignatureScheme::kEcdsaSha256;
  // Greater than that of every CRL of this issuer and scope before.
  uint64_t number = 0;
  // The instant of the snapshot that the entries come from, not that of the signature: readers
  // believe the newest thisUpdate and no other CRL. Cut to the second.
  absl::Time this_update;
  // When there is a newer one at the latest.
  absl::Time next_update;
  // For one shard the URL that stands in its certificates' cRLDistributionPoints, octet by octet:
  // the CRL speaks of those end entities alone. Empty for a CRL of all that its issuer issued.
  absl::string_view distribution_point;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_SPEC_H_
