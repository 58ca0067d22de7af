#include "store/head_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "store/big_endian.h"
#include "store/crc32c.h"
#include "store/folder.h"

namespace fleetca::store {
namespace {

constexpr char kFileName[] = "head";
constexpr mode_t kFileMode = 0600;
constexpr size_t kNumberSize = sizeof(uint64_t);
constexpr size_t kSlotSize = kNumberSize + sizeof(uint32_t);
// A disk writes a sector whole or not at all, so the slots are in different ones.
constexpr off_t kSlotOffset = 4096;

// number, 8 | CRC-32C, 4
std::string FormatSlot(uint64_t number) {
  std::string slot;
  AppendBigEndian(number, kNumberSize, slot);
  AppendBigEndian(Crc32c(slot), sizeof(uint32_t), slot);
  return slot;
}

std::optional<uint64_t> ReadSlot(int fd, int slot) {
  std::string text(kSlotSize, '\0');
  if (pread(fd, text.data(), kSlotSize, slot * kSlotOffset) != static_cast<ssize_t>(kSlotSize)) {
    return std::nullopt;
  }
  const uint64_t number = ReadBigEndian(absl::string_view(text).substr(0, kNumberSize));
  return FormatSlot(number) == text ? std::optional<uint64_t>(number) : std::nullopt;
}

bool WriteSlot(int fd, int slot, uint64_t number) {
  const std::string text = FormatSlot(number);
  return pwrite(fd, text.data(), text.size(), slot * kSlotOffset) ==
         static_cast<ssize_t>(text.size());
}

}  // namespace

std::string HeadFile::PathIn(const std::string& folder) {
  return absl::StrCat(folder, "/", kFileName);
}

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Create(const std::string& folder) {
  std::string contents = FormatSlot(0);
  contents.resize(kSlotOffset, '\0');
  contents += FormatSlot(0);
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(PathIn(folder), contents, kFileMode));
  return Open(folder);
}

absl::StatusOr<std::unique_ptr<HeadFile>> HeadFile::Open(const std::string& folder) {
  const std::string path = PathIn(folder);
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) {
    return FileError("cannot open", path, errno);
  }
  std::optional<uint64_t> numbers[2];
  for (int slot = 0; fd >= 0 && slot < 2; ++slot) {
    numbers[slot] = ReadSlot(fd, slot);
  }
  if (!numbers[0].has_value() && !numbers[1].has_value()) {
    if (fd >= 0) {
      close(fd);
    }
    return MakeError(absl::StatusCode::kDataLoss, Reason::kStoreCorrupt, "",
                     absl::StrCat(path, fd < 0 ? " is missing" : " is damaged",
                                  ", so that nothing tells whether records are; restore the whole "
                                  "folder from a backup"));
  }
  const int slot = numbers[1].value_or(0) > numbers[0].value_or(0) ? 1 : 0;
  return std::unique_ptr<HeadFile>(new HeadFile(fd, numbers[slot].value_or(0), slot));
}

HeadFile::~HeadFile() {
  fdatasync(fd_);
  close(fd_);
}

uint64_t HeadFile::number() const {
  absl::MutexLock lock(&mutex_);
  return number_;
}

void HeadFile::Advance(uint64_t number) {
  absl::MutexLock lock(&mutex_);
  if (number > number_ && WriteSlot(fd_, 1 - slot_, number)) {
    number_ = number;
    slot_ = 1 - slot_;
  }
}

}  // namespace fleetca::store
