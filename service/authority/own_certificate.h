// When a certificate that the CA has for itself is renewed, and what is said of one that ends.
#ifndef FLEETCA_SERVICE_AUTHORITY_OWN_CERTIFICATE_H_
#define FLEETCA_SERVICE_AUTHORITY_OWN_CERTIFICATE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::service {

// The server's certificate, an operator's, the issuing CA's or a root's, as people know it.
struct OwnCertificate {
  std::string what;  // "the server's certificate"
  std::string file;
  absl::Time not_before;
  absl::Time not_after;
  // What to do before it ends, as the end of a sentence: "run fleetca ca renew-admin --dir ca".
  std::string remedy;
};

// What is to be said of it at `now`, with file, end and remedy; "" before x509::WarnFrom.
std::string EndWarning(const OwnCertificate& certificate, absl::Time now);

// From when on the server renews its certificate: between 60 % and two thirds of its life, spread
// by the serial number, so that the answer is the same after a restart and two servers that started
// together do not renew at one instant. Always before x509::WarnFrom, so that a renewal that works
// is not warned of.
absl::Time RenewOwnFrom(absl::string_view serial, absl::Time not_before, absl::Time not_after);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_OWN_CERTIFICATE_H_
