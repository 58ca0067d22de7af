// Whether octets hold a private key, so that nothing else is written over them.
#ifndef FLEETCA_BASE_KEY_HOLDER_H_
#define FLEETCA_BASE_KEY_HOLDER_H_

#include "absl/strings/string_view.h"

namespace fleetca {

// What the first octets look like; nothing is decoded to the end or decrypted.
enum class KeyHolder {
  kNone,
  kKey,       // PEM anywhere, or DER: PKCS#8, encrypted or not, PKCS#1, SEC1
  kKeystore,  // PKCS#12, JKS, JCEKS: keys with their certificates
};

[[nodiscard]] KeyHolder KeyHolderOf(absl::string_view contents);

}  // namespace fleetca

#endif  // FLEETCA_BASE_KEY_HOLDER_H_
