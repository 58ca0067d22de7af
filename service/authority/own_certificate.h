// When a certificate that the CA has for itself is renewed, and what is said of one that ends.
#ifndef FLEETCA_SERVICE_AUTHORITY_OWN_CERTIFICATE_H_
#define FLEETCA_SERVICE_AUTHORITY_OWN_CERTIFICATE_H_

#include <optional>
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
  std::string subject;        // as text; "" where it has none
  std::string spiffe_id;      // "" where it has none
  std::string serial_number;  // its octets, as in the certificate
  // Whether the server renews it by itself.
  bool renews_itself = false;
};

// What a running server knows of one.
struct OwnCertificateState {
  OwnCertificate certificate;
  // EndWarning: "" before its warning time.
  std::string warning;
  // When the server last tried to renew it, or to write its files. Only of one that renews itself,
  // like the next.
  std::optional<absl::Time> last_renewal_attempt;
  // Why it is not renewed, or not in its files; "" where nothing is wrong.
  std::string renewal_error;
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
