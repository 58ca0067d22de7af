#include "service/authority/own_request.h"

#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/signature_algorithm.h"

namespace fleetca::service {
namespace {

using x509::der::Encode;
using x509::der::kSequence;
using x509::der::Writer;

// Attribute ::= SEQUENCE { type extensionRequest, values SET { Extensions } }   (RFC 2985 5.4.2)
std::string NamesAttribute(absl::Span<const x509::GeneralName> names) {
  std::string extension;
  Writer extension_writer(&extension);
  extension_writer.Oid(x509::oid::kSubjectAltName);
  extension_writer.Element(x509::der::kOctetString, x509::BuildSubjectAltName(names));
  std::string attribute;
  Writer attribute_writer(&attribute);
  attribute_writer.Oid(x509::oid::kExtensionRequest);
  attribute_writer.Element(x509::der::kSet, Encode(kSequence, Encode(kSequence, extension)));
  return Encode(kSequence, attribute);
}

absl::StatusOr<std::string> SignP256(EVP_PKEY* key, absl::string_view bytes) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(key)), '\0');
  size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(bytes),
                     bytes.size()) != 1) {
    return OpenSslError(Reason::kSigningFailed, "The CSR of the CA's own cannot be signed");
  }
  signature.resize(size);
  return signature;
}

}  // namespace

absl::StatusOr<OwnRequest> MakeOwnRequest(absl::Span<const x509::GeneralName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSIGN_OR_RETURN(const std::string public_key, EncodePublicKey(key.get()));

  // CertificationRequestInfo: version, subject, key, attributes [0].
  std::string contents;
  Writer writer(&contents);
  writer.Integer(0);
  writer.Element(kSequence, "");
  writer.Raw(public_key);
  writer.Element(x509::der::ContextConstructed(0), NamesAttribute(names));
  const std::string info = Encode(kSequence, contents);
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, SignP256(key.get(), info));

  std::string signed_request;
  Writer request_writer(&signed_request);
  request_writer.Raw(info);
  request_writer.Raw(x509::AlgorithmIdentifier(SignatureScheme::kEcdsaSha256));
  request_writer.BitString(signature);
  OwnRequest request;
  request.csr_der = Encode(kSequence, signed_request);
  FLEETCA_ASSIGN_OR_RETURN(request.private_key, EncodePrivateKey(key.get()));
  return request;
}

}  // namespace fleetca::service
