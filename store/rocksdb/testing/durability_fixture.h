// A store on a disk of its own, written by a process that is killed.
#ifndef FLEETCA_STORE_ROCKSDB_TESTING_DURABILITY_FIXTURE_H_
#define FLEETCA_STORE_ROCKSDB_TESTING_DURABILITY_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/store.h"
#include "store/testing/durability_driver.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::testing {

class DurabilityFixture : public ::testing::Test {
 protected:
  explicit DurabilityFixture(uint32_t seed) : random_(seed) {
    std::filesystem::create_directories(watched_);
    std::filesystem::create_directories(shim_folder_);
  }

  std::unique_ptr<store::Store> Open() {
    store::RocksDbOptions options;
    options.path = folder_;
    options.memtable_bytes = size_t{1} << 20;
    absl::StatusOr<std::unique_ptr<store::Store>> store = store::OpenRocksDbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Sends the driver `command`, takes up to `most` of its answers, kills it and takes the answers
  // that are left. Note gets each answer.
  void CommandAndKill(store::DurabilityDriver& driver, const std::string& command, int most) {
    ASSERT_EQ(driver.Read(), "open");
    driver.Send(command);
    std::uniform_int_distribution<int> answers(1, most);
    for (int left = answers(random_); left > 0; --left) {
      ASSERT_NO_FATAL_FAILURE(Note(driver.Read()));
    }
    driver.Kill();
    for (std::string line = driver.Read(); !line.empty(); line = driver.Read()) {
      ASSERT_NO_FATAL_FAILURE(Note(line));
    }
  }

  // Keeps what the answer acknowledges. A fatal failure when it is not an acknowledgement.
  virtual void Note(const std::string& line) = 0;

  // Tells the shim what the disk does from now on.
  void SetControl(absl::string_view text) {
    const std::string path = shim_folder_ + "/control";
    std::ofstream(path + ".new") << text;
    std::filesystem::rename(path + ".new", path);
  }

  static uint64_t FirstOfRound(int round) { return static_cast<uint64_t>(round + 1) * 1000000; }

  const TemporaryFolder temporary_;
  const std::string base_ = temporary_.path();
  const std::string watched_ = base_ + "/disk";
  const std::string shim_folder_ = base_ + "/shim";
  const std::string folder_ = watched_ + "/store";
  std::mt19937 random_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_STORE_ROCKSDB_TESTING_DURABILITY_FIXTURE_H_
