#include "client/objects/pkcs12_algorithm.h"

#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

using PbeParamPtr = std::unique_ptr<PBEPARAM, OpenSslDeleter<PBEPARAM_free>>;
using Pbe2Ptr = std::unique_ptr<PBE2PARAM, OpenSslDeleter<PBE2PARAM_free>>;
using Pbkdf2Ptr = std::unique_ptr<PBKDF2PARAM, OpenSslDeleter<PBKDF2PARAM_free>>;
using ScryptPtr = std::unique_ptr<SCRYPT_PARAMS, OpenSslDeleter<SCRYPT_PARAMS_free>>;

absl::Status Unsound() {
  return FailedPrecondition(Reason::kFileInvalid,
                            "It is damaged: what says how it is encrypted cannot be read");
}

absl::Status Unknown(const ASN1_OBJECT* object, absl::string_view what) {
  char name[80] = {};
  OBJ_obj2txt(name, sizeof(name), object, 0);
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Its ", what, " is by ", name,
                   ", which is not supported; have the program that wrote it write PBES2 with "
                   "AES-256-CBC and a MAC of SHA-256"));
}

// The value of a positive INTEGER; 0 for any other.
int64_t Count(const ASN1_INTEGER* integer) {
  int64_t value = 0;
  return integer != nullptr && ASN1_INTEGER_get_int64(&value, integer) == 1 && value > 0 ? value
                                                                                         : 0;
}

const ASN1_STRING* Sequence(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  const void* parameter = nullptr;
  int type = V_ASN1_UNDEF;
  X509_ALGOR_get0(&object, &type, &parameter, algorithm);
  return type == V_ASN1_SEQUENCE ? static_cast<const ASN1_STRING*>(parameter) : nullptr;
}

template <typename Pointer>
Pointer Unpack(const X509_ALGOR* algorithm, const ASN1_ITEM* item) {
  const ASN1_STRING* const sequence = Sequence(algorithm);
  return Pointer(sequence == nullptr
                     ? nullptr
                     : static_cast<typename Pointer::pointer>(ASN1_item_unpack(sequence, item)));
}

void NameIterations(Pkcs12Algorithm* algorithm) {
  absl::StrAppend(&algorithm->name, ", ", algorithm->iterations,
                  algorithm->iterations == 1 ? " iteration" : " iterations");
}

// RFC 7292 appendix C and PBES1 of RFC 8018.
absl::StatusOr<Pkcs12Algorithm> ParsePbes1(const X509_ALGOR* algorithm, int nid) {
  Pkcs12Algorithm parsed = {.name = OBJ_nid2sn(nid), .weak = true};
  switch (nid) {
    case NID_pbe_WithSHA1And3_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And2_Key_TripleDES_CBC:
      parsed.bmp_passphrase = true;
      break;
    case NID_pbe_WithSHA1And128BitRC4:
    case NID_pbe_WithSHA1And40BitRC4:
    case NID_pbe_WithSHA1And128BitRC2_CBC:
    case NID_pbe_WithSHA1And40BitRC2_CBC:
      parsed.bmp_passphrase = true;
      parsed.legacy = true;
      break;
    case NID_pbeWithMD5AndDES_CBC:
    case NID_pbeWithMD5AndRC2_CBC:
    case NID_pbeWithSHA1AndDES_CBC:
    case NID_pbeWithSHA1AndRC2_CBC:
      parsed.legacy = true;
      break;
    default:
      return Unknown(algorithm->algorithm, "encryption");
  }
  const auto parameter = Unpack<PbeParamPtr>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
  parsed.iterations = parameter == nullptr ? 0 : Count(parameter->iter);
  if (parsed.iterations == 0) {
    return Unsound();
  }
  NameIterations(&parsed);
  return parsed;
}

// N * r * p of RFC 7914 is about as many hashes; 0 where that is not a sound number.
int64_t ScryptCost(const SCRYPT_PARAMS& scrypt) {
  int64_t cost = 1;
  for (const ASN1_INTEGER* const integer :
       {scrypt.costParameter, scrypt.blockSize, scrypt.parallelizationParameter}) {
    const int64_t factor = Count(integer);
    if (factor == 0 || cost > std::numeric_limits<int64_t>::max() / factor) {
      return 0;
    }
    cost *= factor;
  }
  return cost;
}

absl::Status ParseKdf(const X509_ALGOR* kdf, Pkcs12Algorithm* parsed) {
  if (OBJ_obj2nid(kdf->algorithm) == NID_id_scrypt) {
    const auto scrypt = Unpack<ScryptPtr>(kdf, ASN1_ITEM_rptr(SCRYPT_PARAMS));
    parsed->iterations = scrypt == nullptr ? 0 : ScryptCost(*scrypt);
    absl::StrAppend(&parsed->name, ", scrypt");
    return parsed->iterations == 0 ? Unsound() : absl::OkStatus();
  }
  if (OBJ_obj2nid(kdf->algorithm) != NID_id_pbkdf2) {
    return Unknown(kdf->algorithm, "encryption");
  }
  const auto pbkdf2 = Unpack<Pbkdf2Ptr>(kdf, ASN1_ITEM_rptr(PBKDF2PARAM));
  parsed->iterations = pbkdf2 == nullptr ? 0 : Count(pbkdf2->iter);
  if (parsed->iterations == 0) {
    return Unsound();
  }
  const int prf = pbkdf2->prf == nullptr ? NID_hmacWithSHA1 : OBJ_obj2nid(pbkdf2->prf->algorithm);
  absl::StrAppend(&parsed->name, ", PBKDF2 ", OBJ_nid2sn(prf));
  NameIterations(parsed);
  return absl::OkStatus();
}

absl::StatusOr<Pkcs12Algorithm> ParsePbes2(const X509_ALGOR* algorithm) {
  const auto pbes2 = Unpack<Pbe2Ptr>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
  if (pbes2 == nullptr) {
    return Unsound();
  }
  const int cipher = OBJ_obj2nid(pbes2->encryption->algorithm);
  if (cipher == NID_undef) {
    return Unknown(pbes2->encryption->algorithm, "encryption");
  }
  Pkcs12Algorithm parsed = {.name = absl::StrCat("PBES2, ", OBJ_nid2sn(cipher))};
  parsed.legacy = cipher == NID_des_cbc || cipher == NID_rc2_cbc || cipher == NID_rc4;
  parsed.weak = parsed.legacy || cipher == NID_des_ede3_cbc;
  FLEETCA_RETURN_IF_ERROR(ParseKdf(pbes2->keyfunc, &parsed));
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
    return Unknown(mac->algorithm, "MAC");
  }
  Pkcs12Algorithm parsed = {
      .name = OBJ_nid2sn(nid),
      .iterations = iterations == nullptr ? 1 : Count(iterations),
      .weak = nid == NID_sha1 || nid == NID_md5,
      .bmp_passphrase = true,
  };
  if (parsed.iterations == 0) {
    return Unsound();
  }
  NameIterations(&parsed);
  return parsed;
}

}  // namespace fleetca::client
