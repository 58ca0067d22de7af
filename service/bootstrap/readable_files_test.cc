#include "service/bootstrap/readable_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "base/durable_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

bool Has(const std::vector<std::string>& paths, const std::string& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

TEST(FilesToFetchWithTest, NoneWhereNoKeysAreFetched) {
  TokenIssuerConfig by_file;
  by_file.jwks_file = "/etc/fleetca/ci.jwks.json";
  EXPECT_TRUE(FilesToFetchWith({}).empty());
  EXPECT_TRUE(FilesToFetchWith({by_file}).empty());
}

TEST(FilesToFetchWithTest, NamesRootsAndTheIssuersOwnRoots) {
  TokenIssuerConfig by_url;
  by_url.jwks_url = "https://ci.example/jwks";
  by_url.jwks_ca_file = "/etc/fleetca/ci-roots.pem";
  const std::vector<std::string> paths = FilesToFetchWith({by_url, by_url});
  EXPECT_TRUE(Has(paths, "/etc/resolv.conf"));
  EXPECT_TRUE(Has(paths, "/etc/ssl/certs"));
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "/etc/fleetca/ci-roots.pem"), 1);
  // Folders where a CA key may be.
  for (const char* wide : {"/", "/etc", "/etc/ssl", "/etc/fleetca", "/usr", "/var", "/run"}) {
    EXPECT_FALSE(Has(paths, wide)) << wide;
  }
}

TEST(FilesAtStartTest, AFileThatIsReplacedComesOrGoesIsFound) {
  const testing::TemporaryFolder folder;
  const std::string one = folder.path() + "/resolv.conf";
  const std::string other = folder.path() + "/hosts";
  FLEETCA_ASSERT_OK(WriteNewFile(one, "nameserver 192.0.2.1\n", 0644));
  const FilesAtStart files({folder.path(), one, other});
  EXPECT_EQ(files.FindReplaced(), "");
  FLEETCA_ASSERT_OK(WriteNewFile(other, "", 0644));
  EXPECT_EQ(files.FindReplaced(), other);
  std::remove(other.c_str());
  EXPECT_EQ(files.FindReplaced(), "");
  FLEETCA_ASSERT_OK(WriteFileAtomic(one, "nameserver 192.0.2.2\n", 0644));
  EXPECT_EQ(files.FindReplaced(), one);
  std::remove(one.c_str());
  EXPECT_EQ(files.FindReplaced(), one);
}

}  // namespace
}  // namespace fleetca::service
