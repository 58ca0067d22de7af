#include "bench/loadgen/csr_pool_file.h"

#include <sys/stat.h>

#include <set>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "client/issued.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::loadgen {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsOk;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

CsrPoolSpec Spec() {
  return {
      .key = KeyType::kP256, .size = 5, .name_prefix = "spiffe://fleet.test/svc/load-", .names = 3};
}

CsrPool Make(const CsrPoolSpec& spec) {
  absl::StatusOr<CsrPool> pool = MakeCsrPool(spec, [](size_t, size_t) {});
  EXPECT_THAT(pool, IsOk());
  return *std::move(pool);
}

TEST(CsrPoolTest, KeysAreDistinctAndFitTheCsrs) {
  const CsrPool pool = Make(Spec());
  std::set<std::string> keys;
  for (size_t i = 0; i < pool.entries.size(); ++i) {
    const auto spki = client::CsrPublicKey(pool.entries[i].csr_der);
    ASSERT_THAT(spki, IsOk());
    keys.insert(std::string(*spki));
    const auto key = DecodePrivateKey(PoolPrivateKeyPem(pool, i), SecretBytes());
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(*EncodePublicKey(key->get()), *spki);
  }
  EXPECT_EQ(keys.size(), 5u);
  EXPECT_EQ(PoolName(pool.spec, 4), "URI:spiffe://fleet.test/svc/load-1");
}

TEST(CsrPoolFileTest, GoesRound) {
  const CsrPool pool = Make(Spec());
  const auto again = DecodeCsrPool(EncodeCsrPool(pool), Spec());
  ASSERT_THAT(again, IsOk());
  ASSERT_TRUE(again->has_value());
  EXPECT_EQ((*again)->spec, pool.spec);
  EXPECT_EQ((*again)->entries, pool.entries);
}

TEST(CsrPoolFileTest, EveryDamageIsNoticed) {
  const std::string good = EncodeCsrPool(Make(Spec()));
  for (size_t i = 0; i < good.size(); i += 7) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    EXPECT_THAT(DecodeCsrPool(bad, Spec()), IsError(kFailedPrecondition, Reason::kFileInvalid))
        << i;
  }
  for (size_t size = 0; size < good.size(); size += 11) {
    EXPECT_THAT(DecodeCsrPool(good.substr(0, size), Spec()),
                IsError(kFailedPrecondition, Reason::kFileInvalid))
        << size;
  }
}

TEST(CsrPoolFileTest, AnotherSpecIsAnotherPool) {
  const std::string bytes = EncodeCsrPool(Make(Spec()));
  CsrPoolSpec other = Spec();
  other.size = 6;
  EXPECT_EQ(*DecodeCsrPool(bytes, other), std::nullopt);
  other = Spec();
  other.key = KeyType::kP384;
  EXPECT_EQ(*DecodeCsrPool(bytes, other), std::nullopt);
  other = Spec();
  other.name_prefix = "spiffe://other.test/svc/load-";
  EXPECT_EQ(*DecodeCsrPool(bytes, other), std::nullopt);
}

TEST(CsrPoolFileTest, TheFileIsPrivateAndUsedAgain) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/pool";
  int made = 0;
  const PoolProgress progress = [&made](size_t, size_t) { ++made; };
  const auto first = OpenCsrPool(path, Spec(), progress);
  ASSERT_THAT(first, IsOk());
  struct stat status = {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_GT(made, 0);

  made = 0;
  const auto second = OpenCsrPool(path, Spec(), progress);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->entries, first->entries);
  EXPECT_EQ(made, 0);

  CsrPoolSpec larger = Spec();
  larger.size = 8;
  const auto third = OpenCsrPool(path, larger, progress);
  ASSERT_THAT(third, IsOk());
  EXPECT_EQ(third->entries.size(), 8u);
  EXPECT_GT(made, 0);
}

TEST(CsrPoolFileTest, ADamagedFileStaysAndTheSentenceSaysWhat) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/pool";
  ASSERT_THAT(WriteFileAtomic(path, "precious", 0600), IsOk());
  const auto pool = OpenCsrPool(path, Spec(), [](size_t, size_t) {});
  EXPECT_THAT(pool, IsError(kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(pool.status().message()), ::testing::HasSubstr(path));
  EXPECT_THAT(std::string(pool.status().message()), ::testing::HasSubstr("remove the file"));
  EXPECT_EQ(*ReadFile(path), "precious");
}

}  // namespace
}  // namespace fleetca::loadgen
