// What reading and writing PKCS#12 have in common: owners of OpenSSL's objects, and names.
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS12_PARTS_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS12_PARTS_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {

// By this attribute of a certificate Java takes it as one that is trusted; without it, Java does
// not see it.
inline constexpr char kTrustedKeyUsage[] = "2.16.840.1.113894.746875.1.1";

// Whether the bag has that attribute.
[[nodiscard]] inline bool IsTrusted(const PKCS12_SAFEBAG* bag) {
  const STACK_OF(X509_ATTRIBUTE)* const attributes = PKCS12_SAFEBAG_get0_attrs(bag);
  for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); ++i) {
    char name[80] = {};
    OBJ_obj2txt(name, sizeof(name),
                X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i)), 1);
    if (absl::string_view(name) == kTrustedKeyUsage) {
      return true;
    }
  }
  return false;
}

using Pkcs12Ptr = std::unique_ptr<PKCS12, OpenSslDeleter<PKCS12_free>>;

struct FreeSafes {
  void operator()(STACK_OF(PKCS7) * stack) const { sk_PKCS7_pop_free(stack, PKCS7_free); }
};
using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), FreeSafes>;

struct FreeBags {
  void operator()(STACK_OF(PKCS12_SAFEBAG) * stack) const {
    sk_PKCS12_SAFEBAG_pop_free(stack, PKCS12_SAFEBAG_free);
  }
};
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS12_PARTS_H_
