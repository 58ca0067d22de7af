#include "client/objects/key_facts.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

std::string TypeOf(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return absl::StrCat("RSA ", EVP_PKEY_get_bits(key));
  }
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    return "Ed25519";
  }
  std::array<char, 64> group = {};
  if (EVP_PKEY_is_a(key, "EC") != 1 ||
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                     nullptr) != 1) {
    return EVP_PKEY_get0_type_name(key);
  }
  // "P-256" for "prime256v1".
  const char* const nist = EC_curve_nid2nist(OBJ_txt2nid(group.data()));
  return nist != nullptr ? nist : group.data();
}

absl::Status Unreadable(absl::string_view what) {
  return InvalidArgument(Reason::kFileInvalid, "",
                         absl::StrCat("the ", what,
                                      " cannot be read: its DER is malformed, or its "
                                      "key is of an unknown kind"));
}

bool Fits(const EVP_PKEY* key, const EVP_PKEY* other) { return EVP_PKEY_eq(key, other) == 1; }

}  // namespace

absl::StatusOr<KeyFacts> FactsOfKey(const EVP_PKEY* key) {
  const ScopedOpenSslErrorQueue queue;
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));
  return KeyFacts{TypeOf(key), EVP_PKEY_get_security_bits(key), HexSha256(spki)};
}

absl::StatusOr<bool> FitsCertificate(const EVP_PKEY* key, absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* cursor = AsUnsigned(der);
  const X509Ptr certificate(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  const EVP_PKEY* const other =
      certificate == nullptr ? nullptr : X509_get0_pubkey(certificate.get());
  if (other == nullptr) {
    return Unreadable("certificate");
  }
  return Fits(key, other);
}

absl::StatusOr<bool> FitsCsr(const EVP_PKEY* key, absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* cursor = AsUnsigned(der);
  const X509ReqPtr csr(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
  const EVP_PKEY* const other = csr == nullptr ? nullptr : X509_REQ_get0_pubkey(csr.get());
  if (other == nullptr) {
    return Unreadable("certificate signing request");
  }
  return Fits(key, other);
}

}  // namespace fleetca::client
