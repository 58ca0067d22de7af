#include "x509/pss_parameters.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/algorithm_name.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

const absl::string_view kNull("\x05\x00", 2);
constexpr int kDefaultSaltOctets = 20;
constexpr uint64_t kTrailer = 1;
// No signature that is read has room for more: the largest modulus has 8192 bits.
constexpr uint64_t kMaxSaltOctets = 1024;

struct PssHash {
  absl::string_view oid;
  absl::string_view name;
  SignatureScheme scheme;
  uint64_t octets;
};

constexpr PssHash kHashes[] = {
    {oid::kSha256, "SHA-256", SignatureScheme::kRsaPssSha256, 32},
    {oid::kSha384, "SHA-384", SignatureScheme::kRsaPssSha384, 48},
    {oid::kSha512, "SHA-512", SignatureScheme::kRsaPssSha512, 64},
};

std::string Algorithm(absl::string_view oid, absl::string_view parameters) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  writer.Raw(parameters);
  return der::Encode(der::kSequence, contents);
}

absl::Status Refuse(absl::string_view field, absl::string_view parameter, absl::string_view why) {
  return InvalidArgument(Reason::kSignatureAlgorithm, field,
                         absl::StrCat("the signature algorithm is RSASSA-PSS, and its parameter ",
                                      parameter, " ", why));
}

// HashAlgorithm ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters NULL OPTIONAL }
absl::StatusOr<const PssHash*> ReadHash(der::Reader* reader, absl::string_view field,
                                        absl::string_view parameter) {
  der::Reader algorithm;
  absl::string_view oid;
  if (!reader->ReadNested(der::kSequence, &algorithm) || !reader->empty() ||
      !algorithm.ReadOid(&oid) || (!algorithm.empty() && !algorithm.ReadNull()) ||
      !algorithm.empty()) {
    return Refuse(field, parameter, "does not name a hash, with NULL or nothing after it");
  }
  for (const PssHash& hash : kHashes) {
    if (hash.oid == oid) {
      return &hash;
    }
  }
  return Refuse(field, parameter,
                absl::StrCat("names the hash ", AlgorithmName(oid),
                             ", which is not supported; use SHA-256, SHA-384 or SHA-512"));
}

// MaskGenAlgorithm ::= SEQUENCE { algorithm OBJECT IDENTIFIER (id-mgf1), parameters HashAlgorithm }
absl::Status CheckMask(der::Reader reader, const PssHash& hash, absl::string_view field) {
  constexpr absl::string_view kParameter = "maskGenAlgorithm";
  der::Reader algorithm;
  absl::string_view oid;
  if (!reader.ReadNested(der::kSequence, &algorithm) || !reader.empty() ||
      !algorithm.ReadOid(&oid)) {
    return Refuse(field, kParameter, "does not name a mask generation function; use MGF1");
  }
  if (oid != oid::kMgf1) {
    return Refuse(field, kParameter, absl::StrCat("is ", AlgorithmName(oid), "; use MGF1"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const PssHash* mask, ReadHash(&algorithm, field, kParameter));
  if (mask != &hash) {
    return Refuse(field, kParameter,
                  absl::StrCat("is MGF1 with ", mask->name, ", and hashAlgorithm is ", hash.name,
                               "; use one hash for both"));
  }
  return absl::OkStatus();
}

// The INTEGER that a tag holds alone.
std::optional<uint64_t> Number(der::Reader reader) {
  uint64_t value;
  return reader.ReadUint63(&value) && reader.empty() ? std::optional<uint64_t>(value)
                                                     : std::nullopt;
}

struct Parameters {
  std::optional<der::Reader> hash, mask, salt, trailer;
};

[[nodiscard]] bool ReadOptional(der::Reader* reader, int tag, std::optional<der::Reader>* out) {
  der::Reader nested;
  bool present;
  if (!reader->ReadOptional(der::ContextConstructed(tag), &nested, &present)) {
    return false;
  }
  if (present) {
    *out = nested;
  }
  return true;
}

[[nodiscard]] bool Split(absl::string_view element, Parameters* parameters) {
  der::Reader outer(element);
  der::Reader inner;
  return outer.ReadNested(der::kSequence, &inner) && outer.empty() &&
         ReadOptional(&inner, 0, &parameters->hash) && ReadOptional(&inner, 1, &parameters->mask) &&
         ReadOptional(&inner, 2, &parameters->salt) &&
         ReadOptional(&inner, 3, &parameters->trailer) && inner.empty();
}

}  // namespace

std::string BuildPssParameters(SignatureScheme scheme) {
  for (const PssHash& hash : kHashes) {
    if (hash.scheme != scheme) {
      continue;
    }
    const std::string algorithm = Algorithm(hash.oid, kNull);
    std::string salt_length;
    der::Writer(&salt_length).Integer(hash.octets);
    std::string parameters;
    der::Writer writer(&parameters);
    writer.Element(der::ContextConstructed(0), algorithm);
    writer.Element(der::ContextConstructed(1), Algorithm(oid::kMgf1, algorithm));
    writer.Element(der::ContextConstructed(2), salt_length);
    return der::Encode(der::kSequence, parameters);
  }
  return "";
}

absl::StatusOr<SignatureAlgorithm> ParsePssParameters(absl::string_view element,
                                                      absl::string_view field) {
  Parameters parameters;
  if (!Split(element, &parameters)) {
    return InvalidArgument(
        Reason::kSignatureAlgorithm, field,
        "the signature algorithm is RSASSA-PSS, and its parameters are not those "
        "of RFC 4055 section 3.1");
  }
  if (!parameters.hash.has_value()) {
    return Refuse(field, "hashAlgorithm",
                  "is absent, which means SHA-1; use SHA-256, SHA-384 or SHA-512");
  }
  FLEETCA_ASSIGN_OR_RETURN(const PssHash* hash,
                           ReadHash(&*parameters.hash, field, "hashAlgorithm"));
  if (!parameters.mask.has_value()) {
    return Refuse(
        field, "maskGenAlgorithm",
        absl::StrCat("is absent, which means MGF1 with SHA-1; use MGF1 with ", hash->name));
  }
  FLEETCA_RETURN_IF_ERROR(CheckMask(*parameters.mask, *hash, field));
  int salt_octets = kDefaultSaltOctets;
  if (parameters.salt.has_value()) {
    const std::optional<uint64_t> salt = Number(*parameters.salt);
    if (!salt.has_value() || *salt > kMaxSaltOctets) {
      return Refuse(field, "saltLength", "is not a number from 0 to 1024");
    }
    salt_octets = static_cast<int>(*salt);
  }
  if (parameters.trailer.has_value() && Number(*parameters.trailer) != kTrailer) {
    return Refuse(field, "trailerField", "is not 1, the only one there is");
  }
  return SignatureAlgorithm(hash->scheme, salt_octets);
}

}  // namespace fleetca::x509
