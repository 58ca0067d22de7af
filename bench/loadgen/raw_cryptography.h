// The two operations that no certificate can do without, by OpenSSL and nothing else.
#ifndef FLEETCA_BENCH_LOADGEN_RAW_CRYPTOGRAPHY_H_
#define FLEETCA_BENCH_LOADGEN_RAW_CRYPTOGRAPHY_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::loadgen {

// One key that verifies and one that signs, on contexts that are made once. Thread-compatible.
class RawCryptography {
 public:
  static absl::StatusOr<RawCryptography> Create(KeyType verify, KeyType sign);

  // Verifies a CSR's worth of bytes, and signs a certificate's worth.
  bool VerifyAndSign();

 private:
  RawCryptography() = default;

  EvpPkeyPtr verify_key_;
  EvpPkeyPtr sign_key_;
  EvpMdCtxPtr verify_;
  EvpMdCtxPtr sign_;
  const EVP_MD* verify_digest_ = nullptr;
  const EVP_MD* sign_digest_ = nullptr;
  std::string message_;
  std::string message_signature_;
  std::string signature_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_RAW_CRYPTOGRAPHY_H_
