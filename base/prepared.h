// The token between lint and signature.
#ifndef FLEETCA_BASE_PREPARED_H_
#define FLEETCA_BASE_PREPARED_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace fleetca {

namespace x509 {
class PreparedMaker;
}  // namespace x509

// Bytes that passed the lint and may be signed once. The signer accepts nothing else, and only the
// lint in x509 can make one, so what is signed is byte for byte what was linted. It lives in base
// because x509 and signer do not know each other. Move-only; thread-compatible.
class Prepared {
 public:
  Prepared(Prepared&& other) noexcept
      : bytes_(std::move(other.bytes_)), spent_(std::exchange(other.spent_, true)) {}
  Prepared& operator=(Prepared&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    spent_ = std::exchange(other.spent_, true);
    return *this;
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // The bytes to sign; empty once spent. Aliases this object.
  absl::string_view bytes() const { return spent_ ? absl::string_view() : bytes_; }
  // True once the bytes were taken or moved away: the signer refuses such a token.
  bool spent() const { return spent_; }
  // Gives the bytes up, to be signed now.
  std::string Spend() {
    spent_ = true;
    return std::move(bytes_);
  }

 private:
  friend class x509::PreparedMaker;
  explicit Prepared(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string bytes_;
  bool spent_ = false;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_PREPARED_H_
