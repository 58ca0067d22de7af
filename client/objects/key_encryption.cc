#include "client/objects/key_encryption.h"

#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/objects/legacy_algorithms.h"
#include "client/objects/pbe_parameters.h"

namespace fleetca::client {
namespace {

absl::Status Refused(absl::string_view sentence) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("This private key cannot be decrypted: ", sentence));
}

absl::Status Malformed() { return Refused("the parameters of its encryption are malformed"); }

absl::Status TooExpensive(absl::string_view what) {
  return Refused(absl::StrCat(
      what,
      ", and whoever made the file chose it; if you trust the file, write it anew by the "
      "program that made it, with less"));
}

absl::Status CheckIterations(uint64_t iterations) {
  if (iterations > kMaxKdfIterations) {
    return TooExpensive(
        absl::StrCat("each passphrase that is tried takes ",
                     iterations == UINT64_MAX ? "countless" : absl::StrCat(iterations),
                     " rounds, which is more than ", kMaxKdfIterations));
  }
  return absl::OkStatus();
}

absl::Status CheckScrypt(const Pbes2Parameters& scrypt) {
  const uint64_t n = scrypt.cost;
  const uint64_t r = scrypt.block_size;
  const uint64_t p = scrypt.parallelization;
  constexpr uint64_t kAny = uint64_t{1} << 20;  // far above the limits, and no product overflows
  // 128 octets are scrypt's unit: N + 2 blocks of r of them, and p of them that are made.
  if (n > kAny || r > kAny || p > kAny || 128 * r * (n + p + 2) > kMaxScryptMemory) {
    return TooExpensive(absl::StrCat("scrypt with N = ", n, ", r = ", r, " and p = ", p,
                                     " takes more than ", kMaxScryptMemory >> 20,
                                     " MiB of memory"));
  }
  if (n * r * p > kMaxScryptCost) {
    return TooExpensive(absl::StrCat("scrypt with N = ", n, ", r = ", r, " and p = ", p,
                                     " takes minutes for each passphrase that is tried"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DescribeDerivation(const Pbes2Parameters& pbes2) {
  switch (pbes2.kdf) {
    case Pbes2Parameters::Kdf::kScrypt:
      FLEETCA_RETURN_IF_ERROR(CheckScrypt(pbes2));
      return std::string("scrypt");
    case Pbes2Parameters::Kdf::kPbkdf2:
      FLEETCA_RETURN_IF_ERROR(CheckIterations(pbes2.iterations));
      return absl::StrCat("PBKDF2 with ", pbes2.iterations, " rounds of ", pbes2.prf_name);
    case Pbes2Parameters::Kdf::kOther:
      break;
  }
  return Refused(absl::StrCat("the key of its encryption is made by ", pbes2.kdf_name,
                              ", which is neither scrypt nor PBKDF2"));
}

absl::Status NotKnown(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  const bool is_gost = absl::StrContains(lower, "gost") || absl::StartsWith(lower, "1.2.643.") ||
                       absl::StrContains(lower, "magma") || absl::StrContains(lower, "kuznyechik");
  return Refused(absl::StrCat("it is encrypted by ", name,
                              is_gost ? ", a cipher of GOST, which OpenSSL does not come with"
                                      : ", which is not known here",
                              "; have the program that made it write it by AES"));
}

// In the library's default provider, so without those that are switched off.
bool IsEveryday(int cipher_nid) {
  const std::unique_ptr<EVP_CIPHER, OpenSslDeleter<EVP_CIPHER_free>> cipher(
      EVP_CIPHER_fetch(nullptr, OBJ_nid2sn(cipher_nid), nullptr));
  return cipher != nullptr;
}

absl::StatusOr<KeyEncryption> DescribePbes2(const X509_ALGOR* algorithm) {
  const std::optional<Pbes2Parameters> pbes2 = ReadPbes2(algorithm);
  if (!pbes2.has_value()) {
    return Malformed();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string derivation, DescribeDerivation(*pbes2));
  const bool legacy = IsLegacyCipher(pbes2->cipher_nid);
  if (!legacy && !IsEveryday(pbes2->cipher_nid)) {
    return NotKnown(pbes2->cipher_name);
  }
  return KeyEncryption{
      .name = absl::StrCat("PBES2, ", derivation, ", ", OBJ_nid2sn(pbes2->cipher_nid)),
      .legacy = legacy};
}

// PBES1 of RFC 8018 and the like of PKCS#12, appendix C.
absl::StatusOr<KeyEncryption> DescribePbes1(const X509_ALGOR* algorithm, bool legacy) {
  const std::optional<uint64_t> iterations = ReadPbes1Iterations(algorithm);
  if (!iterations.has_value()) {
    return Malformed();
  }
  FLEETCA_RETURN_IF_ERROR(CheckIterations(*iterations));
  return KeyEncryption{.name = AlgorithmName(algorithm), .legacy = legacy};
}

}  // namespace

absl::StatusOr<KeyEncryption> DescribePkcs8Encryption(const X509_ALGOR* algorithm) {
  const ScopedOpenSslErrorQueue queue;
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  const int nid = OBJ_obj2nid(oid);
  switch (nid) {
    case NID_pbes2:
      return DescribePbes2(algorithm);
    case NID_pbe_WithSHA1And3_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And2_Key_TripleDES_CBC:
      return DescribePbes1(algorithm, false);
    default:
      return IsLegacyPbe(nid) ? DescribePbes1(algorithm, true) : NotKnown(AlgorithmName(algorithm));
  }
}

}  // namespace fleetca::client
