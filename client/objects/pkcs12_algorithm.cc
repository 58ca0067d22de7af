#include "client/objects/pkcs12_algorithm.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/objects/legacy_algorithms.h"
#include "client/objects/pbe_parameters.h"

namespace fleetca::client {
namespace {

absl::Status Unsound() {
  return FailedPrecondition(Reason::kFileInvalid,
                            "It is damaged: what says how it is encrypted cannot be read");
}

absl::Status Unknown(absl::string_view name, absl::string_view what) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Its ", what, " is by ", name,
                   ", which is not supported; have the program that wrote it write PBES2 with "
                   "AES-256-CBC and a MAC of SHA-256"));
}

// What is more than a number of iterations holds is more than any file may take.
int64_t Saturated(uint64_t number) {
  return static_cast<int64_t>(
      std::min(number, static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
}

void NameIterations(Pkcs12Algorithm* algorithm) {
  absl::StrAppend(&algorithm->name, ", ", algorithm->iterations,
                  algorithm->iterations == 1 ? " iteration" : " iterations");
}

// RFC 7292 appendix C and PBES1 of RFC 8018.
absl::StatusOr<Pkcs12Algorithm> ParsePbes1(const X509_ALGOR* algorithm, int nid) {
  Pkcs12Algorithm parsed = {.name = OBJ_nid2sn(nid), .weak = true, .legacy = IsLegacyPbe(nid)};
  switch (nid) {
    case NID_pbe_WithSHA1And3_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And2_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And128BitRC4:
    case NID_pbe_WithSHA1And40BitRC4:
    case NID_pbe_WithSHA1And128BitRC2_CBC:
    case NID_pbe_WithSHA1And40BitRC2_CBC:
      parsed.bmp_passphrase = true;
      break;
    default:
      if (!parsed.legacy) {
        return Unknown(AlgorithmName(algorithm), "encryption");
      }
  }
  const std::optional<uint64_t> iterations = ReadPbes1Iterations(algorithm);
  if (!iterations.has_value()) {
    return Unsound();
  }
  parsed.iterations = Saturated(*iterations);
  NameIterations(&parsed);
  return parsed;
}

// N * r * p of RFC 7914 is about as many hashes.
int64_t ScryptCost(const Pbes2Parameters& scrypt) {
  uint64_t cost = 1;
  for (const uint64_t factor : {scrypt.cost, scrypt.block_size, scrypt.parallelization}) {
    cost = cost > UINT64_MAX / factor ? UINT64_MAX : cost * factor;
  }
  return Saturated(cost);
}

absl::StatusOr<Pkcs12Algorithm> ParsePbes2(const X509_ALGOR* algorithm) {
  const std::optional<Pbes2Parameters> pbes2 = ReadPbes2(algorithm);
  if (!pbes2.has_value()) {
    return Unsound();
  }
  const int cipher = pbes2->cipher_nid;
  if (cipher == NID_undef) {
    return Unknown(pbes2->cipher_name, "encryption");
  }
  Pkcs12Algorithm parsed = {.name = absl::StrCat("PBES2, ", OBJ_nid2sn(cipher))};
  parsed.legacy = IsLegacyCipher(cipher);
  parsed.weak = parsed.legacy || cipher == NID_des_ede3_cbc;
  switch (pbes2->kdf) {
    case Pbes2Parameters::Kdf::kScrypt:
      parsed.iterations = ScryptCost(*pbes2);
      absl::StrAppend(&parsed.name, ", scrypt");
      break;
    case Pbes2Parameters::Kdf::kPbkdf2:
      parsed.iterations = Saturated(pbes2->iterations);
      absl::StrAppend(&parsed.name, ", PBKDF2 ", pbes2->prf_name);
      NameIterations(&parsed);
      break;
    case Pbes2Parameters::Kdf::kOther:
      return Unknown(pbes2->kdf_name, "encryption");
  }
  return parsed;
}

}  // namespace

absl::StatusOr<Pkcs12Algorithm> ParsePkcs12Algorithm(const X509_ALGOR* algorithm) {
  const ScopedOpenSslErrorQueue queue;
  const int nid = OBJ_obj2nid(algorithm->algorithm);
  return nid == NID_pbes2 ? ParsePbes2(algorithm) : ParsePbes1(algorithm, nid);
}

absl::StatusOr<Pkcs12Algorithm> ParsePkcs12Mac(const X509_ALGOR* mac,
                                               const ASN1_INTEGER* iterations) {
  const int nid = OBJ_obj2nid(mac->algorithm);
  if (nid == NID_undef || EVP_get_digestbynid(nid) == nullptr) {
    return Unknown(AlgorithmName(mac), "MAC");
  }
  const std::optional<uint64_t> count =
      iterations == nullptr ? std::optional<uint64_t>(1) : PositiveNumber(iterations);
  if (!count.has_value()) {
    return Unsound();
  }
  Pkcs12Algorithm parsed = {
      .name = OBJ_nid2sn(nid),
      .iterations = Saturated(*count),
      .weak = nid == NID_sha1 || nid == NID_md5,
      .bmp_passphrase = true,
  };
  NameIterations(&parsed);
  return parsed;
}

}  // namespace fleetca::client
