// OpenSSL's state for signing with one key, made once and used for many signatures.
#ifndef FLEETCA_SIGNER_SIGNING_CONTEXT_H_
#define FLEETCA_SIGNER_SIGNING_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::signer {

// Not thread-safe: each thread takes one of its own for as long as it signs.
class SigningContext {
 public:
  // `digest` is null for Ed25519, which hashes by itself. Both must outlive the context.
  static absl::StatusOr<std::unique_ptr<SigningContext>> Create(EVP_PKEY* key,
                                                                const EVP_MD* digest);
  SigningContext(const SigningContext&) = delete;
  SigningContext& operator=(const SigningContext&) = delete;

  // INTERNAL kSigningFailed when OpenSSL fails; the context should be thrown away then.
  absl::StatusOr<std::string> Sign(absl::string_view message);

 private:
  // Holds any signature of the keys that are supported: RSA of 4096 bits.
  static constexpr size_t kMaxSignatureBytes = 512;

  SigningContext(EVP_PKEY* key, const EVP_MD* digest) : key_(key), digest_(digest) {}
  absl::Status Init();
  // Each puts a signature into `buffer_` and its length into `size`, and returns OpenSSL's 1.
  int SignDigest(absl::string_view message, size_t& size);
  int SignMessage(absl::string_view message, size_t& size);

  EVP_PKEY* const key_;
  const EVP_MD* const digest_;
  EvpMdCtxPtr digest_context_;
  EvpPkeyCtxPtr key_context_;
  unsigned char buffer_[kMaxSignatureBytes];
};

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_SIGNING_CONTEXT_H_
