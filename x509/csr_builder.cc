#include "x509/csr_builder.h"

#include "absl/strings/str_cat.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

std::string BuildCsrInfo(const CsrParts& parts) {
  std::string contents = absl::StrCat(parts.version, parts.subject, parts.public_key);
  if (!parts.attributes_absent) {
    der::Writer(&contents).Element(der::ContextConstructed(0), parts.attributes);
  }
  return der::Encode(der::kSequence, contents);
}

std::string AssembleCsr(absl::string_view info, absl::string_view algorithm,
                        absl::string_view signature) {
  std::string contents = absl::StrCat(info, algorithm);
  der::Writer(&contents).BitString(signature);
  return der::Encode(der::kSequence, contents);
}

std::string SignCsr(absl::string_view info, const TestKey& key, SignatureScheme scheme) {
  return AssembleCsr(info, AlgorithmIdentifier(scheme), key.Sign(scheme, info));
}

std::string BuildCsr(const CsrParts& parts) {
  return SignCsr(BuildCsrInfo(parts), TestKey::OfType(KeyType::kP256),
                 SignatureScheme::kEcdsaSha256);
}

std::string Attribute(absl::string_view type, absl::string_view values) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(type);
  writer.Element(der::kSet, values);
  return der::Encode(der::kSequence, contents);
}

std::string ExtensionRequest(absl::string_view extensions) {
  return Attribute(oid::kExtensionRequest, der::Encode(der::kSequence, extensions));
}

std::string ExtensionElement(absl::string_view oid, absl::string_view value) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  writer.Element(der::kOctetString, value);
  return der::Encode(der::kSequence, contents);
}

std::string UriSanExtension(absl::string_view uri) {
  return ExtensionElement(oid::kSubjectAltName, BuildSubjectAltName({{NameType::kUri, uri}}));
}

}  // namespace fleetca::x509
