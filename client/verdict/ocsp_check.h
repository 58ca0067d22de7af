// Asking an OCSP responder about a certificate, and believing the answer or not.
#ifndef FLEETCA_CLIENT_VERDICT_OCSP_CHECK_H_
#define FLEETCA_CLIENT_VERDICT_OCSP_CHECK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/certificate.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_reader.h"

namespace fleetca::client {

struct OcspCheck {
  // Must not be null; the issuer is believed as it stands.
  const x509::Certificate* certificate = nullptr;
  const x509::Certificate* issuer = nullptr;
  // Where the responder is; "" for where the certificate says.
  std::string url;
  x509::CertIdHash hash = x509::CertIdHash::kSha256;
  // Whether the answer is to be made anew, where the responder does that.
  bool nonce = false;
  absl::Duration timeout = absl::Seconds(30);
  absl::Time at;
};

struct OcspAnswer {
  std::string url;
  // What the rest aliases.
  std::unique_ptr<const std::string> der;
  x509::OcspResponse response;
  x509::OcspSingleResponse single;
};

// The answer about the certificate, verified (x509/revocation/ocsp_verify.h): good, revoked or
// unknown. INVALID_ARGUMENT kFileInvalid for a certificate that names no responder; the errors of
// FetchOcspResponse, ParseOcspResponse and VerifyOcspResponse. Blocks; thread-safe.
absl::StatusOr<OcspAnswer> AskOcsp(const OcspCheck& check);

// Why the certificate of this serial number, INTEGER contents, is not to be believed: revoked
// (PERMISSION_DENIED kCertificateRevoked) or unknown to the responder (NOT_FOUND kNotFound). OK for
// a good one.
absl::Status OcspRefusal(const x509::OcspSingleResponse& single, absl::string_view serial);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_OCSP_CHECK_H_
