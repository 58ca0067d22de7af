#include "store/rocksdb/head_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

class HeadFileTest : public ::testing::Test {
 protected:
  void Advance(uint64_t number) {
    absl::StatusOr<std::unique_ptr<HeadFile>> head = HeadFile::Open(folder_);
    ASSERT_TRUE(head.ok()) << head.status();
    (*head)->Advance(number);
  }

  uint64_t Number() {
    const absl::StatusOr<std::unique_ptr<HeadFile>> head = HeadFile::Open(folder_);
    EXPECT_TRUE(head.ok()) << head.status();
    return head.ok() ? (*head)->number() : ~uint64_t{0};
  }

  void FlipByte(std::streamoff at) {
    std::fstream file(HeadFile::PathIn(folder_), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int octet = file.get();
    file.seekp(at);
    file.put(static_cast<char>(octet ^ 1));
    ASSERT_TRUE(file.good());
  }

  void ExpectRefused() {
    const absl::Status status = HeadFile::Open(folder_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(HeadFileTest, OnlyRises) {
  ASSERT_TRUE(HeadFile::Create(folder_).ok());
  EXPECT_EQ(Number(), 0u);
  for (const uint64_t number : {5, 4, 7, 0, 7}) {
    Advance(number);
  }
  EXPECT_EQ(Number(), 7u);
}

TEST_F(HeadFileTest, ManyThreadsLeaveTheHighest) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kNumbers = 500;
  {
    const absl::StatusOr<std::unique_ptr<HeadFile>> head = HeadFile::Create(folder_);
    ASSERT_TRUE(head.ok()) << head.status();
    std::vector<std::thread> threads;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&head, thread] {
        for (uint64_t number = 1; number <= kNumbers; ++number) {
          (*head)->Advance(number * kThreads + thread);
          EXPECT_GE((*head)->number(), number * kThreads + thread);
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
  EXPECT_EQ(Number(), kNumbers * kThreads + kThreads - 1);
}

TEST_F(HeadFileTest, ATornWriteLeavesTheNumberBefore) {
  ASSERT_TRUE(HeadFile::Create(folder_).ok());
  Advance(5);  // In the second slot.
  Advance(6);  // In the first.
  FlipByte(3);
  EXPECT_EQ(Number(), 5u);
  Advance(8);
  EXPECT_EQ(Number(), 8u);
}

TEST_F(HeadFileTest, MissingOrDamagedIsRefused) {
  ExpectRefused();
  ASSERT_TRUE(HeadFile::Create(folder_).ok());
  FlipByte(3);
  FlipByte(4096);
  ExpectRefused();
  std::filesystem::resize_file(HeadFile::PathIn(folder_), 0);
  ExpectRefused();
}

}  // namespace
}  // namespace fleetca::store
