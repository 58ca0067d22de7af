// Private keys for tests: made by OpenSSL, never written anywhere. What OpenSSL cannot do aborts
// the process, as no test can go on then.
#ifndef FLEETCA_TESTS_TESTING_TEST_KEY_H_
#define FLEETCA_TESTS_TESTING_TEST_KEY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::testing {

// Another key of the type each time.
EvpPkeyPtr NewTestKey(KeyType type);

// DER SubjectPublicKeyInfo of `key`.
std::string TestPublicKey(const EVP_PKEY* key);

// What a key of this type signs with by default.
SignatureScheme DefaultScheme(KeyType type);

// The scheme's hash, null for Ed25519; and whether its padding is RSASSA-PSS.
const EVP_MD* HashOf(SignatureScheme scheme);
bool IsPss(SignatureScheme scheme);

// A signature as it stands in a certificate's BIT STRING.
std::string TestSignature(EVP_PKEY* key, SignatureScheme scheme, absl::string_view message);

// A key pair with its SubjectPublicKeyInfo.
class TestKey {
 public:
  // The same key for a type each time it is asked for, on any thread. Lives for ever.
  static const TestKey& OfType(KeyType type);
  // Another key of the type each time.
  static TestKey Make(KeyType type);
  // A key that OpenSSL makes of `algorithm` ("EC", "RSA", "ED448"...) and, for EC, a named curve.
  static TestKey MakeOther(const char* algorithm, const char* curve = nullptr);
  static TestKey MakeRsa(unsigned int bits, unsigned int exponent);
  explicit TestKey(EvpPkeyPtr key);

  // SubjectPublicKeyInfo, DER.
  const std::string& public_key() const { return public_key_; }
  // Owned by the TestKey.
  EVP_PKEY* get() const { return key_.get(); }
  // TestSignature with this key.
  std::string Sign(SignatureScheme scheme, absl::string_view message) const;

 private:
  EvpPkeyPtr key_;
  std::string public_key_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_TEST_KEY_H_
