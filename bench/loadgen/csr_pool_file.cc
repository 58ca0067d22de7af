#include "bench/loadgen/csr_pool_file.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/output_file.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::loadgen {
namespace {

// File: magic, spec, then for each entry CSR and key, then SHA-256 of all before. A string is led
// by its length, and a number is 8 octets, least significant first.
constexpr absl::string_view kMagic = "fleetca CSR pool 1\n";
constexpr size_t kChecksumBytes = 32;
constexpr mode_t kMode = 0600;

void AppendNumber(uint64_t number, std::string* out) {
  for (int i = 0; i < 8; ++i) {
    out->push_back(static_cast<char>(number >> (8 * i)));
  }
}

void AppendString(absl::string_view bytes, std::string* out) {
  AppendNumber(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

std::string EncodeSpec(const CsrPoolSpec& spec) {
  std::string out;
  AppendString(KeyTypeName(spec.key), &out);
  AppendNumber(spec.size, &out);
  AppendString(spec.name_prefix, &out);
  AppendNumber(spec.names, &out);
  return out;
}

// Takes a string off the front of `in`; false when there is none whole.
bool TakeString(absl::string_view* in, std::string* out) {
  if (in->size() < 8) {
    return false;
  }
  uint64_t size = 0;
  for (int i = 7; i >= 0; --i) {
    size = size << 8 | static_cast<unsigned char>((*in)[i]);
  }
  if (size > in->size() - 8) {
    return false;
  }
  out->assign(in->data() + 8, size);
  in->remove_prefix(8 + size);
  return true;
}

bool ChecksumFits(absl::string_view bytes) {
  const absl::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  const std::array<char, 32> sum = Sha256(body);
  return bytes.substr(body.size()) == absl::string_view(sum.data(), sum.size());
}

absl::Status Invalid(absl::string_view what) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(what, ": remove the file, and the next run makes another"));
}

// Not base/file's ReadFile: a pool is larger than any file of the product.
absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad() || !file.is_open()) {
    return FailedPrecondition(Reason::kFileInvalid, "it cannot be read");
  }
  return bytes;
}

}  // namespace

std::string EncodeCsrPool(const CsrPool& pool) {
  std::string out(kMagic);
  out += EncodeSpec(pool.spec);
  for (const CsrPool::Entry& entry : pool.entries) {
    AppendString(entry.csr_der, &out);
    AppendString(entry.private_key_der, &out);
  }
  const std::array<char, 32> sum = Sha256(out);
  out.append(sum.data(), sum.size());
  return out;
}

absl::StatusOr<std::optional<CsrPool>> DecodeCsrPool(absl::string_view bytes,
                                                     const CsrPoolSpec& spec) {
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return Invalid("this is not a CSR pool of this version");
  }
  if (bytes.size() < kMagic.size() + kChecksumBytes || !ChecksumFits(bytes)) {
    return Invalid("the CSR pool is damaged, its checksum does not fit");
  }
  absl::string_view rest = bytes.substr(kMagic.size());
  rest.remove_suffix(kChecksumBytes);
  const std::string spec_bytes = EncodeSpec(spec);
  if (rest.substr(0, spec_bytes.size()) != spec_bytes) {
    return std::optional<CsrPool>();
  }
  rest.remove_prefix(spec_bytes.size());
  CsrPool pool;
  pool.spec = spec;
  pool.entries.resize(spec.size);
  for (CsrPool::Entry& entry : pool.entries) {
    if (!TakeString(&rest, &entry.csr_der) || !TakeString(&rest, &entry.private_key_der)) {
      return Invalid("the CSR pool is shorter than it says");
    }
  }
  return std::optional<CsrPool>(std::move(pool));
}

absl::StatusOr<CsrPool> OpenCsrPool(const std::string& path, const CsrPoolSpec& spec,
                                    const PoolProgress& progress) {
  if (path.empty()) {
    return MakeCsrPool(spec, progress);
  }
  if (std::ifstream(path).is_open()) {
    const absl::StatusOr<std::string> bytes = ReadWhole(path);
    if (!bytes.ok()) {
      return Annotate(bytes.status(), path);
    }
    absl::StatusOr<std::optional<CsrPool>> pool = DecodeCsrPool(*bytes, spec);
    if (!pool.ok()) {
      return Annotate(pool.status(), path);
    }
    if (pool->has_value()) {
      return **std::move(pool);
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(CsrPool pool, MakeCsrPool(spec, progress));
  FLEETCA_RETURN_IF_ERROR(WriteOutput(path, EncodeCsrPool(pool), kMode));
  return pool;
}

}  // namespace fleetca::loadgen
