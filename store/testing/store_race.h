// What the contract tests of concurrent writers share.
#ifndef FLEETCA_STORE_TESTING_STORE_RACE_H_
#define FLEETCA_STORE_TESTING_STORE_RACE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "store/testing/store_contract.h"

namespace fleetca::store {

inline constexpr int kThreads = 8;
inline constexpr int kRounds = 10;

class StoreRaceTest : public StoreContractTest {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    if (absl::string_view(GetParam().name) == "RocksDb") {
      GTEST_SKIP() << "ThreadSanitizer does not see how Debian's RocksDB hands writers over";
    }
#endif
    StoreContractTest::SetUp();
    if (GetParam().open_another != nullptr) {
      another_ = GetParam().open_another(*store_);
    }
  }

  // Every second thread has the other handle, where there is one.
  Store& StoreOf(int thread) {
    return another_ != nullptr && thread % 2 == 1 ? *another_ : *store_;
  }

  // All threads write at once what `run` makes them, with a number that none of the others has.
  void Race(const std::function<void(Store&, uint64_t)>& run) {
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        ++ready;
        while (ready < kThreads) {
        }
        run(StoreOf(thread), next_ + static_cast<uint64_t>(thread));
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    next_ += kThreads;
  }

  std::unique_ptr<Store> another_;
  uint64_t next_ = 1000;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_STORE_RACE_H_
