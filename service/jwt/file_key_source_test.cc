#include "service/jwt/file_key_source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "service/jwt/token_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::TestKey;

class FileKeySourceTest : public ::testing::Test {
 protected:
  static std::string Keys(absl::string_view kid) {
    return MakeJwks({MakeJwk(TestKey::OfType(KeyType::kP256), kid)});
  }
  void Write(absl::string_view text) { FLEETCA_ASSERT_OK(WriteFileAtomic(path_, text, 0644)); }

  testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/jwks.json";
};

TEST_F(FileKeySourceTest, FollowsTheFile) {
  Write(Keys("a"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<FileKeySource> source,
                               FileKeySource::Create(path_));
  const std::shared_ptr<const JwkSet> before = source->Keys();
  EXPECT_NE(before->Find("a"), nullptr);
  EXPECT_EQ(source->Keys(), before);
  Write(Keys("b"));
  EXPECT_EQ(source->Keys()->Find("a"), nullptr);
  EXPECT_NE(source->Keys()->Find("b"), nullptr);
  // Who took the keys keeps them.
  EXPECT_NE(before->Find("a"), nullptr);
}

TEST_F(FileKeySourceTest, AWrongFileKeepsTheKeysBefore) {
  Write(Keys("a"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<FileKeySource> source,
                               FileKeySource::Create(path_));
  Write("{");
  EXPECT_NE(source->Keys()->Find("a"), nullptr);
  std::filesystem::remove(path_);
  EXPECT_NE(source->Keys()->Find("a"), nullptr);
  Write(Keys("b"));
  EXPECT_NE(source->Keys()->Find("b"), nullptr);
  // A set without keys is a right one: the issuer has withdrawn them.
  Write(R"({"keys":[]})");
  EXPECT_EQ(source->Keys()->size(), 0u);
}

TEST_F(FileKeySourceTest, StartsWithARightFileAlone) {
  EXPECT_THAT(FileKeySource::Create(path_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  Write(R"({"keys":[{}]})");
  EXPECT_THAT(FileKeySource::Create(path_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

}  // namespace
}  // namespace fleetca::service
