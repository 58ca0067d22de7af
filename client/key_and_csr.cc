#include "client/key_and_csr.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"

namespace fleetca::client {
namespace {

absl::StatusOr<SignatureScheme> SchemeForKey(const EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  if (type == EVP_PKEY_EC && bits == 256) {
    return SignatureScheme::kEcdsaSha256;
  }
  if (type == EVP_PKEY_EC && bits == 384) {
    return SignatureScheme::kEcdsaSha384;
  }
  if (type == EVP_PKEY_RSA) {
    return SignatureScheme::kRsaPkcs1Sha256;
  }
  if (type == EVP_PKEY_ED25519) {
    return SignatureScheme::kEd25519;
  }
  return InvalidArgument(Reason::kKeyUnsupported, "key",
                         "the key must be P-256, P-384, RSA or Ed25519");
}

const EVP_MD* DigestOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha384:
      return EVP_sha384();
    case SignatureScheme::kEd25519:
      return nullptr;  // hashes by itself
    default:
      return EVP_sha256();
  }
}

absl::StatusOr<std::string> Sign(EVP_PKEY* key, SignatureScheme scheme, absl::string_view bytes) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  size_t size = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestOf(scheme), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, AsUnsigned(bytes), bytes.size()) != 1) {
    return OpenSslError(Reason::kSigningFailed, "cannot sign the CSR");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(bytes),
                     bytes.size()) != 1) {
    return OpenSslError(Reason::kSigningFailed, "cannot sign the CSR");
  }
  signature.resize(size);
  return signature;
}

// Attribute ::= SEQUENCE { type extensionRequest, values SET { Extensions } }   (RFC 2985 5.4.2)
std::string ExtensionRequest(absl::Span<const RequestedName> names) {
  std::vector<x509::GeneralName> general_names;
  for (const RequestedName& name : names) {
    general_names.push_back({name.type, name.value});
  }
  std::string extension;
  x509::der::Writer extension_writer(&extension);
  extension_writer.Oid(x509::oid::kSubjectAltName);
  extension_writer.Element(x509::der::kOctetString, x509::BuildSubjectAltName(general_names));
  const std::string extensions =
      x509::der::Encode(x509::der::kSequence, x509::der::Encode(x509::der::kSequence, extension));

  std::string attribute;
  x509::der::Writer attribute_writer(&attribute);
  attribute_writer.Oid(x509::oid::kExtensionRequest);
  attribute_writer.Element(x509::der::kSet, extensions);
  return x509::der::Encode(x509::der::kSequence, attribute);
}

}  // namespace

absl::StatusOr<std::string> BuildCsr(EVP_PKEY* key, absl::Span<const RequestedName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, SchemeForKey(key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));

  // CertificationRequestInfo: version, subject, key, attributes [0].
  std::string contents;
  x509::der::Writer writer(&contents);
  writer.Integer(0);
  writer.Element(x509::der::kSequence, "");
  writer.Raw(spki);
  writer.Element(x509::der::ContextConstructed(0),
                 names.empty() ? std::string() : ExtensionRequest(names));
  const std::string info = x509::der::Encode(x509::der::kSequence, contents);
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, Sign(key, scheme, info));

  std::string request;
  x509::der::Writer request_writer(&request);
  request_writer.Raw(info);
  request_writer.Raw(x509::AlgorithmIdentifier(scheme));
  request_writer.BitString(signature);
  return x509::der::Encode(x509::der::kSequence, request);
}

absl::StatusOr<KeyAndCsr> MakeKeyAndCsr(KeyType type, absl::Span<const RequestedName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(type));
  KeyAndCsr made;
  FLEETCA_ASSIGN_OR_RETURN(made.csr_der, BuildCsr(key.get(), names));
  FLEETCA_ASSIGN_OR_RETURN(made.private_key_pem, EncodePrivateKey(key.get()));
  return made;
}

}  // namespace fleetca::client
