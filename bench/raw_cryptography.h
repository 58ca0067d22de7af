// The floor of every stage: OpenSSL's verification and signature with nothing around them.
#ifndef FLEETCA_BENCH_RAW_CRYPTOGRAPHY_H_
#define FLEETCA_BENCH_RAW_CRYPTOGRAPHY_H_

#include <cstddef>
#include <optional>
#include <string>

#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::bench {

// Signs and verifies one message with one key, through contexts that are made once and kept. ECDSA
// and RSA (PKCS#1) are given a digest, as a TLS library's speed test does; Ed25519 hashes by itself
// and is given a message of 300 octets. Not thread-safe: one a thread.
class RawKey {
 public:
  explicit RawKey(KeyType type);

  // The signature's size.
  size_t Sign();
  void Verify();

 private:
  void SetUpDigest(KeyType type);
  void SetUpMessage();

  EvpPkeyPtr key_;
  // Null for Ed25519, which has the two below instead.
  EvpPkeyCtxPtr signer_;
  EvpPkeyCtxPtr verifier_;
  EvpMdCtxPtr message_signer_;
  EvpMdCtxPtr message_verifier_;
  std::string message_;
  std::string signature_;
  unsigned char buffer_[512];
};

// What every certificate costs at the least: one verification of its subscriber's signature and one
// signature of the CA's. Without a subscriber, the signature alone: of a renewal with the same key,
// which the handshake has proved. Not thread-safe.
class RawCryptography {
 public:
  RawCryptography(std::optional<KeyType> subscriber, KeyType issuer) : issuer_(issuer) {
    if (subscriber.has_value()) {
      subscriber_.emplace(*subscriber);
    }
  }

  void Run() {
    if (subscriber_.has_value()) {
      subscriber_->Verify();
    }
    issuer_.Sign();
  }

 private:
  std::optional<RawKey> subscriber_;
  RawKey issuer_;
};

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_RAW_CRYPTOGRAPHY_H_
