#include "base/pem_key_block.h"

#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "base/text.h"

namespace fleetca {
namespace {

// Far above the PEM of the largest key, and below what OpenSSL's int lengths can hold.
constexpr size_t kMaxPemBytes = size_t{1} << 20;
constexpr size_t kLineSize = 64;

// Puts base64 into lines of 64 characters, without the blanks that may stand in it.
class Base64Lines {
 public:
  explicit Base64Lines(std::string* out) : out_(*out) {}

  void Append(absl::string_view base64) {
    for (const char c : base64) {
      if (c == ' ' || c == '\t' || c == '\v' || c == '\f') {
        continue;
      }
      out_.push_back(c);
      if (++column_ == kLineSize) {
        End();
      }
    }
  }
  void End() {
    if (column_ > 0) {
      out_.push_back('\n');
      column_ = 0;
    }
  }

 private:
  std::string& out_;
  size_t column_ = 0;
};

// `pem` as OpenSSL's reader wants it, which takes less than RFC 7468 allows: lines that end with
// LF and are not indented, no byte order mark, no blanks inside. The caller wipes it.
std::string Tidied(absl::string_view pem) {
  std::string tidy;
  // Room for all of it, so that no part of a key stays behind in a buffer that was too small.
  tidy.reserve(2 * pem.size() + 2);
  Base64Lines base64(&tidy);
  bool inside = false;
  bool after_header = false;
  while (!pem.empty()) {
    absl::string_view line = TakeLine(&pem);
    absl::ConsumePrefix(&line, kByteOrderMark);
    const bool boundary = absl::StartsWith(line, "-----");
    const bool header = inside && absl::StrContains(line, ':');
    if (inside && !boundary && !header && !(after_header && line.empty())) {
      base64.Append(line);
      continue;
    }
    base64.End();
    absl::StrAppend(&tidy, line, "\n");
    after_header = header;
    inside = boundary ? absl::StartsWith(line, "-----BEGIN ") : inside;
  }
  base64.End();
  return tidy;
}

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

absl::StatusOr<std::vector<PemKeyBlock>> ReadAllBlocks(absl::string_view pem) {
  if (pem.empty() || pem.size() > kMaxPemBytes) {
    return NotOneKey(pem.empty() ? "it is empty" : "it is larger than 1 MiB");
  }
  const absl::StatusOr<absl::string_view> text = TextOf(pem);
  if (!text.ok()) {
    return NotOneKey(text.status().message());
  }
  std::string tidy = Tidied(*text);
  const absl::Cleanup wipe = [&tidy] { WipeString(tidy); };
  const BioPtr bio(BIO_new_mem_buf(tidy.data(), static_cast<int>(tidy.size())));
  if (bio == nullptr) {
    return OpenSslError(Reason::kInternal, "No memory for a key");
  }
  std::vector<PemKeyBlock> blocks;
  while (true) {
    FLEETCA_ASSIGN_OR_RETURN(PemKeyBlock block, ReadPemKeyBlock(bio.get()));
    if (!block) {
      return blocks;
    }
    if (blocks.size() == kMaxPemBlocks) {
      return NotOneKey(absl::StrCat("it has more than ", kMaxPemBlocks, " blocks"));
    }
    blocks.push_back(std::move(block));
  }
}

absl::StatusOr<PemKeyBlock> ReadOnlyKeyBlock(absl::string_view pem) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<PemKeyBlock> blocks, ReadAllBlocks(pem));
  const size_t first = !blocks.empty() && blocks.front().label() == PEM_STRING_ECPARAMETERS ? 1 : 0;
  if (blocks.size() == first) {
    return NotOneKey("no line \"-----BEGIN ... PRIVATE KEY-----\" begins a block");
  }
  if (blocks.size() > first + 1) {
    return NotOneKey("another block follows the key; keep each key in a file of its own");
  }
  return std::move(blocks[first]);
}

absl::Status NotOneKey(absl::string_view what) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("This is not exactly one private key in PEM form: ", what));
}

}  // namespace fleetca
