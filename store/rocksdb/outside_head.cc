#include "store/rocksdb/outside_head.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/rocksdb/store_history.h"

namespace fleetca::store {
namespace {

constexpr char kFormat = 1;
constexpr size_t kIntegerSize = sizeof(uint64_t);
// format, 1 | made, 1 | id, 16 | epoch, 8 | number, 8 | noted ms, 8
constexpr size_t kPayloadSize = 2 + kStoreIdSize + 3 * kIntegerSize;

std::string Format(const HeadState& state) {
  std::string payload(1, kFormat);
  payload.push_back(state.made ? 1 : 0);
  payload += state.id;
  AppendBigEndian(state.epoch, kIntegerSize, payload);
  AppendBigEndian(state.number, kIntegerSize, payload);
  AppendBigEndian(static_cast<uint64_t>(absl::ToUnixMillis(state.noted_at)), kIntegerSize, payload);
  return payload;
}

absl::StatusOr<HeadState> Parse(absl::string_view payload, absl::string_view path) {
  if (payload[0] != kFormat) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path, " has format ", static_cast<unsigned char>(payload[0]),
                     ", and this release reads format ", static_cast<int>(kFormat),
                     "; run the release that wrote it, or a newer one"));
  }
  const auto integer = [payload](size_t index) {
    return ReadBigEndian(payload.substr(2 + kStoreIdSize + index * kIntegerSize, kIntegerSize));
  };
  HeadState state;
  state.made = payload[1] != 0;
  state.id = std::string(payload.substr(2, kStoreIdSize));
  state.epoch = integer(0);
  state.number = integer(1);
  state.noted_at = absl::FromUnixMillis(static_cast<int64_t>(integer(2)));
  return state;
}

}  // namespace

absl::StatusOr<std::optional<HeadState>> OutsideHead::Read(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<SlotFile>> file = SlotFile::Open(path, kPayloadSize);
  if (GetReason(file.status()) == Reason::kFileMissing) {
    return std::nullopt;
  }
  FLEETCA_RETURN_IF_ERROR(file.status());
  FLEETCA_ASSIGN_OR_RETURN(HeadState state, Parse((*file)->payload(), path));
  return state;
}

absl::Status OutsideHead::Write(const std::string& path, const HeadState& state) {
  return SlotFile::Create(path, Format(state));
}

absl::StatusOr<std::string> OutsideHead::ContentsForNewStore() {
  HeadState state;
  FLEETCA_ASSIGN_OR_RETURN(state.id, MakeStoreId());
  return SlotFile::Contents(Format(state));
}

absl::StatusOr<std::unique_ptr<OutsideHead>> OutsideHead::Open(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<SlotFile> file, SlotFile::Open(path, kPayloadSize));
  FLEETCA_ASSIGN_OR_RETURN(HeadState state, Parse(file->payload(), path));
  return std::unique_ptr<OutsideHead>(new OutsideHead(std::move(file), std::move(state)));
}

void OutsideHead::Advance(uint64_t number, absl::Time noted_at) {
  absl::MutexLock lock(&mutex_);
  if (number <= state_.number) {
    return;
  }
  HeadState next = state_;
  next.number = number;
  next.noted_at = std::max(next.noted_at, noted_at);
  // A disk that refuses leaves a number that is still true.
  if (file_->Write(Format(next))) {
    state_ = std::move(next);
  }
}

void OutsideHead::Sync() { file_->Sync(); }

}  // namespace fleetca::store
