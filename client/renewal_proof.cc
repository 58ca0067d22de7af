#include "client/renewal_proof.h"

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/csr_signature.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kMethod = "/fleetca.v1.CertificateAuthorityService/RenewCertificate";
constexpr size_t kIdBytes = 16;

absl::string_view AlgorithmName(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha384:
      return "ES384";
    case SignatureScheme::kRsaPkcs1Sha256:
      return "RS256";
    case SignatureScheme::kEd25519:
      return "EdDSA";
    default:  // CsrSignatureScheme gives no other
      return "ES256";
  }
}

// r || s of an ECDSA-Sig-Value (RFC 7518 section 3.4).
absl::StatusOr<std::string> JoseSignature(absl::string_view der, int bits) {
  const unsigned char* cursor = AsUnsigned(der);
  const EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  const int width = bits / 8;
  std::string octets(2 * static_cast<size_t>(width), '\0');
  if (signature == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), AsUnsigned(octets.data()), width) != width ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), AsUnsigned(octets.data()) + width, width) !=
          width) {
    return OpenSslError(Reason::kSigningFailed, "cannot sign the renewal proof");
  }
  return octets;
}

absl::StatusOr<std::string> Sign(EVP_PKEY* key, SignatureScheme scheme, absl::string_view input) {
  FLEETCA_ASSIGN_OR_RETURN(std::string signature, SignCsr(key, scheme, input));
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? JoseSignature(signature, EVP_PKEY_get_bits(key))
                                                  : signature;
}

}  // namespace

absl::StatusOr<std::string> MakeRenewalProof(const RenewalProofOptions& options, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, CsrSignatureScheme(options.key));
  std::array<char, kIdBytes> id;
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(id)));
  std::string csr;
  if (!options.csr_der.empty()) {
    const std::array<char, 32> digest = Sha256(options.csr_der);
    csr = absl::StrCat(R"(,"csr_sha256":")",
                       absl::WebSafeBase64Escape(absl::string_view(digest.data(), digest.size())),
                       R"(")");
  }
  // Nothing in it needs an escape of JSON's: base64, hexadecimal digits and a SPIFFE ID.
  const std::string header = absl::StrCat(R"({"alg":")", AlgorithmName(scheme),
                                          R"(","typ":"fleetca-renewal+jwt","x5c":[")",
                                          absl::Base64Escape(options.certificate_der), R"("]})");
  const std::string payload = absl::StrCat(
      R"({"aud":")", options.server_identity, kMethod, R"(","iat":)", absl::ToUnixSeconds(now),
      R"(,"jti":")", absl::BytesToHexString(absl::string_view(id.data(), id.size())), R"(")", csr,
      "}");
  const std::string input =
      absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(payload));
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, Sign(options.key, scheme, input));
  return absl::StrCat(input, ".", absl::WebSafeBase64Escape(signature));
}

}  // namespace fleetca::client
