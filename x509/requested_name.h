// A name to ask for in a certificate, as people write it.
#ifndef FLEETCA_X509_REQUESTED_NAME_H_
#define FLEETCA_X509_REQUESTED_NAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/san.h"

namespace fleetca::x509 {

struct RequestedName {
  NameType type = NameType::kDns;
  // As in GeneralName: text, or 4 or 16 octets of an IP address.
  std::string value;
};

// Whether a URI may be another than a SPIFFE ID, which a CA of fleetca grants none of.
enum class OtherUris { kRefused, kAllowed };

// "URI:spiffe://fleet.example/svc/web", "DNS:web.fleet.example", "IP:10.0.0.1", "IP:2001:db8::1",
// "email:ops@fleet.example"; the type in either case. INVALID_ARGUMENT kSanInvalid says what is
// wrong with any other text.
absl::StatusOr<RequestedName> ParseRequestedName(absl::string_view text,
                                                 OtherUris other = OtherUris::kRefused);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REQUESTED_NAME_H_
