// CSRs for tests, right or wrong in any part.
#ifndef FLEETCA_X509_CSR_BUILDER_H_
#define FLEETCA_X509_CSR_BUILDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/test_key.h"

namespace fleetca::x509 {

// The elements of a CertificationRequestInfo, as bytes that need not be what they should.
struct CsrParts {
  std::string version = std::string("\x02\x01\x00", 3);
  std::string subject = std::string("\x30\x00", 2);
  std::string public_key = TestKey::OfType(KeyType::kP256).public_key();
  // The contents of the [0].
  std::string attributes;
  bool attributes_absent = false;
};

// CertificationRequestInfo.
std::string BuildCsrInfo(const CsrParts& parts);
// CertificationRequest of three elements' worth of bytes.
std::string AssembleCsr(absl::string_view info, absl::string_view algorithm,
                        absl::string_view signature);
// With the scheme's AlgorithmIdentifier and a true signature.
std::string SignCsr(absl::string_view info, const TestKey& key, SignatureScheme scheme);
// A P-256 CSR of these parts, signed by TestKey::OfType(kP256).
std::string BuildCsr(const CsrParts& parts);

// Attribute with one value: "extensionRequest" of these Extension elements.
std::string ExtensionRequest(absl::string_view extensions);
// Attribute of any type; `values` are the contents of its SET.
std::string Attribute(absl::string_view type, absl::string_view values);
// Extension, critical left out.
std::string ExtensionElement(absl::string_view oid, absl::string_view value);
// subjectAltName with one URI.
std::string UriSanExtension(absl::string_view uri);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_BUILDER_H_
