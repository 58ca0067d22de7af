#include "client/objects/pkcs7_certificates.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"

namespace fleetca::client {
namespace {

using Pkcs7Ptr = std::unique_ptr<PKCS7, OpenSslDeleter<PKCS7_free>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, OpenSslDeleter<CMS_ContentInfo_free>>;

void FreeCertificates(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), OpenSslDeleter<FreeCertificates>>;

absl::Status Invalid(absl::string_view message) {
  return InvalidArgument(Reason::kFileInvalid, "", message);
}

absl::StatusOr<std::vector<std::string>> DersOf(const STACK_OF(X509) * certificates) {
  const int count = certificates == nullptr ? 0 : sk_X509_num(certificates);
  if (count > kMaxPkcs7Certificates) {
    return Invalid(absl::StrCat("the PKCS#7 file holds ", count, " certificates, and ",
                                kMaxPkcs7Certificates, " is the most that are read"));
  }
  std::vector<std::string> ders;
  for (int i = 0; i < count; ++i) {
    // As it stood, and not as OpenSSL would write it: the signature is over the former.
    unsigned char* octets = nullptr;
    const int size = i2d_X509(sk_X509_value(certificates, i), &octets);
    if (size <= 0) {
      return Invalid("a certificate of the PKCS#7 file cannot be read");
    }
    ders.emplace_back(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
    OPENSSL_free(octets);
  }
  return ders;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Pkcs7Certificates(absl::string_view octets) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* const begin = AsUnsigned(octets);
  const unsigned char* const end = begin + octets.size();
  // RFC 2315 lets the signed content be anything, and RFC 5652 lets a signer be named by a key:
  // each reader takes what the other does not.
  const unsigned char* at = begin;
  const Pkcs7Ptr pkcs7(d2i_PKCS7(nullptr, &at, static_cast<long>(octets.size())));
  if (pkcs7 != nullptr && at == end && PKCS7_type_is_signed(pkcs7.get())) {
    return DersOf(pkcs7->d.sign == nullptr ? nullptr : pkcs7->d.sign->cert);
  }
  at = begin;
  const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size())));
  if (cms != nullptr && at == end && OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed) {
    const CertificatesPtr certificates(CMS_get1_certs(cms.get()));
    return DersOf(certificates.get());
  }
  if ((pkcs7 != nullptr || cms != nullptr) && at == end) {
    return Invalid(
        "the PKCS#7 file is not of the signed type, the one that holds certificates in the clear");
  }
  return Invalid("the PKCS#7 file cannot be read; it is damaged or cut off");
}

}  // namespace fleetca::client
