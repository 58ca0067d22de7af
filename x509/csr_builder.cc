#include "x509/csr_builder.h"

#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {
namespace {

using der::Encode;
using der::kSequence;
using der::Writer;

// Attribute ::= SEQUENCE { type extensionRequest, values SET { Extensions } }   (RFC 2985 5.4.2)
std::string NamesAttribute(absl::Span<const GeneralName> names) {
  std::string extension;
  Writer extension_writer(&extension);
  extension_writer.Oid(oid::kSubjectAltName);
  extension_writer.Element(der::kOctetString, BuildSubjectAltName(names));
  std::string attribute;
  Writer attribute_writer(&attribute);
  attribute_writer.Oid(oid::kExtensionRequest);
  attribute_writer.Element(der::kSet, Encode(kSequence, Encode(kSequence, extension)));
  return Encode(kSequence, attribute);
}

}  // namespace

std::string BuildCsrInfo(absl::string_view spki, absl::Span<const GeneralName> names,
                         absl::string_view subject) {
  // CertificationRequestInfo: version, subject, key, attributes [0].
  std::string contents;
  Writer writer(&contents);
  writer.Integer(0);
  writer.Raw(subject);
  writer.Raw(spki);
  writer.Element(der::ContextConstructed(0), names.empty() ? std::string() : NamesAttribute(names));
  return Encode(kSequence, contents);
}

std::string AssembleCsr(absl::string_view info, SignatureScheme scheme,
                        absl::string_view signature) {
  std::string request;
  Writer writer(&request);
  writer.Raw(info);
  writer.Raw(AlgorithmIdentifier(scheme));
  writer.BitString(signature);
  return Encode(kSequence, request);
}

}  // namespace fleetca::x509
