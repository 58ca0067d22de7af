// Bytes that must not outlive their use: zeroised when destroyed, never copied by accident.
#ifndef FLEETCA_BASE_SECRET_H_
#define FLEETCA_BASE_SECRET_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace fleetca {

// A passphrase or a private key's encoding. Move-only. Not printable on purpose.
// Thread-compatible.
class SecretBytes {
 public:
  SecretBytes() = default;
  // Copies `bytes`; the caller's own copy stays the caller's to wipe.
  explicit SecretBytes(absl::string_view bytes) : bytes_(bytes) {}
  SecretBytes(SecretBytes&& other) noexcept { *this = std::move(other); }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(); }

  // Aliases this object.
  absl::string_view view() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }

 private:
  void Wipe();

  std::string bytes_;
};

// Overwrites `bytes` with zeros in a way the compiler keeps, then empties it.
void WipeString(std::string& bytes);

}  // namespace fleetca

#endif  // FLEETCA_BASE_SECRET_H_
