// `ca init`: which folders and options are refused, and that nothing is left behind then.
#include <filesystem>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/authority/ca_init.h"
#include "service/authority/testing/ca_init_fixture.h"

namespace fleetca::service {
namespace {

namespace fs = std::filesystem;

void ExpectRefused(const CaInitOptions& options, Reason reason) {
  const absl::Status status = InitCa(options, Clock::System()).status();
  EXPECT_EQ(GetReason(status), reason) << status;
  EXPECT_FALSE(status.message().empty());
}

TEST(CaInitRefusalsTest, FolderWithAnythingInItIsLeftAlone) {
  const std::string parent = TestFolder();
  const CaInitOptions options = GoodOptions(parent);
  fs::create_directories(options.folder);
  ASSERT_TRUE(WriteNewFile(options.folder + "/mine", "mine", 0644).ok());
  ExpectRefused(options, Reason::kFileInvalid);
  EXPECT_EQ(Contents(options.folder + "/mine"), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(options.folder), fs::directory_iterator()), 1);
  EXPECT_EQ(std::distance(fs::directory_iterator(parent), fs::directory_iterator()), 1);
}

TEST(CaInitRefusalsTest, SecondInitIsRefusedAndChangesNothing) {
  const CaInitOptions options = GoodOptions(TestFolder());
  Init(options);
  const std::string key = Contents(options.folder + "/root-ca.key");
  ExpectRefused(options, Reason::kFileInvalid);
  EXPECT_EQ(Contents(options.folder + "/root-ca.key"), key);
}

TEST(CaInitRefusalsTest, EmptyFolderAndTrailingSlashAreFine) {
  CaInitOptions options = GoodOptions(TestFolder());
  fs::create_directories(options.folder);
  options.folder += "//";
  Init(options);
  EXPECT_TRUE(fs::exists(options.folder + "fleetca.textproto"));
}

TEST(CaInitRefusalsTest, WhatIsNoNewFolderIsRefused) {
  const std::string parent = TestFolder();
  CaInitOptions options = GoodOptions(parent);
  ASSERT_TRUE(WriteNewFile(options.folder, "a file", 0644).ok());
  ExpectRefused(options, Reason::kFileInvalid);
  options.folder = absl::StrCat(parent, "/none/ca");
  ExpectRefused(options, Reason::kFileMissing);
  options.folder = absl::StrCat(parent, "/link");
  fs::create_symlink(absl::StrCat(parent, "/nowhere"), options.folder);
  ExpectRefused(options, Reason::kFileInvalid);
  for (const char* folder : {"", ".", "..", "/"}) {
    options.folder = folder;
    ExpectRefused(options, Reason::kFileInvalid);
  }
}

TEST(CaInitRefusalsTest, FailureLeavesNothingBehind) {
  const std::string parent = TestFolder();
  CaInitOptions options = GoodOptions(parent);
  // A name that the check of the options takes, and nothing can be made from.
  options.folder = absl::StrCat(parent, "/", std::string(300, 'a'));
  ExpectRefused(options, Reason::kFileInvalid);
  EXPECT_TRUE(fs::is_empty(parent));
}

TEST(CaInitRefusalsTest, BadOptionsAreRefusedBeforeAnythingIsMade) {
  const std::string parent = TestFolder();
  const auto with = [&parent](auto change) {
    CaInitOptions options = GoodOptions(parent);
    change(options);
    return options;
  };
  for (const char* domain : {"", "Fleet.example", "spiffe://fleet.example", "fleet.example/a",
                             "a b", "fleet\nexample"}) {
    ExpectRefused(with([domain](auto& o) { o.trust_domain = domain; }), Reason::kConfigInvalid);
  }
  ExpectRefused(with([](auto& o) { o.dns_names = {"Upper.example"}; }), Reason::kSanInvalid);
  ExpectRefused(with([](auto& o) { o.dns_names = {""}; }), Reason::kSanInvalid);
  ExpectRefused(with([](auto& o) { o.ip_addresses = {"10.0.0"}; }), Reason::kSanInvalid);
  ExpectRefused(with([](auto& o) { o.ip_addresses = {"10.0.0.0/8"}; }), Reason::kSanInvalid);
  ExpectRefused(with([](auto& o) { o.root_lifetime = absl::Minutes(59); }),
                Reason::kLifetimeInvalid);
  ExpectRefused(with([](auto& o) { o.root_lifetime = absl::InfiniteDuration(); }),
                Reason::kLifetimeInvalid);
  ExpectRefused(with([](auto& o) { o.issuing_lifetime = absl::Hours(-1); }),
                Reason::kLifetimeInvalid);
  ExpectRefused(with([](auto& o) { o.issuing_lifetime = o.root_lifetime + absl::Seconds(1); }),
                Reason::kLifetimeInvalid);
  EXPECT_TRUE(fs::is_empty(parent));
}

}  // namespace
}  // namespace fleetca::service
