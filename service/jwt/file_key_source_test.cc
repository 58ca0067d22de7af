#include "service/jwt/file_key_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/file_watcher.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::TestKey;

constexpr absl::Duration kPatience = absl::Seconds(20);

class FileKeySourceTest : public ::testing::Test {
 protected:
  static std::string Keys(absl::string_view kid) {
    return MakeJwks({MakeJwk(TestKey::OfType(KeyType::kP256), kid)});
  }
  void Write(absl::string_view text) { FLEETCA_ASSERT_OK(WriteFileAtomic(path_, text, 0644)); }

  static bool WaitForKey(FileKeySource& source, absl::string_view kid) {
    const absl::Time end = absl::Now() + kPatience;
    while (source.Keys()->Find(kid) == nullptr) {
      if (absl::Now() > end) {
        return false;
      }
      absl::SleepFor(absl::Milliseconds(1));
    }
    return true;
  }

  testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/jwks.json";
  const std::unique_ptr<FileWatcher> watcher_ = *FileWatcher::Start(absl::Milliseconds(2));
};

TEST_F(FileKeySourceTest, FollowsTheFile) {
  Write(Keys("a"));
  FileKeySource source(path_, *watcher_);
  const std::shared_ptr<const JwkSet> before = source.Keys();
  EXPECT_NE(before->Find("a"), nullptr);
  EXPECT_EQ(source.Keys(), before);
  Write(Keys("b"));
  EXPECT_TRUE(WaitForKey(source, "b"));
  EXPECT_EQ(source.Keys()->Find("a"), nullptr);
  // Who took the keys keeps them.
  EXPECT_NE(before->Find("a"), nullptr);
}

TEST_F(FileKeySourceTest, AWrongFileKeepsTheKeysBefore) {
  Write(Keys("a"));
  FileKeySource source(path_, *watcher_);
  for (const absl::string_view wrong : {"{", "", "{}"}) {
    Write(wrong);
    absl::SleepFor(absl::Milliseconds(30));
    EXPECT_NE(source.Keys()->Find("a"), nullptr);
  }
  std::filesystem::remove(path_);
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_NE(source.Keys()->Find("a"), nullptr);
  Write(Keys("b"));
  EXPECT_TRUE(WaitForKey(source, "b"));
  // A set without keys is a right one: the issuer has withdrawn them.
  Write(R"({"keys":[]})");
  const absl::Time end = absl::Now() + kPatience;
  while (source.Keys()->size() != 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(source.Keys()->size(), 0u);
}

TEST_F(FileKeySourceTest, ASetInAnotherOrderIsNoNews) {
  const std::string odd = R"({"kty":"oct","k":"AA"})";
  const std::string key = MakeJwk(TestKey::OfType(KeyType::kP256), "a");
  const auto wait_for_other = [](FileKeySource& source, const JwkSet* before) {
    const absl::Time end = absl::Now() + kPatience;
    while (source.Keys().get() == before && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    return source.Keys().get() != before;
  };
  ::testing::internal::CaptureStderr();
  Write(MakeJwks({odd, key}));
  {
    FileKeySource source(path_, *watcher_);
    const std::shared_ptr<const JwkSet> before = source.Keys();
    Write(MakeJwks({key, odd}));
    EXPECT_TRUE(wait_for_other(source, before.get()));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  const size_t line = log.find("keys[0] is of kind oct; RSA and EC are taken");
  EXPECT_NE(line, std::string::npos) << log;
  EXPECT_EQ(log.find("is of kind oct", line + 16), std::string::npos) << log;
}

TEST_F(FileKeySourceTest, BeginsWithoutAFileAndTakesItWhenItComes) {
  FileKeySource source(path_, *watcher_);
  EXPECT_EQ(source.Keys()->size(), 0u);
  Write(R"({"keys":{}})");
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_EQ(source.Keys()->size(), 0u);
  Write(Keys("a"));
  EXPECT_TRUE(WaitForKey(source, "a"));
}

}  // namespace
}  // namespace fleetca::service
