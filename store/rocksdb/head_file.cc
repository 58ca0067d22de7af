#include "store/rocksdb/head_file.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/big_endian.h"

namespace fleetca::store {
namespace {

constexpr char kFileName[] = "head";
constexpr size_t kNumberSize = sizeof(uint64_t);

// number, 8
std::string FormatNumber(uint64_t number) {
  std::string payload;
  AppendBigEndian(number, kNumberSize, payload);
  return payload;
}

}  // namespace

std::string HeadFile::PathIn(const std::string& folder) {
  return absl::StrCat(folder, "/", kFileName);
}

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Create(const std::string& folder) {
  FLEETCA_RETURN_IF_ERROR(SlotFile::Create(PathIn(folder), FormatNumber(0)));
  return Open(folder);
}

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Open(const std::string& folder) {
  absl::StatusOr<std::unique_ptr<SlotFile>> file = SlotFile::Open(PathIn(folder), kNumberSize);
  if (GetReason(file.status()) == Reason::kFileMissing ||
      GetReason(file.status()) == Reason::kStoreCorrupt) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat(file.status().message(),
                                 ", so that nothing tells whether records are; restore the whole "
                                 "folder from a backup"));
  }
  FLEETCA_RETURN_IF_ERROR(file.status());
  const uint64_t number = ReadBigEndian((*file)->payload());
  return std::unique_ptr<HeadFile>(new HeadFile(*std::move(file), number));
}

uint64_t HeadFile::number() const {
  absl::MutexLock lock(&mutex_);
  return number_;
}

void HeadFile::Advance(uint64_t number) {
  absl::MutexLock lock(&mutex_);
  if (number > number_ && file_->Write(FormatNumber(number))) {
    number_ = number;
  }
}

}  // namespace fleetca::store
