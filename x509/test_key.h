// Private keys for tests: made by OpenSSL once per process, never written anywhere.
#ifndef FLEETCA_X509_TEST_KEY_H_
#define FLEETCA_X509_TEST_KEY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::x509 {

// A key pair. Aborts the process when OpenSSL fails, as no test can go on then.
class TestKey {
 public:
  // The same key for a type each time it is asked for.
  static const TestKey& OfType(KeyType type);
  // Another key of the type each time.
  static TestKey Make(KeyType type);
  // A key that OpenSSL makes of `algorithm` ("EC", "RSA", "ED448"...) and, for EC, a named curve.
  static TestKey MakeOther(const char* algorithm, const char* curve = nullptr);
  static TestKey MakeRsa(unsigned int bits, unsigned int exponent);
  // Takes the key over.
  explicit TestKey(EVP_PKEY* key);

  // SubjectPublicKeyInfo, DER.
  const std::string& public_key() const { return public_key_; }
  const EVP_PKEY* get() const { return key_.get(); }
  // A signature as it stands in a certificate's BIT STRING.
  std::string Sign(SignatureScheme scheme, absl::string_view message) const;

 private:
  EvpPkeyPtr key_;
  std::string public_key_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TEST_KEY_H_
