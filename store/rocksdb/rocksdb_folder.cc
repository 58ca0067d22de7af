#include "store/rocksdb/rocksdb_folder.h"

#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "store/records/keys.h"
#include "store/rocksdb/expected_store.h"
#include "store/rocksdb/folder.h"
#include "store/rocksdb/rocksdb_clock.h"
#include "store/rocksdb/rocksdb_prune.h"
#include "store/rocksdb/rocksdb_revocations.h"
#include "store/rocksdb/witness.h"

namespace fleetca::store {
namespace {

std::string DatabaseFolder(const DatabaseOptions& options) {
  return absl::StrCat(options.path, "/rocksdb");
}

absl::Status Corrupt(const DatabaseOptions& options, absl::string_view what) {
  return DataLoss(Reason::kStoreCorrupt, absl::StrCat("the store in ", options.path, " ", what,
                                                      "; restore the whole folder from a backup"));
}

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) || error;
}

absl::StatusOr<Witness> MakeWitness() {
  Witness witness;
  char instance_id[sizeof(witness.instance_id)];
  do {
    FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(instance_id)));
    // 0 stands in the serial numbers of what was issued without a store.
  } while (instance_id[0] == 0 && instance_id[1] == 0);
  std::memcpy(&witness.instance_id, instance_id, sizeof(instance_id));
  witness.created = FloorToSecond(Clock::System().Now());
  return witness;
}

// Writes an entry of the database's description.
absl::Status Describe(const DatabaseOptions& options, const Database& database,
                      absl::string_view key, absl::string_view value) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status =
      database.db().Put(synced, database.description(), AsSlice(key), AsSlice(value));
  if (!status.ok()) {
    return Unavailable(
        Reason::kStoreUnavailable,
        absl::StrCat("cannot write to the store in ", options.path, ": ", status.ToString()));
  }
  return absl::OkStatus();
}

// The names under kFamiliesKey.
absl::StatusOr<std::string> ReadFamilies(const Database& database) {
  std::string families;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.description(), kFamiliesKey, &families);
  if (!status.ok() && !status.IsNotFound()) {
    return ReadError(status);
  }
  return families;
}

std::string AllFamilies() {
  std::string families;
  for (const LaterFamily& later : kLaterFamilies) {
    absl::StrAppend(&families, later.name, "\n");
  }
  return families;
}

// Makes the head and the database, and last says in the witness that they are there. Cut short, it
// starts again at the next opening.
absl::Status Finish(const DatabaseOptions& options, Witness witness, StoreFolder& folder) {
  FLEETCA_ASSIGN_OR_RETURN(folder.head, HeadFile::Create(options.path));
  FLEETCA_ASSIGN_OR_RETURN(folder.database, Database::Create(options, DatabaseFolder(options)));
  witness.finished = true;
  FLEETCA_RETURN_IF_ERROR(Describe(options, *folder.database, kFamiliesKey, AllFamilies()));
  FLEETCA_RETURN_IF_ERROR(Describe(options, *folder.database, kWitnessKey, FormatWitness(witness)));
  return WriteWitness(options.path, witness);
}

absl::Status Create(const DatabaseOptions& options, StoreFolder& folder) {
  if (Exists(DatabaseFolder(options)) || Exists(HeadFile::PathIn(options.path))) {
    return Corrupt(options, "has lost the file fleetca.store, which is made before all others");
  }
  FLEETCA_ASSIGN_OR_RETURN(const Witness witness, MakeWitness());
  FLEETCA_RETURN_IF_ERROR(WriteWitness(options.path, witness));
  folder.instance_id = witness.instance_id;
  return Finish(options, witness, folder);
}

absl::Status FinishInterrupted(const DatabaseOptions& options, const Witness& witness,
                               StoreFolder& folder) {
  const absl::StatusOr<std::unique_ptr<HeadFile>> head = HeadFile::Open(options.path);
  if (head.ok() && (*head)->number() > 0) {
    return Corrupt(options, "holds records, but fleetca.store says that it was never finished");
  }
  folder.instance_id = witness.instance_id;
  return Finish(options, witness, folder);
}

// Makes the families that came after the release that made the database, and then notes that they
// are there. A family that is missing though it was noted was lost: a MANIFEST that ends early
// looks like that of an earlier release. (The release that brought join tokens noted nothing, but
// left a time mark with each write.)
absl::Status AddMissingFamilies(const DatabaseOptions& options, Database& database) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string noted, ReadFamilies(database));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<int64_t> mark, ReadMark(database));
  for (const LaterFamily& later : kLaterFamilies) {
    if (database.family(later.family) != nullptr) {
      continue;
    }
    if (absl::StrContains(noted, absl::StrCat(later.name, "\n")) ||
        (later.family == Family::kTokens && mark.has_value())) {
      return Corrupt(options, absl::StrCat("has lost its ", later.holds));
    }
    FLEETCA_RETURN_IF_ERROR(database.CreateFamily(later.family));
  }
  return noted == AllFamilies() ? absl::OkStatus()
                                : Describe(options, database, kFamiliesKey, AllFamilies());
}

absl::StatusOr<std::unique_ptr<Database>> OpenAndCheck(const DatabaseOptions& options,
                                                       const Witness& witness,
                                                       const HeadFile& head) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                           Database::Open(options, DatabaseFolder(options)));
  std::string described;
  const rocksdb::Status status =
      database->db().Get(rocksdb::ReadOptions(), database->description(), kWitnessKey, &described);
  if (!status.ok() && !status.IsNotFound()) {
    return ReadError(status);
  }
  if (described != FormatWitness(witness)) {
    return Corrupt(options, "has a database that its fleetca.store was not written for");
  }
  const uint64_t acknowledged = head.number();
  const uint64_t found = database->db().GetLatestSequenceNumber();
  if (found < acknowledged) {
    return Corrupt(options,
                   absl::StrCat("acknowledged write ", acknowledged, " but comes back with ", found,
                                ": the end of its log is missing"));
  }
  FLEETCA_RETURN_IF_ERROR(AddMissingFamilies(options, *database));
  FLEETCA_RETURN_IF_ERROR(ReadPruneMark(*database, *options.cutoff));
  return database;
}

// nullopt in a database of a release that kept no head outside, or of a store that has none.
absl::StatusOr<std::optional<StoreHistory>> ReadStoreHistory(const Database& database) {
  std::string value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.description(), kHistoryKey, &value);
  if (status.IsNotFound()) {
    return std::nullopt;
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  FLEETCA_ASSIGN_OR_RETURN(StoreHistory history, DecodeStoreHistory(value));
  return history;
}

absl::Status OpenFinished(const DatabaseOptions& options, const Witness& witness,
                          StoreFolder& folder) {
  folder.instance_id = witness.instance_id;
  FLEETCA_ASSIGN_OR_RETURN(folder.head, HeadFile::Open(options.path));
  FLEETCA_ASSIGN_OR_RETURN(folder.database, OpenAndCheck(options, witness, *folder.head));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<int64_t> mark, ReadMark(*folder.database));
  folder.latest_mark = mark.value_or(0);
  FLEETCA_ASSIGN_OR_RETURN(folder.feed, ReadFeedState(*folder.database));
  FLEETCA_ASSIGN_OR_RETURN(folder.history, ReadStoreHistory(*folder.database));
  return absl::OkStatus();
}

absl::StatusOr<ExpectedStore> ReadExpected(const DatabaseOptions& options) {
  ExpectedStore expected{
      .folder = options.path, .head_file = options.head_file, .new_store = options.new_store};
  absl::StatusOr<std::optional<HeadState>> head = OutsideHead::Read(options.head_file);
  if (GetReason(head.status()) == Reason::kStoreCorrupt) {
    return expected.Damaged();
  }
  FLEETCA_ASSIGN_OR_RETURN(expected.head, std::move(head));
  return expected;
}

// Says which field of the configuration a head that cannot be written is about.
absl::Status ExplainHead(const absl::Status& status) {
  return Annotate(status, "store.head_file has to be a path that the server may write");
}

// Joins the store to its head. The head is there before the history and says "made" after it, so
// that this may be cut short anywhere and goes on at the next opening.
absl::Status Join(const DatabaseOptions& options, const ExpectedStore& expected,
                  StoreFolder& folder) {
  HeadState head = expected.head.value_or(HeadState());
  if (!expected.head.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(head.id, MakeStoreId());
    FLEETCA_RETURN_IF_ERROR(ExplainHead(OutsideHead::Write(options.head_file, head)));
  }
  if (!folder.history.has_value()) {
    folder.history = StoreHistory{.id = head.id, .epoch = head.epoch};
    FLEETCA_RETURN_IF_ERROR(WriteStoreHistory(options, *folder.database, *folder.history));
  }
  if (!head.made) {
    head.made = true;
    head.number = folder.database->db().GetLatestSequenceNumber();
    head.noted_at = absl::FromUnixMillis(folder.latest_mark);
    FLEETCA_RETURN_IF_ERROR(ExplainHead(OutsideHead::Write(options.head_file, head)));
  }
  absl::StatusOr<std::unique_ptr<OutsideHead>> outside = OutsideHead::Open(options.head_file);
  if (!outside.ok()) {
    return ExplainHead(outside.status());
  }
  folder.outside = *std::move(outside);
  return absl::OkStatus();
}

// Whether the folder has nothing of a store, as a new one's, or an unmounted volume's.
absl::StatusOr<bool> HasNoStore(const DatabaseOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<Witness> witness, ReadWitness(options.path));
  return witness.has_value()
             ? !witness->finished
             : !Exists(DatabaseFolder(options)) && !Exists(HeadFile::PathIn(options.path));
}

}  // namespace

absl::StatusOr<StoreFolder> OpenStoreFolder(const DatabaseOptions& options) {
  bool made_new = false;
  if (options.head_file.empty()) {
    return OpenAnyStoreFolder(options, &made_new);
  }
  // Before a folder is made or locked: in an unmounted volume's place nothing is to be left.
  FLEETCA_ASSIGN_OR_RETURN(const ExpectedStore expected, ReadExpected(options));
  FLEETCA_ASSIGN_OR_RETURN(const bool has_none, HasNoStore(options));
  if (has_none) {
    FLEETCA_RETURN_IF_ERROR(expected.CheckMayBeMade());
  }
  FLEETCA_ASSIGN_OR_RETURN(StoreFolder folder, OpenAnyStoreFolder(options, &made_new));
  if (!made_new) {
    FLEETCA_RETURN_IF_ERROR(
        expected.CheckFound(folder.history, folder.database->db().GetLatestSequenceNumber()));
  }
  FLEETCA_RETURN_IF_ERROR(Join(options, expected, folder));
  return folder;
}

absl::StatusOr<StoreFolder> OpenAnyStoreFolder(const DatabaseOptions& options, bool* made_new) {
  StoreFolder folder;
  FLEETCA_RETURN_IF_ERROR(MakeFolder(options.path));
  FLEETCA_ASSIGN_OR_RETURN(folder.lock, FolderLock::Acquire(options.path));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<Witness> witness, ReadWitness(options.path));
  *made_new = !witness.has_value() || !witness->finished;
  if (!witness.has_value()) {
    FLEETCA_RETURN_IF_ERROR(Create(options, folder));
  } else if (witness->finished) {
    FLEETCA_RETURN_IF_ERROR(OpenFinished(options, *witness, folder));
  } else {
    FLEETCA_RETURN_IF_ERROR(FinishInterrupted(options, *witness, folder));
  }
  return folder;
}

absl::Status WriteStoreHistory(const DatabaseOptions& options, const Database& database,
                               const StoreHistory& history) {
  return Describe(options, database, kHistoryKey, EncodeStoreHistory(history));
}

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseOptions& options,
                                                       const HeadFile& head) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<Witness> witness, ReadWitness(options.path));
  if (!witness.has_value() || !witness->finished) {
    return Corrupt(options, "has lost its file fleetca.store");
  }
  return OpenAndCheck(options, *witness, head);
}

}  // namespace fleetca::store
