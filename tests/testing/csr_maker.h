// CSRs for tests, right ones and every kind of wrong one, signed with real keys.
#ifndef FLEETCA_TESTS_TESTING_CSR_MAKER_H_
#define FLEETCA_TESTS_TESTING_CSR_MAKER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "x509/san.h"

namespace fleetca::testing {

// A key of this type, made once per process. Lives for ever. Dies loudly on failure.
EVP_PKEY* TestKey(KeyType type);

// Another key of the type each time.
EvpPkeyPtr NewTestKey(KeyType type);

// DER SubjectPublicKeyInfo of `key`.
std::string TestPublicKey(const EVP_PKEY* key);

// What a key of this type signs with by default.
SignatureScheme DefaultScheme(KeyType type);

// Signs with OpenSSL.
std::string TestSignature(EVP_PKEY* key, SignatureScheme scheme, absl::string_view message);

struct CsrOptions {
  KeyType key_type = KeyType::kP256;
  EVP_PKEY* key = nullptr;  // null: TestKey(key_type)
  std::optional<SignatureScheme> scheme;
  std::string subject = std::string("\x30\x00", 2);
  std::vector<x509::GeneralName> names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/web"}};
  std::string extra_extensions;           // Extension elements beside subjectAltName
  std::optional<std::string> extensions;  // all Extension elements, instead of the above
  std::optional<std::string> attributes;  // contents of attributes [0], instead of the above
  std::optional<std::string> spki;        // another key in the CSR than the one that signs
  bool with_attributes = true;            // false leaves attributes [0] out
  int version = 0;
};

// The CertificationRequestInfo element.
std::string MakeCsrInfo(const CsrOptions& options);
// The whole CSR, DER.
std::string MakeCsr(const CsrOptions& options = {});
// CertificationRequest from its parts, signed by TestKey(key_type) over `info`.
std::string SignCsrInfo(const CsrOptions& options, absl::string_view info);

// Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }
std::string MakeExtension(absl::string_view oid, absl::string_view value, bool critical = false);
// Attribute ::= SEQUENCE { type, values SET }
std::string MakeAttribute(absl::string_view oid, absl::string_view values);
// The extensionRequest attribute with these Extension elements.
std::string MakeExtensionRequest(absl::string_view extensions);

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_CSR_MAKER_H_
