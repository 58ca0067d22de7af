#include "x509/signature_algorithm.h"

#include <array>
#include <string>

#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

// In the order of how often a CSR has them.
constexpr SignatureScheme kSchemes[] = {
    SignatureScheme::kEcdsaSha256,    SignatureScheme::kEcdsaSha384,
    SignatureScheme::kRsaPkcs1Sha256, SignatureScheme::kEd25519,
    SignatureScheme::kEcdsaSha512,    SignatureScheme::kRsaPkcs1Sha384,
    SignatureScheme::kRsaPkcs1Sha512, SignatureScheme::kRsaPssSha256,
    SignatureScheme::kRsaPssSha384,   SignatureScheme::kRsaPssSha512,
};
constexpr size_t kSchemeCount = std::size(kSchemes);

const absl::string_view kNull("\x05\x00", 2);

std::string Algorithm(absl::string_view oid, absl::string_view parameters) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  writer.Raw(parameters);
  return der::Encode(der::kSequence, contents);
}

// RSASSA-PSS-params ::= SEQUENCE {
//   hashAlgorithm [0] HashAlgorithm, maskGenAlgorithm [1] MaskGenAlgorithm,
//   saltLength [2] INTEGER, trailerField [3] INTEGER DEFAULT 1 }   (RFC 4055 section 3.1)
std::string PssAlgorithm(absl::string_view hash_oid, uint64_t hash_size,
                         absl::string_view hash_parameters) {
  const std::string hash = Algorithm(hash_oid, hash_parameters);
  std::string salt_length;
  der::Writer(&salt_length).Integer(hash_size);
  std::string parameters;
  der::Writer writer(&parameters);
  writer.Element(der::ContextConstructed(0), hash);
  writer.Element(der::ContextConstructed(1), Algorithm(oid::kMgf1, hash));
  writer.Element(der::ContextConstructed(2), salt_length);
  return Algorithm(oid::kRsaPss, der::Encode(der::kSequence, parameters));
}

std::string Encode(SignatureScheme scheme, absl::string_view pss_hash_parameters) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
      return Algorithm(oid::kEcdsaWithSha256, "");
    case SignatureScheme::kEcdsaSha384:
      return Algorithm(oid::kEcdsaWithSha384, "");
    case SignatureScheme::kEcdsaSha512:
      return Algorithm(oid::kEcdsaWithSha512, "");
    case SignatureScheme::kRsaPkcs1Sha256:
      return Algorithm(oid::kSha256WithRsa, kNull);
    case SignatureScheme::kRsaPkcs1Sha384:
      return Algorithm(oid::kSha384WithRsa, kNull);
    case SignatureScheme::kRsaPkcs1Sha512:
      return Algorithm(oid::kSha512WithRsa, kNull);
    case SignatureScheme::kRsaPssSha256:
      return PssAlgorithm(oid::kSha256, 32, pss_hash_parameters);
    case SignatureScheme::kRsaPssSha384:
      return PssAlgorithm(oid::kSha384, 48, pss_hash_parameters);
    case SignatureScheme::kRsaPssSha512:
      return PssAlgorithm(oid::kSha512, 64, pss_hash_parameters);
    case SignatureScheme::kEd25519:
      return Algorithm(oid::kEd25519, "");
  }
  return "";
}

// Indexed as kSchemes.
using Encodings = std::array<std::string, kSchemeCount>;

Encodings EncodeAll(absl::string_view pss_hash_parameters) {
  Encodings encodings;
  for (size_t i = 0; i < kSchemeCount; ++i) {
    encodings[i] = Encode(kSchemes[i], pss_hash_parameters);
  }
  return encodings;
}

// Never destroyed: views of it are given out for ever.
const Encodings& WrittenEncodings() {
  static const auto* const kEncodings = new Encodings(EncodeAll(kNull));
  return *kEncodings;
}

// RFC 4055 2.1: a hash whose NULL parameters are left out is the same hash.
const Encodings& EncodingsWithoutNull() {
  static const auto* const kEncodings = new Encodings(EncodeAll(""));
  return *kEncodings;
}

[[nodiscard]] std::optional<SignatureScheme> Find(const Encodings& encodings,
                                                  absl::string_view element) {
  for (size_t i = 0; i < kSchemeCount; ++i) {
    if (encodings[i] == element) {
      return kSchemes[i];
    }
  }
  return std::nullopt;
}

}  // namespace

absl::string_view AlgorithmIdentifier(SignatureScheme scheme) {
  for (size_t i = 0; i < kSchemeCount; ++i) {
    if (kSchemes[i] == scheme) {
      return WrittenEncodings()[i];
    }
  }
  return "";
}

std::optional<SignatureScheme> ParseAlgorithmIdentifier(absl::string_view element) {
  const std::optional<SignatureScheme> scheme = Find(WrittenEncodings(), element);
  return scheme.has_value() ? scheme : Find(EncodingsWithoutNull(), element);
}

}  // namespace fleetca::x509
