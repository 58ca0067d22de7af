// The process as it is: this program again, with the command line that `fleetca serve` gives.
#include "service/bootstrap/bootstrap_process.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/child_process.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "service/bootstrap/bootstrap_launch.h"
#include "service/bootstrap/readable_files.h"
#include "service/bootstrap/testing/fake_issuing_process.h"
#include "service/bootstrap/testing/server_files.h"
#include "service/config/token_issuer_config.h"
#include "service/jwt/testing/tls_test_server.h"
#include "service/net/listening_sockets.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

// In place of the command: the same where the system gives no threads.
constexpr char kWithoutThreads[] = "without-threads";

class BootstrapProcessTest : public ::testing::Test {
 protected:
  BootstrapProcessTest() {
    settings_.set_trust_domain("fleet.test");
    settings_.set_certificate_file(files_.certificate());
    settings_.set_private_key_file(files_.key());
    settings_.set_max_message_bytes(10'000);
  }

  void Start(const std::vector<std::string>& readable = {}) {
    issuing_process_.SetSettings(settings_);
    FLEETCA_ASSERT_OK_AND_ASSIGN(sockets_, Listen("127.0.0.1:0", "test"));
    int ends[2] = {-1, -1};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    const Descriptor its(ends[1]);
    std::vector<std::string> arguments = {kBootstrapCommand, kSocketsOption, "1"};
    for (const std::string& path : readable) {
      arguments.insert(arguments.end(), {kReadableOption, path});
    }
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        process_,
        ChildProcess::Start(kThisProgram, arguments, {its.get(), sockets_.sockets.front().get()}));
    issuing_process_.Adopt(Descriptor(ends[0]));
  }

  void StartWell(const std::vector<std::string>& readable = {}) {
    Start(readable);
    const std::optional<absl::Status> start = issuing_process_.AwaitStart();
    ASSERT_TRUE(start.has_value());
    FLEETCA_ASSERT_OK(*start);
  }

  size_t OpenDescriptors() const {
    const std::filesystem::directory_iterator all(absl::StrCat("/proc/", process_->pid(), "/fd"));
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }

  const testing::ServerFiles files_;
  testing::FakeIssuingProcess issuing_process_;
  internal::v1::GetSettingsResponse settings_;
  ListeningSockets sockets_;
  std::unique_ptr<ChildProcess> process_;
};

TEST_F(BootstrapProcessTest, ServesAndSaysSoUntilItIsToldToStop) {
  StartWell();
  EXPECT_TRUE(issuing_process_.AwaitListener(true));
  // What a terminal sends is for its parent.
  process_->Signal(SIGINT);
  process_->Signal(SIGHUP);
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), "exit status 0");
}

TEST_F(BootstrapProcessTest, SaysWhatIsWrongWithItsStart) {
  settings_.set_certificate_file(files_.folder() + "/missing.crt");
  Start();
  const std::optional<absl::Status> start = issuing_process_.AwaitStart();
  ASSERT_TRUE(start.has_value());
  EXPECT_THAT(*start, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_TRUE(absl::StrContains(start->message(), "missing.crt")) << *start;
  EXPECT_EQ(process_->Wait(), "exit status 1");
}

TEST_F(BootstrapProcessTest, GoesWhenTheIssuingProcessAnswersNoMore) {
  StartWell();
  issuing_process_.Stop();
  EXPECT_EQ(process_->Wait(), "exit status 0");
}

TEST_F(BootstrapProcessTest, WithoutItsSocketsItServesNothing) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      process_, ChildProcess::Start(kThisProgram, {kBootstrapCommand, kSocketsOption, "1"}, {}));
  EXPECT_EQ(process_->Wait(), "exit status 1");
}

TEST_F(BootstrapProcessTest, Checklist50_SaysWhenItHasNoDescriptorsLeftAndWhenItHasSomeAgain) {
  StartWell();
  ASSERT_TRUE(issuing_process_.AwaitListener(true));
  rlimit before = {};
  ASSERT_EQ(prlimit(process_->pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  // Fewer than it has open: no more are given.
  rlimit lowered = before;
  lowered.rlim_cur = 3;
  ASSERT_EQ(prlimit(process_->pid(), RLIMIT_NOFILE, &lowered, nullptr), 0);
  EXPECT_TRUE(issuing_process_.AwaitListener(false));
  ASSERT_EQ(prlimit(process_->pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  // By itself: nobody connects.
  EXPECT_TRUE(issuing_process_.AwaitListener(true));
}

TEST_F(BootstrapProcessTest, HasNothingOpenThatItWasNotGiven) {
  StartWell();
  const std::string folder = absl::StrCat("/proc/", process_->pid(), "/fd");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    EXPECT_FALSE(absl::StartsWith(target, files_.folder())) << target;
  }
  EXPECT_GT(OpenDescriptors(), 4u);
}

// Its rights allow for what an issuer's keys are fetched by, and for nothing else.
TEST_F(BootstrapProcessTest, FetchesTheKeysOfAnIssuer) {
  const testing::TlsTestServer issuer("127.0.0.1", [](absl::string_view) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}";
  });
  const std::string roots = files_.folder() + "/issuer.pem";
  FLEETCA_ASSERT_OK(WriteNewFile(roots, issuer.certificate_pem(), 0644));
  TokenIssuerConfig config;
  config.url = "https://ci.example";
  config.audiences = {"fleetca"};
  config.algorithms = {SigningAlgorithm::kEs256};
  config.jwks_url = issuer.Url("/keys");
  config.jwks_ca_file = roots;
  config.rules = {{"https://ci.example", {{"sub", "repo:{repo}"}}, "/job/{repo}"}};
  TokenIssuersToConfig({config}, settings_.mutable_token_issuers());
  StartWell(FilesToFetchWith({config}));
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (issuer.requests() == 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_GT(issuer.requests(), 0);
}

// gRPC would abort, or hang.
TEST_F(BootstrapProcessTest, WithoutThreadsItEndsWithAnExitStatus) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(sockets_, Listen("127.0.0.1:0", "test"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      process_,
      ChildProcess::Start(kThisProgram, {kWithoutThreads, kSocketsOption, "1"},
                          {sockets_.sockets.front().get(), sockets_.sockets.front().get()}));
  EXPECT_EQ(process_->Wait(), "exit status 1");
}

TEST_F(BootstrapProcessTest, EndsInOrderWhenAFileThatItMayReadIsReplaced) {
  const std::string path = files_.folder() + "/resolv.conf";
  FLEETCA_ASSERT_OK(WriteNewFile(path, "nameserver 192.0.2.1\n", 0644));
  StartWell({path});
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, "nameserver 192.0.2.2\n", 0644));
  EXPECT_EQ(process_->Wait(), "exit status 0");
}

}  // namespace
}  // namespace fleetca::service

// As service/cli/bootstrap_command reads it.
int main(int argc, char** argv) {
  using fleetca::service::kBootstrapCommand;
  using fleetca::service::kReadableOption;
  const bool without_threads =
      argc > 1 && std::string(argv[1]) == fleetca::service::kWithoutThreads;
  if (without_threads) {
    const rlimit none = {0, 0};
    // Root is above the limit on processes.
    if ((geteuid() == 0 && setuid(65534) != 0) || setrlimit(RLIMIT_NPROC, &none) != 0) {
      return 2;
    }
  }
  if (argc > 3 && (without_threads || std::string(argv[1]) == kBootstrapCommand)) {
    std::vector<std::string> readable;
    for (int i = 4; i + 1 < argc; i += 2) {
      EXPECT_EQ(std::string(argv[i]), kReadableOption);
      readable.emplace_back(argv[i + 1]);
    }
    return fleetca::service::RunBootstrapProcess(std::atoi(argv[3]), std::move(readable));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
