#include "client/objects/pbe_parameters.h"

#include <memory>
#include <utility>

namespace fleetca::client {
namespace {

using Pbe2Ptr = std::unique_ptr<PBE2PARAM, OpenSslDeleter<PBE2PARAM_free>>;
using Pbkdf2Ptr = std::unique_ptr<PBKDF2PARAM, OpenSslDeleter<PBKDF2PARAM_free>>;
using PbeParameterPtr = std::unique_ptr<PBEPARAM, OpenSslDeleter<PBEPARAM_free>>;
using ScryptPtr = std::unique_ptr<SCRYPT_PARAMS, OpenSslDeleter<SCRYPT_PARAMS_free>>;

// The parameters of an algorithm as OpenSSL knows them; null where they are not of the type.
template <typename Pointer>
Pointer Unpack(const X509_ALGOR* algorithm, const ASN1_ITEM* type) {
  int kind = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(nullptr, &kind, &value, algorithm);
  return Pointer(kind == V_ASN1_SEQUENCE ? static_cast<typename Pointer::pointer>(ASN1_item_unpack(
                                               static_cast<const ASN1_STRING*>(value), type))
                                         : nullptr);
}

int NidOf(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  return OBJ_obj2nid(oid);
}

// PBKDF2-params, where an absent prf is hmacWithSHA1.
bool ReadPbkdf2(const X509_ALGOR* kdf, Pbes2Parameters* read) {
  const auto pbkdf2 = Unpack<Pbkdf2Ptr>(kdf, ASN1_ITEM_rptr(PBKDF2PARAM));
  const std::optional<uint64_t> iterations =
      pbkdf2 == nullptr ? std::nullopt : PositiveNumber(pbkdf2->iter);
  if (!iterations.has_value()) {
    return false;
  }
  read->kdf = Pbes2Parameters::Kdf::kPbkdf2;
  read->iterations = *iterations;
  read->prf_name = pbkdf2->prf == nullptr ? "hmacWithSHA1" : AlgorithmName(pbkdf2->prf);
  return true;
}

bool ReadScrypt(const X509_ALGOR* kdf, Pbes2Parameters* read) {
  const auto scrypt = Unpack<ScryptPtr>(kdf, ASN1_ITEM_rptr(SCRYPT_PARAMS));
  if (scrypt == nullptr) {
    return false;
  }
  const std::optional<uint64_t> cost = PositiveNumber(scrypt->costParameter);
  const std::optional<uint64_t> block_size = PositiveNumber(scrypt->blockSize);
  const std::optional<uint64_t> parallelization = PositiveNumber(scrypt->parallelizationParameter);
  if (!cost.has_value() || !block_size.has_value() || !parallelization.has_value()) {
    return false;
  }
  read->kdf = Pbes2Parameters::Kdf::kScrypt;
  read->cost = *cost;
  read->block_size = *block_size;
  read->parallelization = *parallelization;
  return true;
}

}  // namespace

std::optional<Pbes2Parameters> ReadPbes2(const X509_ALGOR* algorithm) {
  const ScopedOpenSslErrorQueue queue;
  const auto pbes2 = Unpack<Pbe2Ptr>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
  if (pbes2 == nullptr) {
    return std::nullopt;
  }
  Pbes2Parameters read;
  read.kdf_name = AlgorithmName(pbes2->keyfunc);
  read.cipher_nid = NidOf(pbes2->encryption);
  read.cipher_name = AlgorithmName(pbes2->encryption);
  bool sound = true;
  switch (NidOf(pbes2->keyfunc)) {
    case NID_id_pbkdf2:
      sound = ReadPbkdf2(pbes2->keyfunc, &read);
      break;
    case NID_id_scrypt:
      sound = ReadScrypt(pbes2->keyfunc, &read);
      break;
    default:
      break;
  }
  return sound ? std::optional(std::move(read)) : std::nullopt;
}

std::optional<uint64_t> ReadPbes1Iterations(const X509_ALGOR* algorithm) {
  const ScopedOpenSslErrorQueue queue;
  const auto parameter = Unpack<PbeParameterPtr>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
  return parameter == nullptr ? std::nullopt : PositiveNumber(parameter->iter);
}

std::optional<uint64_t> PositiveNumber(const ASN1_INTEGER* integer) {
  const ScopedOpenSslErrorQueue queue;
  if (integer == nullptr || ASN1_STRING_type(integer) == V_ASN1_NEG_INTEGER) {
    return std::nullopt;
  }
  uint64_t number = 0;
  if (ASN1_INTEGER_get_uint64(&number, integer) != 1) {
    return UINT64_MAX;
  }
  return number == 0 ? std::nullopt : std::optional(number);
}

std::string AlgorithmName(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  char text[80] = "";
  OBJ_obj2txt(text, sizeof(text), oid, /*no_name=*/0);
  return text;
}

}  // namespace fleetca::client
