#include "base/secret.h"

#include "base/openssl.h"

namespace fleetca {

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe();
    // Copy and wipe instead of a move: a short string is stored inside the object, and a move
    // would leave its bytes behind.
    bytes_ = other.bytes_;
    other.Wipe();
  }
  return *this;
}

void SecretBytes::Wipe() { WipeString(bytes_); }

void WipeString(std::string& bytes) {
  if (!bytes.empty()) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    bytes.clear();
  }
}

}  // namespace fleetca
