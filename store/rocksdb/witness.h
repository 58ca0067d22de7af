// The file beside the database that says that there is one.
#ifndef FLEETCA_STORE_ROCKSDB_WITNESS_H_
#define FLEETCA_STORE_ROCKSDB_WITNESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::store {

// RocksDB opens a folder whose files are gone as an empty database. The witness, `fleetca.store`,
// stands outside the database's files and tells "never made" from "lost". It is written twice, so
// that creation may be cut short anywhere: once before the database is made, as unfinished (no
// record can have been accepted yet: start again), and once after it.
struct Witness {
  uint16_t instance_id = 0;
  absl::Time created;  // to the second
  bool finished = false;

  friend bool operator==(const Witness&, const Witness&) = default;
};

// Where the file is in the store's folder.
std::string WitnessPathIn(const std::string& folder);

// The file's text.
std::string FormatWitness(const Witness& witness);
// DATA_LOSS kStoreCorrupt when FormatWitness did not write it; FAILED_PRECONDITION kFileInvalid
// when that of a newer release did. `path` is for the message.
absl::StatusOr<Witness> ParseWitness(absl::string_view text, absl::string_view path);

// nullopt when the folder has none.
absl::StatusOr<std::optional<Witness>> ReadWitness(const std::string& folder);
absl::Status WriteWitness(const std::string& folder, const Witness& witness);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_WITNESS_H_
