#include "base/file_watcher.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

// Contents that never stand still, and a count of the looks.
std::unique_ptr<WatchedFiles> Counted(std::atomic<int>* looks) {
  return std::make_unique<WatchedFiles>(
      "a counter", std::vector<WatchedFile>{{"/nowhere"}},
      [](absl::Span<const SecretBytes>) { return absl::OkStatus(); },
      [looks](absl::Span<const WatchedFile>) -> absl::StatusOr<std::vector<SecretBytes>> {
        std::vector<SecretBytes> contents;
        contents.emplace_back(absl::StrCat(++*looks));
        return contents;
      });
}

void WaitForMore(const std::atomic<int>& looks) {
  const int before = looks;
  for (int i = 0; i < 10000 && looks <= before; ++i) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_GT(looks, before);
}

TEST(FileWatcherTest, LooksAtAllUntilTheyEnd) {
  std::atomic<int> first_looks = 0;
  std::atomic<int> second_looks = 0;
  auto watcher = FileWatcher::Start(absl::Milliseconds(1));
  FLEETCA_ASSERT_OK(watcher.status());
  std::unique_ptr<WatchedFiles> first = Counted(&first_looks);
  const std::unique_ptr<WatchedFiles> second = Counted(&second_looks);
  (*watcher)->Watch(*first);
  (*watcher)->Watch(*second);
  WaitForMore(first_looks);
  WaitForMore(second_looks);
  first.reset();
  const int last = first_looks;
  WaitForMore(second_looks);
  WaitForMore(second_looks);
  EXPECT_EQ(first_looks, last);
}

TEST(FileWatcherTest, EndsBetweenTwoLooks) {
  const absl::Time start = absl::Now();
  { FLEETCA_ASSERT_OK(FileWatcher::Start(absl::Hours(1)).status()); }
  EXPECT_LT(absl::Now() - start, absl::Minutes(1));
}

}  // namespace
}  // namespace fleetca
