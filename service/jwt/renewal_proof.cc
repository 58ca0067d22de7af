#include "service/jwt/renewal_proof.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/jwt/base64url.h"
#include "service/jwt/compact_jws.h"
#include "service/jwt/json.h"
#include "x509/signature_verifier.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

constexpr absl::string_view kType = "fleetca-renewal+jwt";
constexpr absl::string_view kMethod = "/fleetca.v1.CertificateAuthorityService/RenewCertificate";
constexpr size_t kMinIdChars = 16;
constexpr size_t kMaxIdChars = 64;
// More is not shown of a name that came from outside.
constexpr size_t kMaxShown = 32;
constexpr double kMaxNumericDate = 253402300799;  // the end of the year 9999

struct Algorithm {
  absl::string_view name;
  SignatureScheme scheme;
  x509::PublicKeyAlgorithm key;
};

constexpr Algorithm kAlgorithms[] = {
    {"ES256", SignatureScheme::kEcdsaSha256, x509::PublicKeyAlgorithm::kP256},
    {"ES384", SignatureScheme::kEcdsaSha384, x509::PublicKeyAlgorithm::kP384},
    {"EdDSA", SignatureScheme::kEd25519, x509::PublicKeyAlgorithm::kEd25519},
    {"RS256", SignatureScheme::kRsaPkcs1Sha256, x509::PublicKeyAlgorithm::kRsa},
    {"PS256", SignatureScheme::kRsaPssSha256, x509::PublicKeyAlgorithm::kRsa},
};

absl::Status Refusal(absl::string_view why) {
  return Unauthenticated(
      Reason::kRenewalProofInvalid,
      absl::StrCat("The renewal proof is refused: ", why,
                   ". Make a new one of the certificate and its key for each call"));
}

// Refuses what has no effect here: who wrote it would rely on it.
absl::Status CheckMembers(const JsonValue& object, absl::string_view what,
                          std::initializer_list<absl::string_view> known) {
  for (const auto& [name, value] : *object.AsObject()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return Refusal(absl::StrCat("its ", what, " has \"",
                                  absl::CHexEscape(absl::string_view(name).substr(0, kMaxShown)),
                                  "\", which is not known here"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Text(const JsonValue& object, absl::string_view name) {
  const JsonValue* member = object.Member(name);
  if (member == nullptr || member->AsString() == nullptr) {
    return Refusal(absl::StrCat(name, " is missing or no string"));
  }
  return *member->AsString();
}

absl::StatusOr<JsonValue> ReadObject(absl::string_view part, absl::string_view name) {
  absl::StatusOr<JsonValue> object = ParseJwsObject(part, name);
  return object.ok() ? std::move(object) : Refusal(object.status().message());
}

// The certificate that a proof is by: the first of x5c (RFC 7515 section 4.1.6), which is base64
// and not base64url.
absl::StatusOr<std::string> ReadCertificate(const JsonValue& header) {
  const JsonValue* x5c = header.Member("x5c");
  const JsonValue::Array* list = x5c == nullptr ? nullptr : x5c->AsArray();
  if (list == nullptr || list->empty() || list->size() > kMaxRenewalProofCertificates) {
    return Refusal(
        absl::StrCat("x5c is not a list of 1 to ", kMaxRenewalProofCertificates, " certificates"));
  }
  if (std::any_of(list->begin(), list->end(),
                  [](const JsonValue& element) { return element.AsString() == nullptr; })) {
    return Refusal("x5c has an element that is not a string");
  }
  const std::string& text = *list->front().AsString();
  std::string der;
  if (!absl::Base64Unescape(text, &der) || absl::Base64Escape(der) != text) {
    return Refusal("the certificate in x5c is not base64 of DER");
  }
  return der;
}

absl::StatusOr<const Algorithm*> FindAlgorithm(absl::string_view name, const x509::PublicKey& key) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) {
      return algorithm.key == key.algorithm
                 ? absl::StatusOr<const Algorithm*>(&algorithm)
                 : Refusal(absl::StrCat("alg is ", name, ", and the certificate's key is ",
                                        x509::PublicKeyAlgorithmName(key.algorithm)));
    }
  }
  return Refusal("alg is none of ES256, ES384, EdDSA, RS256 and PS256");
}

absl::StatusOr<absl::Time> ReadIssuedAt(const JsonValue& claims, absl::Time now) {
  const JsonValue* member = claims.Member("iat");
  const double* seconds = member == nullptr ? nullptr : member->AsNumber();
  if (seconds == nullptr || !(*seconds >= 0 && *seconds <= kMaxNumericDate)) {
    return Refusal("iat is missing or not a number of seconds since 1970");
  }
  // Whole seconds: its end is remembered in these.
  const absl::Time issued = absl::FromUnixSeconds(static_cast<int64_t>(std::floor(*seconds)));
  if (now >= issued + kRenewalProofLife) {
    return Refusal(absl::StrCat("it is too old, as its iat is ", TimeToWords(issued),
                                " and the server's clock says ", TimeToWords(now)));
  }
  if (now < issued - kRenewalProofSkew) {
    return Refusal(absl::StrCat("its iat is ahead, ", TimeToWords(issued),
                                ", and the server's clock says ", TimeToWords(now),
                                "; set this machine's clock"));
  }
  return issued;
}

absl::Status CheckId(absl::string_view id) {
  const bool printable =
      std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  return id.size() < kMinIdChars || id.size() > kMaxIdChars || !printable
             ? Refusal("jti is not 16 to 64 printable characters without blanks")
             : absl::OkStatus();
}

// A proxy on the way sees the proof before it is used: it must not get a certificate for its own
// key by it.
absl::Status CheckCsr(const JsonValue& claims, absl::string_view csr_der) {
  if (csr_der.empty()) {
    return claims.Member("csr_sha256") == nullptr
               ? absl::OkStatus()
               : Refusal("it names a CSR by csr_sha256, and the request has none");
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, Text(claims, "csr_sha256"));
  const std::array<char, 32> digest = Sha256(csr_der);
  if (DecodeBase64Url(text) == std::string(digest.data(), digest.size())) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      Reason::kRenewalProofInvalid, "csr",
      "The CSR of the request is not the one that the renewal proof names by csr_sha256: it was "
      "exchanged on the way, or the proof was made for another request. Make a new proof over the "
      "CSR's DER");
}

// ECDSA-Sig-Value in DER of r || s (RFC 7518 section 3.4); "" where the length is another.
std::string DerSignature(absl::string_view octets, int bits) {
  const size_t width = static_cast<size_t>(bits) / 8;
  if (octets.size() != 2 * width) {
    return "";
  }
  const auto number = [](absl::string_view part) {
    return BignumPtr(BN_bin2bn(AsUnsigned(part), static_cast<int>(part.size()), nullptr));
  };
  BignumPtr r = number(octets.substr(0, width));
  BignumPtr s = number(octets.substr(width));
  const EcdsaSigPtr signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return "";
  }
  r.release();
  s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string text;
  if (size > 0) {
    text.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  }
  OPENSSL_free(der);
  return text;
}

}  // namespace

std::string RenewalProofAudience(absl::string_view trust_domain) {
  return absl::StrCat(x509::ServerIdentity(trust_domain), kMethod);
}

absl::StatusOr<RenewalProof> RenewalProof::Read(absl::string_view text,
                                                const RenewalProofQuestion& question) {
  const absl::StatusOr<CompactJws> jws = SplitCompactJws(text);
  if (!jws.ok()) {
    return Refusal(jws.status().message());
  }
  FLEETCA_ASSIGN_OR_RETURN(const JsonValue header, ReadObject(jws->header, "header"));
  FLEETCA_RETURN_IF_ERROR(CheckMembers(header, "header", {"alg", "typ", "x5c"}));
  FLEETCA_ASSIGN_OR_RETURN(const std::string type, Text(header, "typ"));
  if (type != kType) {
    return Refusal(absl::StrCat("typ is not \"", kType, "\""));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string algorithm_name, Text(header, "alg"));
  RenewalProof proof;
  FLEETCA_ASSIGN_OR_RETURN(proof.certificate_, ReadCertificate(header));
  const absl::StatusOr<x509::Certificate> leaf = x509::ParseCertificate(proof.certificate_);
  if (!leaf.ok()) {
    return Refusal(absl::StrCat("its certificate is not well formed: ", leaf.status().message()));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Algorithm* algorithm,
                           FindAlgorithm(algorithm_name, leaf->public_key));
  proof.scheme_ = algorithm->scheme;

  FLEETCA_ASSIGN_OR_RETURN(const JsonValue claims, ReadObject(jws->payload, "payload"));
  FLEETCA_RETURN_IF_ERROR(CheckMembers(claims, "payload", {"aud", "iat", "jti", "csr_sha256"}));
  FLEETCA_ASSIGN_OR_RETURN(const std::string audience, Text(claims, "aud"));
  if (audience != question.audience) {
    return Refusal(absl::StrCat("aud is another audience than ", question.audience));
  }
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time issued, ReadIssuedAt(claims, question.now));
  FLEETCA_ASSIGN_OR_RETURN(const std::string id, Text(claims, "jti"));
  FLEETCA_RETURN_IF_ERROR(CheckId(id));
  FLEETCA_RETURN_IF_ERROR(CheckCsr(claims, question.csr_der));
  proof.use_ = {
      .id_hash = Sha256OfParts({"fleetca renewal proof", leaf->public_key.spki, id}),
      .expires_at = issued + kRenewalProofLife,
      .unused_before = issued - kRenewalProofSkew,
  };

  std::optional<std::string> signature = DecodeBase64Url(jws->signature);
  if (!signature || signature->empty()) {
    return Refusal("the signature is missing or not canonical base64url without padding");
  }
  proof.signing_input_ = jws->signing_input;
  proof.signature_ = *std::move(signature);
  return proof;
}

absl::Status RenewalProof::CheckSignature() const {
  const absl::StatusOr<x509::Certificate> leaf = x509::ParseCertificate(certificate_);
  if (!leaf.ok()) {
    return Refusal(leaf.status().message());  // it was parsed when it was read
  }
  const x509::PublicKey& key = leaf->public_key;
  const bool is_ec = key.algorithm == x509::PublicKeyAlgorithm::kP256 ||
                     key.algorithm == x509::PublicKeyAlgorithm::kP384;
  const absl::Status verified =
      x509::VerifySignature(key, scheme_, signing_input_,
                            is_ec ? DerSignature(signature_, key.bits) : signature_, "proof");
  if (absl::IsInternal(verified)) {
    return verified;
  }
  return verified.ok() ? absl::OkStatus()
                       : Refusal("its signature is not by the key of its certificate");
}

}  // namespace fleetca::service
