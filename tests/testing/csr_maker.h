// CSRs for tests, right ones and every kind of wrong one, signed with real keys.
#ifndef FLEETCA_TESTS_TESTING_CSR_MAKER_H_
#define FLEETCA_TESTS_TESTING_CSR_MAKER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "tests/testing/test_key.h"
#include "x509/san.h"

namespace fleetca::testing {

struct CsrOptions {
  KeyType key_type = KeyType::kP256;
  EVP_PKEY* key = nullptr;  // null: TestKey::OfType(key_type)
  std::optional<SignatureScheme> scheme;
  std::string subject = std::string("\x30\x00", 2);
  std::vector<x509::GeneralName> names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/web"}};
  std::string extra_extensions;           // Extension elements beside subjectAltName
  std::optional<std::string> extensions;  // all Extension elements, instead of the above
  std::optional<std::string> attributes;  // contents of attributes [0], instead of the above
  std::optional<std::string> spki;        // another key in the CSR than the one that signs
  bool with_attributes = true;            // false leaves attributes [0] out
  std::string version_element = std::string("\x02\x01\x00", 3);
};

// The CertificationRequestInfo element.
std::string MakeCsrInfo(const CsrOptions& options);
// The whole CSR, DER.
std::string MakeCsr(const CsrOptions& options = {});
// CertificationRequest from its parts, signed over `info` as the options say.
std::string SignCsrInfo(const CsrOptions& options, absl::string_view info);
// The same with the scheme's AlgorithmIdentifier and a true signature.
std::string SignCsr(absl::string_view info, EVP_PKEY* key, SignatureScheme scheme);
// CertificationRequest of three elements' worth of bytes.
std::string AssembleCsr(absl::string_view info, absl::string_view algorithm,
                        absl::string_view signature);

// Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }
std::string MakeExtension(absl::string_view oid, absl::string_view value, bool critical = false);
// subjectAltName with one URI.
std::string MakeUriSanExtension(absl::string_view uri);
// Attribute ::= SEQUENCE { type, values SET }
std::string MakeAttribute(absl::string_view oid, absl::string_view values);
// The extensionRequest attribute with these Extension elements.
std::string MakeExtensionRequest(absl::string_view extensions);

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_CSR_MAKER_H_
