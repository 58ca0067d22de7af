#include "store/rocksdb/slot_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/errors.h"
#include "base/output_file.h"
#include "store/records/crc32c.h"
#include "store/rocksdb/folder.h"

namespace fleetca::store {
namespace {

constexpr mode_t kFileMode = 0600;
// A disk writes a sector whole or not at all, so the slots are in different ones.
constexpr off_t kSlotOffset = 4096;

// payload | CRC-32C, 4
std::string FormatSlot(absl::string_view payload) {
  std::string slot(payload);
  AppendBigEndian(Crc32c(slot), sizeof(uint32_t), slot);
  return slot;
}

// Empty when the slot is not whole.
std::string ReadSlot(int fd, int slot, size_t payload_size) {
  std::string text(payload_size + sizeof(uint32_t), '\0');
  if (pread(fd, text.data(), text.size(), slot * kSlotOffset) !=
      static_cast<ssize_t>(text.size())) {
    return "";
  }
  const std::string payload = text.substr(0, payload_size);
  return FormatSlot(payload) == text ? payload : "";
}

}  // namespace

std::string SlotFile::Contents(absl::string_view payload) {
  std::string contents = FormatSlot(payload);
  contents.resize(kSlotOffset, '\0');
  return contents + FormatSlot(payload);
}

absl::Status SlotFile::Create(const std::string& path, absl::string_view payload) {
  // Through a link: an operator may have put the head file on another disk.
  return WriteOutput(path, Contents(payload), kFileMode);
}

absl::StatusOr<std::unique_ptr<SlotFile>> SlotFile::Open(const std::string& path,
                                                         size_t payload_size) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    return errno == ENOENT
               ? FailedPrecondition(Reason::kFileMissing, absl::StrCat(path, " is missing"))
               : StoreFileError("open", path, errno);
  }
  const std::string payloads[] = {ReadSlot(fd, 0, payload_size), ReadSlot(fd, 1, payload_size)};
  const int slot = payloads[1] > payloads[0] ? 1 : 0;
  if (payloads[slot].empty()) {
    close(fd);
    return DataLoss(Reason::kStoreCorrupt, absl::StrCat(path, " is damaged"));
  }
  return std::unique_ptr<SlotFile>(new SlotFile(fd, slot, payloads[slot]));
}

SlotFile::~SlotFile() {
  Sync();
  close(fd_);
}

bool SlotFile::Write(absl::string_view payload) {
  const std::string text = FormatSlot(payload);
  const int other = 1 - slot_;
  if (pwrite(fd_, text.data(), text.size(), other * kSlotOffset) !=
      static_cast<ssize_t>(text.size())) {
    return false;
  }
  slot_ = other;
  payload_ = std::string(payload);
  return true;
}

void SlotFile::Sync() const { fdatasync(fd_); }

}  // namespace fleetca::store
