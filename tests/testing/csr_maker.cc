#include "tests/testing/csr_maker.h"

#include "absl/strings/str_cat.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/signature_algorithm.h"

namespace fleetca::testing {
namespace {

namespace der = x509::der;

// The key that signs by these options.
EVP_PKEY* SigningKey(const CsrOptions& options) {
  return options.key != nullptr ? options.key : TestKey::OfType(options.key_type).get();
}

}  // namespace

std::string MakeExtension(absl::string_view oid, absl::string_view value, bool critical) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  if (critical) {
    writer.Boolean(true);
  }
  writer.Element(der::kOctetString, value);
  return der::Encode(der::kSequence, contents);
}

std::string MakeUriSanExtension(absl::string_view uri) {
  return MakeExtension(x509::oid::kSubjectAltName,
                       x509::BuildSubjectAltName({{x509::NameType::kUri, uri}}));
}

std::string MakeAttribute(absl::string_view oid, absl::string_view values) {
  return der::Encode(der::kSequence,
                     absl::StrCat(der::Encode(der::kOid, oid), der::Encode(der::kSet, values)));
}

std::string MakeExtensionRequest(absl::string_view extensions) {
  return MakeAttribute(x509::oid::kExtensionRequest, der::Encode(der::kSequence, extensions));
}

std::string MakeCsrInfo(const CsrOptions& options) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Raw(options.version_element);
  writer.Raw(options.subject);
  writer.Raw(options.spki.has_value() ? *options.spki : TestPublicKey(SigningKey(options)));
  if (options.with_attributes) {
    std::string extensions;
    if (!options.names.empty()) {
      extensions =
          MakeExtension(x509::oid::kSubjectAltName, x509::BuildSubjectAltName(options.names));
    }
    extensions += options.extra_extensions;
    if (options.extensions.has_value()) {
      extensions = *options.extensions;
    }
    const std::string attributes = options.attributes.has_value() ? *options.attributes
                                   : extensions.empty()           ? std::string()
                                                        : MakeExtensionRequest(extensions);
    writer.Element(der::ContextConstructed(0), attributes);
  }
  return der::Encode(der::kSequence, contents);
}

std::string AssembleCsr(absl::string_view info, absl::string_view algorithm,
                        absl::string_view signature) {
  std::string contents = absl::StrCat(info, algorithm);
  der::Writer(&contents).BitString(signature);
  return der::Encode(der::kSequence, contents);
}

std::string SignCsr(absl::string_view info, EVP_PKEY* key, SignatureScheme scheme) {
  return AssembleCsr(info, x509::AlgorithmIdentifier(scheme), TestSignature(key, scheme, info));
}

std::string SignCsrInfo(const CsrOptions& options, absl::string_view info) {
  return SignCsr(info, SigningKey(options),
                 options.scheme.value_or(DefaultScheme(options.key_type)));
}

std::string MakeCsr(const CsrOptions& options) {
  return SignCsrInfo(options, MakeCsrInfo(options));
}

}  // namespace fleetca::testing
