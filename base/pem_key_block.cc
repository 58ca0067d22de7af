#include "base/pem_key_block.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

// Far above the PEM of the largest key, and below what OpenSSL's int lengths can hold.
constexpr size_t kMaxPemBytes = size_t{1} << 20;

}  // namespace

PemKeyBlock::~PemKeyBlock() {
  OPENSSL_secure_free(label_);
  OPENSSL_secure_free(header_);
  OPENSSL_secure_clear_free(der_, static_cast<size_t>(size_));
}

// The next block that `bio` has, or the end.
absl::StatusOr<PemKeyBlock> ReadPemKeyBlock(BIO* bio) {
  const ScopedOpenSslErrorQueue queue;
  ERR_clear_error();
  PemKeyBlock block;
  if (PEM_read_bio_ex(bio, &block.label_, &block.header_, &block.der_, &block.size_,
                      PEM_FLAG_SECURE) != 1) {
    block = PemKeyBlock();
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
      return NotOneKey("a block between BEGIN and END lines is damaged");
    }
  }
  return block;
}

absl::StatusOr<PemKeyBlock> ReadOnlyKeyBlock(absl::string_view pem) {
  if (pem.empty() || pem.size() > kMaxPemBytes) {
    return NotOneKey(pem.empty() ? "it is empty" : "it is larger than 1 MiB");
  }
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) {
    return OpenSslError(Reason::kInternal, "No memory for a key");
  }
  FLEETCA_ASSIGN_OR_RETURN(PemKeyBlock key, ReadPemKeyBlock(bio.get()));
  if (key && key.label() == PEM_STRING_ECPARAMETERS) {
    FLEETCA_ASSIGN_OR_RETURN(key, ReadPemKeyBlock(bio.get()));
  }
  if (!key) {
    return NotOneKey("no line \"-----BEGIN ... PRIVATE KEY-----\" begins a block");
  }
  FLEETCA_ASSIGN_OR_RETURN(const PemKeyBlock next, ReadPemKeyBlock(bio.get()));
  if (next) {
    return NotOneKey("another block follows the key; keep each key in a file of its own");
  }
  return key;
}

absl::Status NotOneKey(absl::string_view what) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("This is not exactly one private key in PEM form: ", what));
}

}  // namespace fleetca
