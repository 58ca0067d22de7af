#include "store/rocksdb_folder.h"

#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "store/folder.h"
#include "store/keys.h"
#include "store/rocksdb_clock.h"
#include "store/witness.h"

namespace fleetca::store {
namespace {

std::string DatabaseFolder(const DatabaseOptions& options) {
  return absl::StrCat(options.path, "/rocksdb");
}

absl::Status Corrupt(const DatabaseOptions& options, absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, Reason::kStoreCorrupt, "",
                   absl::StrCat("the store in ", options.path, " ", what,
                                "; restore the whole folder from a backup"));
}

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) || error;
}

absl::StatusOr<Witness> MakeWitness() {
  Witness witness;
  char instance_id[sizeof(witness.instance_id)];
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(instance_id)));
  std::memcpy(&witness.instance_id, instance_id, sizeof(instance_id));
  witness.created = absl::FromUnixSeconds(absl::ToUnixSeconds(Clock::System().Now()));
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
  if (!status.ok() || described != FormatWitness(witness)) {
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
  return database;
}

absl::Status OpenFinished(const DatabaseOptions& options, const Witness& witness,
                          StoreFolder& folder) {
  folder.instance_id = witness.instance_id;
  FLEETCA_ASSIGN_OR_RETURN(folder.head, HeadFile::Open(options.path));
  FLEETCA_ASSIGN_OR_RETURN(folder.database, OpenAndCheck(options, witness, *folder.head));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<int64_t> mark, ReadMark(*folder.database));
  folder.latest_mark = mark.value_or(0);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreFolder> OpenStoreFolder(const DatabaseOptions& options) {
  StoreFolder folder;
  FLEETCA_RETURN_IF_ERROR(MakeFolder(options.path));
  FLEETCA_ASSIGN_OR_RETURN(folder.lock, FolderLock::Acquire(options.path));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<Witness> witness, ReadWitness(options.path));
  if (!witness.has_value()) {
    FLEETCA_RETURN_IF_ERROR(Create(options, folder));
  } else if (witness->finished) {
    FLEETCA_RETURN_IF_ERROR(OpenFinished(options, *witness, folder));
  } else {
    FLEETCA_RETURN_IF_ERROR(FinishInterrupted(options, *witness, folder));
  }
  return folder;
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
