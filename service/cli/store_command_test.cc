#include "service/cli/store_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "service/cli/commands.h"
#include "service/config/server_config.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/store.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
};

store::JoinToken SomeToken() {
  return {.hash = std::string(store::kJoinTokenHashSize, 'h'),
          .identity = "spiffe://fleet.example/svc/web",
          .profile = "service",
          .creator = "spiffe://fleet.example/user/admin",
          .created_at = absl::FromUnixSeconds(1700000000),
          .expires_at = absl::FromUnixSeconds(1700000600)};
}

store::CertificateRecord SomeRecord() {
  store::CertificateRecord record;
  record.serial = std::string(20, '\x01');
  record.identity = "spiffe://fleet.example/svc/web";
  record.issued_at = absl::FromUnixSeconds(1700000100);
  record.not_before = record.issued_at;
  record.not_after = record.issued_at + absl::Hours(1);
  return record;
}

// On a CA as `fleetca ca init` makes it.
class StoreCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(Run({"ca", "init", "--dir", ca_, "--trust-domain", "fleet.test"}).code, 0);
    const absl::StatusOr<ServerConfig> config = LoadServerConfig(config_);
    ASSERT_TRUE(config.ok()) << config.status();
    options_ = config->store;
  }

  static Outcome Run(std::vector<std::string> arguments) {
    CLI::App app;
    int code = -1;
    AddServerCommands(app, &code);
    std::reverse(arguments.begin(), arguments.end());
    ::testing::internal::CaptureStdout();
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError&) {
      code = 2;
    }
    return {code, ::testing::internal::GetCapturedStdout()};
  }

  std::unique_ptr<store::Store> Open() {
    absl::StatusOr<std::unique_ptr<store::Store>> store = store::OpenRocksDbStore(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  const testing::TemporaryFolder temporary_;
  const std::string ca_ = temporary_.path() + "/ca";
  const std::string config_ = ca_ + "/fleetca.textproto";
  store::RocksDbOptions options_;
};

TEST_F(StoreCommandTest, ACaThatIsNewStartsOnceWithoutAStore) {
  EXPECT_EQ(options_.head_file, ca_ + "/store.head");
  EXPECT_NE(Open(), nullptr);
  fs::remove_all(options_.path);
  EXPECT_EQ(GetReason(store::OpenRocksDbStore(options_).status()), Reason::kStoreRefused);
}

TEST_F(StoreCommandTest, RestoreTakesAnOlderCopyAndRevokesItsTokens) {
  const store::JoinToken token = SomeToken();
  ASSERT_TRUE(Open()->Write({.new_tokens = {token}}).ok());
  const std::string copy = temporary_.path() + "/copy";
  fs::copy(options_.path, copy, fs::copy_options::recursive);
  ASSERT_TRUE(Open()->Write({.certificates = {SomeRecord()}}).ok());
  fs::remove_all(options_.path);
  fs::copy(copy, options_.path, fs::copy_options::recursive);
  ASSERT_EQ(GetReason(store::OpenRocksDbStore(options_).status()), Reason::kStoreRefused);
  EXPECT_EQ(Run({"store", "restore", "--config", config_}).code, 2) << "without the word";
  const Outcome restored = Run({"store", "restore", "--accept-loss", "--config", config_});
  EXPECT_EQ(restored.code, 0);
  EXPECT_THAT(restored.out, HasSubstr("Join tokens revoked: 1."));
  EXPECT_THAT(restored.out, HasSubstr(options_.path));
  EXPECT_TRUE(Open()->GetJoinToken(token.hash)->revocation.has_value());
  const Outcome again =
      Run({"store", "restore", "--accept-loss", "--config", config_, "-o", "json"});
  EXPECT_EQ(again.code, 0);
  const auto json = nlohmann::json::parse(again.out);
  EXPECT_EQ(json["join_tokens_revoked"], 0);
  EXPECT_EQ(json["epoch"], 2);
  EXPECT_EQ(json["made_new"], false);
}

TEST_F(StoreCommandTest, SetClockForgetsATimeThatWasAhead) {
  const absl::Time ahead = absl::Now() + absl::Hours(24 * 1000);
  ASSERT_TRUE(Open()->NoteTime(ahead).ok());
  EXPECT_EQ(Run({"store", "set-clock", "--config", config_}).code, 2) << "without the word";
  const Outcome set =
      Run({"store", "set-clock", "--i-checked-the-time", "--config", config_, "-o", "json"});
  EXPECT_EQ(set.code, 0);
  const auto json = nlohmann::json::parse(set.out);
  EXPECT_EQ(json["latest_time_before"],
            absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ahead, absl::UTCTimeZone()));
  EXPECT_LT(absl::AbsDuration(Open()->latest_time() - absl::Now()), absl::Minutes(5));
  // Which JWTs were used may be forgotten.
  const absl::Time not_before = Open()->jwts_not_before();
  EXPECT_LT(absl::AbsDuration(not_before - absl::Now()), absl::Minutes(5));
  const std::string text = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", not_before, absl::UTCTimeZone());
  EXPECT_EQ(json["jwts_not_before"], text);
  ASSERT_TRUE(Open()->NoteTime(ahead).ok());
  EXPECT_THAT(Run({"store", "set-clock", "--i-checked-the-time", "--config", config_}).out,
              HasSubstr("One-use JWTs that were issued before 2"));
  // Not where the clock was right all the time.
  const Outcome right =
      Run({"store", "set-clock", "--i-checked-the-time", "--config", config_, "-o", "json"});
  EXPECT_EQ(nlohmann::json::parse(right.out)["jwts_not_before"], "");
}

TEST_F(StoreCommandTest, SetClockSaysOfANewStoreThatItWasNeverWritten) {
  const Outcome set = Run({"store", "set-clock", "--i-checked-the-time", "--config", config_});
  EXPECT_EQ(set.code, 0);
  EXPECT_THAT(set.out, HasSubstr("never written"));
  EXPECT_EQ(set.out.find("1970"), std::string::npos) << set.out;
}

// Root's files would keep the server out.
TEST_F(StoreCommandTest, RefusesRootWhereTheServerIsAnother) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can give a folder to another user";
  }
  constexpr uid_t kServer = 4321;
  Open().reset();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(ca_)) {
    ASSERT_EQ(chown(entry.path().c_str(), kServer, kServer), 0);
  }
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"store", "restore", "--accept-loss"},
        std::vector<std::string>{"store", "set-clock", "--i-checked-the-time"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--config", config_});
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(Run(arguments).code, 1);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                HasSubstr("sudo -u '#4321' fleetca store " + command[1] + " " + command[2] +
                          " --config " + config_));
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(ca_)) {
    struct stat found;
    ASSERT_EQ(stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, kServer) << entry.path();
  }
}

TEST_F(StoreCommandTest, ARunningServerIsInTheWay) {
  const std::unique_ptr<store::Store> running = Open();
  EXPECT_EQ(Run({"store", "restore", "--accept-loss", "--config", config_}).code, 1);
  EXPECT_EQ(Run({"store", "set-clock", "--i-checked-the-time", "--config", config_}).code, 1);
}

}  // namespace
}  // namespace fleetca::service
