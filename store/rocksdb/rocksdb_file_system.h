// Files for their owner alone. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_FILE_SYSTEM_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_FILE_SYSTEM_H_

#include <rocksdb/env.h>

#include <string>

namespace fleetca::store {

// The system's, but what it makes has mode 0600 whatever the umask is, which is the process's and
// not to be changed for a moment. Lives for ever.
rocksdb::Env* OwnerOnlyEnv();

// The same for the files that are in the folder already. Those that cannot be changed stay.
void KeepForOwner(const std::string& folder);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_FILE_SYSTEM_H_
