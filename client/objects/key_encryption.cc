#include "client/objects/key_encryption.h"

#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

using Pbe2Ptr = std::unique_ptr<PBE2PARAM, OpenSslDeleter<PBE2PARAM_free>>;
using Pbkdf2Ptr = std::unique_ptr<PBKDF2PARAM, OpenSslDeleter<PBKDF2PARAM_free>>;
using PbeParametersPtr = std::unique_ptr<PBEPARAM, OpenSslDeleter<PBEPARAM_free>>;
using ScryptPtr = std::unique_ptr<SCRYPT_PARAMS, OpenSslDeleter<SCRYPT_PARAMS_free>>;

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

// The parameters of an algorithm as OpenSSL knows them; null where they are not of the type.
template <typename T>
T* Unpacked(const X509_ALGOR* algorithm, const ASN1_ITEM* type) {
  int kind = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(nullptr, &kind, &value, algorithm);
  return kind == V_ASN1_SEQUENCE
             ? static_cast<T*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), type))
             : nullptr;
}

int AlgorithmNid(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  return OBJ_obj2nid(oid);
}

std::string OidText(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  char text[80] = "";
  OBJ_obj2txt(text, sizeof(text), oid, /*no_name=*/0);
  return text;
}

// 0 for a missing or negative INTEGER, UINT64_MAX above 64 bits.
uint64_t Number(const ASN1_INTEGER* integer) {
  if (integer == nullptr || ASN1_STRING_type(integer) == V_ASN1_NEG_INTEGER) {
    return 0;
  }
  uint64_t number = 0;
  return ASN1_INTEGER_get_uint64(&number, integer) == 1 ? number : UINT64_MAX;
}

absl::Status CheckIterations(const ASN1_INTEGER* integer) {
  const uint64_t iterations = Number(integer);
  if (iterations == 0) {
    return Malformed();
  }
  if (iterations > kMaxKdfIterations) {
    return TooExpensive(
        absl::StrCat("each passphrase that is tried takes ",
                     iterations == UINT64_MAX ? "countless" : absl::StrCat(iterations),
                     " rounds, which is more than ", kMaxKdfIterations));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DescribeScrypt(const X509_ALGOR* algorithm) {
  const ScryptPtr scrypt(Unpacked<SCRYPT_PARAMS>(algorithm, ASN1_ITEM_rptr(SCRYPT_PARAMS)));
  if (scrypt == nullptr) {
    return Malformed();
  }
  const uint64_t n = Number(scrypt->costParameter);
  const uint64_t r = Number(scrypt->blockSize);
  const uint64_t p = Number(scrypt->parallelizationParameter);
  constexpr uint64_t kAny = uint64_t{1} << 20;  // far above the limits, and no product overflows
  if (n == 0 || r == 0 || p == 0) {
    return Malformed();
  }
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
  return std::string("scrypt");
}

absl::StatusOr<std::string> DescribePbkdf2(const X509_ALGOR* algorithm) {
  const Pbkdf2Ptr pbkdf2(Unpacked<PBKDF2PARAM>(algorithm, ASN1_ITEM_rptr(PBKDF2PARAM)));
  if (pbkdf2 == nullptr) {
    return Malformed();
  }
  FLEETCA_RETURN_IF_ERROR(CheckIterations(pbkdf2->iter));
  return absl::StrCat("PBKDF2 with ", Number(pbkdf2->iter), " rounds of ",
                      pbkdf2->prf == nullptr ? "hmacWithSHA1" : OidText(pbkdf2->prf));
}

absl::StatusOr<std::string> DescribeDerivation(const X509_ALGOR* algorithm) {
  switch (AlgorithmNid(algorithm)) {
    case NID_id_scrypt:
      return DescribeScrypt(algorithm);
    case NID_id_pbkdf2:
      return DescribePbkdf2(algorithm);
    default:
      return Refused(absl::StrCat("the key of its encryption is made by ", OidText(algorithm),
                                  ", which is neither scrypt nor PBKDF2"));
  }
}

absl::Status SwitchedOff(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  if (absl::StrContains(lower, "gost") || absl::StartsWith(lower, "1.2.643.") ||
      absl::StrContains(lower, "magma") || absl::StrContains(lower, "kuznyechik")) {
    return Refused(absl::StrCat("it is encrypted by ", name,
                                ", a cipher of GOST, which OpenSSL does not come with; have the "
                                "program that made it write it by AES"));
  }
  return Refused(absl::StrCat(
      "it is encrypted by ", name,
      ", which is broken or unknown; encrypt it anew: openssl pkcs8 -provider default -provider "
      "legacy -topk8 -v2 aes-256-cbc -in <this file> -out <new file>"));
}

absl::StatusOr<std::string> DescribePbes2(const X509_ALGOR* algorithm) {
  const Pbe2Ptr pbes2(Unpacked<PBE2PARAM>(algorithm, ASN1_ITEM_rptr(PBE2PARAM)));
  if (pbes2 == nullptr) {
    return Malformed();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string derivation, DescribeDerivation(pbes2->keyfunc));
  const std::string cipher = OidText(pbes2->encryption);
  // In the library's default provider, so without those that are switched off.
  const std::unique_ptr<EVP_CIPHER, OpenSslDeleter<EVP_CIPHER_free>> known(
      EVP_CIPHER_fetch(nullptr, OBJ_nid2sn(AlgorithmNid(pbes2->encryption)), nullptr));
  if (known == nullptr) {
    return SwitchedOff(cipher);
  }
  return absl::StrCat("PBES2, ", derivation, ", ", EVP_CIPHER_get0_name(known.get()));
}

// PBES1 of RFC 8018 and the like of PKCS#12, appendix C.
absl::StatusOr<std::string> DescribePbes1(const X509_ALGOR* algorithm) {
  const PbeParametersPtr pbe(Unpacked<PBEPARAM>(algorithm, ASN1_ITEM_rptr(PBEPARAM)));
  if (pbe == nullptr) {
    return Malformed();
  }
  FLEETCA_RETURN_IF_ERROR(CheckIterations(pbe->iter));
  return OidText(algorithm);
}

}  // namespace

absl::StatusOr<std::string> DescribePkcs8Encryption(const X509_ALGOR* algorithm) {
  const ScopedOpenSslErrorQueue queue;
  switch (AlgorithmNid(algorithm)) {
    case NID_pbes2:
      return DescribePbes2(algorithm);
    case NID_pbe_WithSHA1And3_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And2_Key_TripleDES_CBC:
      return DescribePbes1(algorithm);
    default:
      return SwitchedOff(OidText(algorithm));
  }
}

}  // namespace fleetca::client
