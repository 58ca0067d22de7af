// The names that are the CA's own.
#ifndef FLEETCA_SERVICE_POLICY_RESERVED_NAMES_H_
#define FLEETCA_SERVICE_POLICY_RESERVED_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "x509/certificate.h"
#include "x509/san.h"

namespace fleetca::service {

// The holder of a certificate for one of these names could pose as the CA, so no policy gives them
// to another identity than the CA's own. Immutable once made; thread-safe.
struct ReservedNames {
  // SPIFFE IDs.
  std::vector<std::string> identities;
  // In small letters; wildcards among them.
  std::vector<std::string> dns_names;
  // 4 or 16 octets each.
  std::vector<std::string> ip_addresses;

  bool HasIdentity(absl::string_view id) const;
  friend bool operator==(const ReservedNames&, const ReservedNames&) = default;

  // Whether a certificate for the DNS name or address would be good for one of these: the same one,
  // or a wildcard that stands for it, or one that a reserved wildcard stands for. False for names
  // of other types.
  bool Covers(const x509::GeneralName& name) const;
};

// Every name in the certificate of the CA's server.
ReservedNames ReservedNamesOf(const x509::Certificate& certificate);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_RESERVED_NAMES_H_
