// How certificates are issued with OpenSSL's objects, as `openssl ca` and most small CAs do it: the
// baseline that every stage is compared with.
#ifndef FLEETCA_BENCH_OBVIOUS_WAY_H_
#define FLEETCA_BENCH_OBVIOUS_WAY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::bench {

// One function a stage. It is kinder than the command: no process is started, no configuration read
// and no index.txt rewritten for a certificate. What fails ends the process. Not thread-safe.
class ObviousWay {
 public:
  // Makes a CA with a key of this type.
  explicit ObviousWay(KeyType issuer);

  // d2i_X509_REQ and the requested extensions.
  X509ReqPtr ParseRequest(absl::string_view der) const;
  // X509_REQ_verify with the request's own key.
  void VerifyRequest(X509_REQ* request) const;
  // An X509 object with the request's key, a random serial number, a day of validity, and the
  // extensions of a leaf by X509V3_EXT_conf_nid. Not yet DER: X509_sign encodes it.
  X509Ptr BuildCertificate(X509_REQ* request) const;
  // X509_sign and i2d_X509.
  std::string Sign(X509* certificate) const;

  // All four.
  std::string Issue(absl::string_view der) const;

 private:
  EvpPkeyPtr key_;
  const EVP_MD* digest_;  // null for Ed25519
  X509Ptr ca_;
};

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_OBVIOUS_WAY_H_
