// OCSP responses, made: the part to be signed from a template with holes, then the whole.
#ifndef FLEETCA_X509_REVOCATION_OCSP_RESPONSE_H_
#define FLEETCA_X509_REVOCATION_OCSP_RESPONSE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/certificate.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_answer.h"

namespace fleetca::x509 {

// What all responses of one delegated responder for one issuing CA have in common.
//
// ResponseData ::= SEQUENCE { version [0] DEFAULT v1, responderID CHOICE { byName [1], byKey [2] },
//   producedAt GeneralizedTime, responses SEQUENCE OF SingleResponse,
//   responseExtensions [1] EXPLICIT OPTIONAL }
// SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate GeneralizedTime,
//   nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL, singleExtensions [1] EXPLICIT OPTIONAL }
//
// The version is left out, the responder named byKey and nextUpdate always there, as RFC 9919 has
// it. Immutable, thread-safe.
class OcspResponseTemplate {
 public:
  // `scheme` is what the delegate's key signs with. INVALID_ARGUMENT kConfigInvalid about
  // "delegate" where OcspDelegateFault or the scheme speaks against it. Copies what it needs.
  static absl::StatusOr<std::unique_ptr<OcspResponseTemplate>> Create(const Certificate& issuer,
                                                                      const Certificate& delegate,
                                                                      SignatureScheme scheme);

  // The ResponseData element, to be linted (lint_ocsp.h) and signed. Takes about a
  // microsecond; checks nothing.
  std::string Build(const OcspAnswer& answer) const;

  // The OCSPResponse, successful, of a ResponseData and its signature by the delegate, whose
  // certificate it holds.
  std::string Assemble(absl::string_view response_data, absl::string_view signature) const;

 private:
  OcspResponseTemplate(const Certificate& issuer, const Certificate& delegate,
                       SignatureScheme scheme);

  const IssuerHashes issuer_;
  const SignatureScheme scheme_;
  // The responderID element.
  std::string responder_id_;
  // The certs element: [0] with the delegate's certificate.
  std::string certificates_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_RESPONSE_H_
