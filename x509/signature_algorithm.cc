#include "x509/signature_algorithm.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/algorithm_name.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/pss_parameters.h"

namespace fleetca::x509 {
namespace {

const absl::string_view kNull("\x05\x00", 2);
constexpr absl::string_view kRemedy = "; sign with ECDSA, RSA or Ed25519 and SHA-256 or better";

struct Scheme {
  SignatureScheme scheme;
  absl::string_view oid;
};

// In the order of how often a CSR has them.
constexpr Scheme kSchemes[] = {
    {SignatureScheme::kEcdsaSha256, oid::kEcdsaWithSha256},
    {SignatureScheme::kEcdsaSha384, oid::kEcdsaWithSha384},
    {SignatureScheme::kRsaPkcs1Sha256, oid::kSha256WithRsa},
    {SignatureScheme::kEd25519, oid::kEd25519},
    {SignatureScheme::kEcdsaSha512, oid::kEcdsaWithSha512},
    {SignatureScheme::kRsaPkcs1Sha384, oid::kSha384WithRsa},
    {SignatureScheme::kRsaPkcs1Sha512, oid::kSha512WithRsa},
    {SignatureScheme::kRsaPssSha256, oid::kRsaPss},
    {SignatureScheme::kRsaPssSha384, oid::kRsaPss},
    {SignatureScheme::kRsaPssSha512, oid::kRsaPss},
};
constexpr size_t kSchemeCount = std::size(kSchemes);

// Known to everyone, and refused for their hash: MD2, MD4 and MD5 with RSA, SHA-1 with RSA, DSA and
// ECDSA.
constexpr absl::string_view kWeak[] = {
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"),
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x03"),
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),
    oid::Bytes("\x2b\x0e\x03\x02\x1d"),
    oid::Bytes("\x2a\x86\x48\xce\x38\x04\x03"),
    oid::Bytes("\x2b\x0e\x03\x02\x1b"),
    oid::Bytes("\x2a\x86\x48\xce\x3d\x04\x01"),
};

bool IsPkcs1(SignatureScheme scheme) {
  return scheme == SignatureScheme::kRsaPkcs1Sha256 || scheme == SignatureScheme::kRsaPkcs1Sha384 ||
         scheme == SignatureScheme::kRsaPkcs1Sha512;
}

int DigestOctets(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kRsaPssSha256:
      return 32;
    case SignatureScheme::kRsaPssSha384:
      return 48;
    case SignatureScheme::kRsaPssSha512:
      return 64;
    default:
      return 0;  // no salt
  }
}

std::string Encode(const Scheme& scheme) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(scheme.oid);
  if (IsPkcs1(scheme.scheme)) {
    writer.Raw(kNull);
  }
  writer.Raw(BuildPssParameters(scheme.scheme));
  return der::Encode(der::kSequence, contents);
}

// Indexed as kSchemes. Never destroyed: views of it are given out for ever.
const std::array<std::string, kSchemeCount>& Encodings() {
  static const auto* const kEncodings = [] {
    auto* encodings = new std::array<std::string, kSchemeCount>();
    for (size_t i = 0; i < kSchemeCount; ++i) {
      (*encodings)[i] = Encode(kSchemes[i]);
    }
    return encodings;
  }();
  return *kEncodings;
}

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kSignatureAlgorithm, field, message);
}

absl::Status NotTaken(absl::string_view oid, absl::string_view field) {
  const bool weak = std::find(std::begin(kWeak), std::end(kWeak), oid) != std::end(kWeak);
  return Refuse(field, absl::StrCat("the signature algorithm is ", AlgorithmName(oid),
                                    ", which is ", weak ? "too weak" : "not supported", kRemedy));
}

// Of an element that is not written as we write it.
absl::StatusOr<SignatureAlgorithm> ParseOther(absl::string_view element, absl::string_view field) {
  der::Reader outer(element);
  der::Reader algorithm;
  absl::string_view oid;
  if (!outer.ReadNested(der::kSequence, &algorithm) || !outer.empty() || !algorithm.ReadOid(&oid)) {
    return Refuse(field,
                  absl::StrCat("the signature algorithm is no AlgorithmIdentifier", kRemedy));
  }
  const absl::string_view parameters = algorithm.rest();
  if (oid == oid::kRsaPss) {
    return ParsePssParameters(parameters, field);
  }
  for (const Scheme& scheme : kSchemes) {
    if (scheme.oid != oid) {
      continue;
    }
    // RFC 4055 section 5: "implementations MUST accept the parameters being absent as well as
    // present".
    if (IsPkcs1(scheme.scheme) && parameters.empty()) {
      return SignatureAlgorithm(scheme.scheme);
    }
    return Refuse(
        field,
        absl::StrCat("the signature algorithm ", SignatureSchemeName(scheme.scheme),
                     IsPkcs1(scheme.scheme) ? " has parameters that are not NULL; write NULL"
                                            : " has parameters, and has none by its RFC; leave "
                                              "them out, also NULL"));
  }
  return NotTaken(oid, field);
}

}  // namespace

SignatureAlgorithm::SignatureAlgorithm(SignatureScheme written)
    : scheme(written), pss_salt_octets(DigestOctets(written)) {}

absl::string_view AlgorithmIdentifier(SignatureScheme scheme) {
  for (size_t i = 0; i < kSchemeCount; ++i) {
    if (kSchemes[i].scheme == scheme) {
      return Encodings()[i];
    }
  }
  return "";
}

absl::StatusOr<SignatureAlgorithm> ParseAlgorithmIdentifier(absl::string_view element,
                                                            absl::string_view field) {
  for (size_t i = 0; i < kSchemeCount; ++i) {
    if (Encodings()[i] == element) {
      return SignatureAlgorithm(kSchemes[i].scheme);
    }
  }
  return ParseOther(element, field);
}

}  // namespace fleetca::x509
