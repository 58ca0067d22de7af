// OCSP requests: read strictly from whoever asks, and made to ask.
#ifndef FLEETCA_X509_REVOCATION_OCSP_REQUEST_H_
#define FLEETCA_X509_REVOCATION_OCSP_REQUEST_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/revocation/cert_id.h"

namespace fleetca::x509 {

// How large a request that came by POST may be, in octets.
inline constexpr size_t kMaxOcspPostSize = size_t{64} << 10;
// How long the request may be in the path of a GET, escapes included; a client that has more must
// use POST (RFC 9919, as RFC 5019 5).
inline constexpr size_t kMaxOcspGetSize = 255;

// What is asked. Every view aliases the DER it was parsed from.
struct OcspRequest {
  CertId cert_id;
  // To be echoed; an answer with a nonce must not be cached. 1 to 128 octets.
  std::optional<absl::string_view> nonce;
};

// OCSPRequest ::= SEQUENCE { tbsRequest TBSRequest, optionalSignature [0] EXPLICIT OPTIONAL }
// TBSRequest ::= SEQUENCE { version [0] EXPLICIT DEFAULT v1, requestorName [1] EXPLICIT OPTIONAL,
//   requestList SEQUENCE OF Request, requestExtensions [2] EXPLICIT OPTIONAL }
// Request ::= SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT OPTIONAL }
//
// One request about one certificate, of at most kMaxOcspPostSize octets with nothing after it.
// requestorName and optionalSignature must be well-formed and are not looked at: RFC 9919 wants
// neither, and whoever may ask may ask unsigned. INVALID_ARGUMENT about a field of "ocsp_request":
// kOcspRequestMalformed, which a responder answers with malformedRequest (not DER, no request or
// more than one, another version, a nonce of 0 or over 128 octets, an extension twice, a critical
// one that is unknown); kOcspHashUnsupported for a CertID of another hash than SHA-1 and SHA-256,
// which it answers with unauthorized.
absl::StatusOr<OcspRequest> ParseOcspRequest(absl::string_view der);

// The request of a GET, DER, from what follows the responder's own path: base64 (RFC 4648 4, with
// padding) whose '/', '+' and '=' stand as they are or as %2F, %2B and %3D, in either case, and
// before it any number of '/'. INVALID_ARGUMENT kOcspRequestMalformed for anything else, and for a
// path over kMaxOcspGetSize octets. The DER is still to be parsed.
absl::StatusOr<std::string> DecodeOcspGetPath(absl::string_view path);

// What DecodeOcspGetPath reads: the base64 of a request, with all that a URL may escape escaped.
std::string EncodeOcspGetPath(absl::string_view der);

// A request about the certificate with this serial number, an INTEGER's contents; without a nonce
// where that is empty.
std::string BuildOcspRequest(const IssuerHashes& issuer, CertIdHash hash, absl::string_view serial,
                             absl::string_view nonce);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_REQUEST_H_
