#include "store/rocksdb/expected_store.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/time_text.h"

namespace fleetca::store {
namespace {

constexpr absl::string_view kAcceptLoss =
    "; if what is missing cannot be had back, run `fleetca store restore --accept-loss --config "
    "FILE`, which revokes every join token and every one-use JWT from before";

absl::Status Refused(absl::string_view message) {
  return FailedPrecondition(Reason::kStoreRefused, message);
}

}  // namespace

absl::Status ExpectedStore::CheckMayBeMade() const {
  if (!head.has_value()) {
    return new_store
               ? absl::OkStatus()
               : Refused(absl::StrCat(
                     "there is no store in ", folder, ", and no ", head_file,
                     " that says that there was none before; if this CA is new, start it with "
                     "`fleetca serve --new-store` once, else mount or restore the store"));
  }
  if (!head->made) {
    return absl::OkStatus();
  }
  return Refused(
      absl::StrCat("the store in ", folder, " is gone: ", head_file,
                   " says that it was there, with its last write at ", TimeToText(head->noted_at),
                   "; mount its volume, or restore the folder from the newest copy", kAcceptLoss));
}

absl::Status ExpectedStore::CheckFound(const std::optional<StoreHistory>& history,
                                       uint64_t number) const {
  if (!head.has_value()) {
    // The release that made it kept no head outside: it gets one now.
    if (!history.has_value()) {
      return absl::OkStatus();
    }
    return Refused(absl::StrCat("the file ", head_file,
                                " is missing, so that nothing tells "
                                "whether the store in ",
                                folder,
                                " is the newest copy; put the file back, or set store.head_file "
                                "to where it was moved",
                                kAcceptLoss));
  }
  if (!history.has_value()) {
    return head->made ? Refused(absl::StrCat(
                            "the store in ", folder, " is older than the one that ", head_file,
                            " speaks of, whose last write was at ", TimeToText(head->noted_at),
                            "; restore the newest copy of the folder", kAcceptLoss))
                      : absl::OkStatus();
  }
  if (history->id != head->id) {
    return Refused(absl::StrCat(
        "the store in ", folder, " is not the one that ", head_file,
        " speaks of: it belongs to another CA, or it was restored over since; put the folder and "
        "the file back that belong together",
        kAcceptLoss));
  }
  if (head->made && number < head->number) {
    return Refused(absl::StrCat("the store in ", folder, " is an older copy: its last write is ",
                                number, ", and ", head_file, " speaks of write ", head->number,
                                " at ", TimeToText(head->noted_at),
                                "; restore the newest copy of the folder", kAcceptLoss));
  }
  return absl::OkStatus();
}

absl::Status ExpectedStore::Damaged() const {
  return Refused(absl::StrCat(
      "the file ", head_file,
      " is damaged, so that nothing tells whether "
      "the store in ",
      folder, " is the newest copy; put a copy of the file back that is as new", kAcceptLoss));
}

}  // namespace fleetca::store
