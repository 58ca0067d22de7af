// Where RocksDB's own warnings go. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_LOG_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_LOG_H_

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace fleetca::store {

// A logger of warnings and worse to `path`, which becomes `path`.old at 1 MiB. Lines that cannot be
// written are dropped: RocksDB's own file logger ends the process at the line after one that a full
// disk did not take. Never null; without the file it logs nothing.
std::shared_ptr<rocksdb::Logger> MakeRocksDbLog(const std::string& path);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_LOG_H_
