// A responder and what it says, for the tests of OCSP.
#ifndef FLEETCA_X509_REVOCATION_TESTING_OCSP_FIXTURE_H_
#define FLEETCA_X509_REVOCATION_TESTING_OCSP_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/certificate.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/lint_ocsp.h"
#include "x509/revocation/ocsp_answer.h"
#include "x509/revocation/ocsp_response.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_ocsp_responder.h"

namespace fleetca::x509 {

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

// One issuing CA with its root and its responder, of one kind of key. Failures are fatal.
class OcspFixture {
 public:
  explicit OcspFixture(KeyType type);
  // The one with keys of P-256, made once.
  static const OcspFixture& P256();

  // "good" since two minutes before kTestNow and for eight hours; with both hashes. Aliases
  // kSerial.
  static OcspAnswer Good();
  static const std::string kSerial;

  // Built, linted, signed and assembled.
  std::string Respond(const OcspAnswer& answer) const;
  // The responder's signature around any response data.
  std::string SignData(absl::string_view response_data) const;

  const TestCa root;
  const TestCa ca;
  const TestOcspResponder responder;
  const Certificate issuer;
  const Certificate delegate;
  const IssuerHashes hashes;
  const std::unique_ptr<OcspResponseTemplate> maker;
  const std::unique_ptr<OcspLint> lint;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_TESTING_OCSP_FIXTURE_H_
