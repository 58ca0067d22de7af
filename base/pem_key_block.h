// The one PEM block of a private key file, before it is known what key it is.
#ifndef FLEETCA_BASE_PEM_KEY_BLOCK_H_
#define FLEETCA_BASE_PEM_KEY_BLOCK_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca {

// What stands between "-----BEGIN label-----" and "-----END label-----". It may be a key in the
// clear, so OpenSSL's secure heap holds it, and it is zeroed when destroyed. Move-only.
class PemKeyBlock {
 public:
  PemKeyBlock() = default;
  PemKeyBlock(PemKeyBlock&& other) noexcept { *this = std::move(other); }
  PemKeyBlock& operator=(PemKeyBlock&& other) noexcept {
    std::swap(label_, other.label_);
    std::swap(header_, other.header_);
    std::swap(der_, other.der_);
    std::swap(size_, other.size_);
    return *this;
  }
  PemKeyBlock(const PemKeyBlock&) = delete;
  PemKeyBlock& operator=(const PemKeyBlock&) = delete;
  ~PemKeyBlock();

  // False for the end of the file. Nothing else below may be called then.
  explicit operator bool() const { return label_ != nullptr; }
  // "ENCRYPTED PRIVATE KEY". Aliases this object.
  absl::string_view label() const { return label_; }
  // True with the header lines of RFC 1421, as in keys encrypted the older way.
  bool has_header() const { return *header_ != '\0'; }
  // Those lines, or "". Aliases this object.
  absl::string_view header() const { return header_; }
  // The decoded bytes, from der() to end(). They alias this object.
  const unsigned char* der() const { return der_; }
  const unsigned char* end() const { return der_ + size_; }
  long size() const { return size_; }

 private:
  friend absl::StatusOr<PemKeyBlock> ReadPemKeyBlock(BIO* bio);

  char* label_ = nullptr;
  char* header_ = nullptr;
  unsigned char* der_ = nullptr;
  long size_ = 0;
};

// The only block of `pem`, with blanks and line ends as RFC 7468 allows them; kFileInvalid when
// there is none, or more, or it is damaged. A leading "EC PARAMETERS" block, as `openssl ecparam
// -genkey` writes it, is skipped.
absl::StatusOr<PemKeyBlock> ReadOnlyKeyBlock(absl::string_view pem);

// All blocks of `pem`, whatever they are, in their order and read as above; none where there is
// none. kFileInvalid for a damaged one, for more than 1 MiB and for more than kMaxPemBlocks.
absl::StatusOr<std::vector<PemKeyBlock>> ReadAllBlocks(absl::string_view pem);

inline constexpr size_t kMaxPemBlocks = 1000;

// FAILED_PRECONDITION kFileInvalid: the file is not one private key, because of `what`.
absl::Status NotOneKey(absl::string_view what);

}  // namespace fleetca

#endif  // FLEETCA_BASE_PEM_KEY_BLOCK_H_
