// The parameters of encryption by a passphrase (RFC 8018), as a file has them.
#ifndef FLEETCA_CLIENT_OBJECTS_PBE_PARAMETERS_H_
#define FLEETCA_CLIENT_OBJECTS_PBE_PARAMETERS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/openssl.h"

namespace fleetca::client {

// PBES2-params: how the key is made of the passphrase, and by which cipher it encrypts. Every
// number is positive; UINT64_MAX stands for those that 64 bits do not hold.
struct Pbes2Parameters {
  enum class Kdf { kPbkdf2, kScrypt, kOther };

  Kdf kdf = Kdf::kOther;
  std::string kdf_name;
  // Of PBKDF2.
  uint64_t iterations = 0;
  std::string prf_name;  // "hmacWithSHA256"
  // Of scrypt (RFC 7914): N, r and p.
  uint64_t cost = 0;
  uint64_t block_size = 0;
  uint64_t parallelization = 0;

  int cipher_nid = NID_undef;
  std::string cipher_name;  // "aes-256-cbc", or the OID in digits
};

// nullopt where they are malformed. Neither limits are applied nor algorithms judged: what a
// passphrase may cost depends on what is opened. Thread-safe, as all here.
[[nodiscard]] std::optional<Pbes2Parameters> ReadPbes2(const X509_ALGOR* algorithm);

// The iterations of PBEParameter, which PBES1 and PKCS#12 (RFC 7292 appendix C) have; nullopt where
// it is malformed.
[[nodiscard]] std::optional<uint64_t> ReadPbes1Iterations(const X509_ALGOR* algorithm);

// The value of a positive INTEGER, UINT64_MAX above 64 bits; nullopt for any other and for null.
[[nodiscard]] std::optional<uint64_t> PositiveNumber(const ASN1_INTEGER* integer);

// What OpenSSL calls the algorithm, or its OID in digits.
std::string AlgorithmName(const X509_ALGOR* algorithm);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PBE_PARAMETERS_H_
