// A RocksDB store that is gone with the benchmark.
#ifndef FLEETCA_BENCH_TEMPORARY_STORE_H_
#define FLEETCA_BENCH_TEMPORARY_STORE_H_

#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "bench/check.h"
#include "store/rocksdb/rocksdb_store.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::bench {

// Where stores are measured: $FLEETCA_BENCH_DIR, or else /var/tmp, as /tmp may be memory.
inline std::string StoreParent() {
  const char* const chosen = std::getenv("FLEETCA_BENCH_DIR");
  const char* const folder = chosen != nullptr ? chosen : "/var/tmp";
  if (access(folder, W_OK | X_OK) != 0) {
    std::fprintf(stderr,
                 "No store can be made in the folder \"%s\": %s. Set FLEETCA_BENCH_DIR to a folder "
                 "on the disk that is to be measured.\n",
                 folder, std::strerror(errno));
    std::exit(EXIT_FAILURE);
  }
  return folder;
}

// In a folder of its own, with the options that the server uses.
class TemporaryRocksDb {
 public:
  TemporaryRocksDb() {
    store::RocksDbOptions options;
    options.path = folder_.path() + "/store";
    store_ = OrDie(store::OpenRocksDbStore(options), "OpenRocksDbStore");
  }

  store::Store* get() { return store_.get(); }

 private:
  const testing::TemporaryFolder folder_{StoreParent()};
  std::unique_ptr<store::Store> store_;
};

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_TEMPORARY_STORE_H_
