// The one door to OpenSSL: its headers, RAII owners for its objects, and its error queue as a
// status.
#ifndef FLEETCA_BASE_OPENSSL_H_
#define FLEETCA_BASE_OPENSSL_H_

// The EC_KEY and ECDSA calls are deprecated in OpenSSL 3.0 but are the only way to reuse a decoded
// key object, which is 100 times faster than making an EVP_PKEY from its bytes.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca {

template <auto kFree>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, OpenSslDeleter<BN_CTX_free>>;
using ConfPtr = std::unique_ptr<CONF, OpenSslDeleter<NCONF_free>>;
using EcGroupPtr = std::unique_ptr<EC_GROUP, OpenSslDeleter<EC_GROUP_free>>;
using EcKeyPtr = std::unique_ptr<EC_KEY, OpenSslDeleter<EC_KEY_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, OpenSslDeleter<EC_POINT_free>>;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, OpenSslDeleter<ECDSA_SIG_free>>;
using EvpMdPtr = std::unique_ptr<EVP_MD, OpenSslDeleter<EVP_MD_free>>;
using EvpMdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;
using EvpPkeyPtr = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using EvpPkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OpenSslDeleter<EVP_PKEY_CTX_free>>;
using OsslLibCtxPtr = std::unique_ptr<OSSL_LIB_CTX, OpenSslDeleter<OSSL_LIB_CTX_free>>;
using OsslProviderPtr = std::unique_ptr<OSSL_PROVIDER, OpenSslDeleter<OSSL_PROVIDER_unload>>;
using Pkcs8InfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;
using RsaPtr = std::unique_ptr<RSA, OpenSslDeleter<RSA_free>>;
using X509AlgorPtr = std::unique_ptr<X509_ALGOR, OpenSslDeleter<X509_ALGOR_free>>;
using X509Ptr = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;
using X509ReqPtr = std::unique_ptr<X509_REQ, OpenSslDeleter<X509_REQ_free>>;
using X509SigPtr = std::unique_ptr<X509_SIG, OpenSslDeleter<X509_SIG_free>>;

// Drains this thread's OpenSSL error queue into one line; "" when it is empty.
std::string DrainOpenSslErrors();

// INTERNAL: `message`, then what OpenSSL's queue says in brackets. Always leaves the queue empty.
absl::Status OpenSslError(Reason reason, absl::string_view message);

// Empties the queue when it goes out of scope: for calls whose failure is an answer, not an error
// (a wrong signature), so that no stale entry is blamed on a later call.
class ScopedOpenSslErrorQueue {
 public:
  ScopedOpenSslErrorQueue() = default;
  ScopedOpenSslErrorQueue(const ScopedOpenSslErrorQueue&) = delete;
  ScopedOpenSslErrorQueue& operator=(const ScopedOpenSslErrorQueue&) = delete;
  ~ScopedOpenSslErrorQueue() { ERR_clear_error(); }
};

inline const unsigned char* AsUnsigned(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* AsUnsigned(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace fleetca

#endif  // FLEETCA_BASE_OPENSSL_H_
