// The port with a process that is no more than curious: this program again, which asks for what it
// may have and for what it may not, and says of its listener what the test expects.
#include "service/server/bootstrap_port.h"

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/child_process.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/authority/ca_init.h"
#include "service/bootstrap/bootstrap_launch.h"
#include "service/call/status_to_rpc.h"
#include "service/net/tls_credentials.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

constexpr absl::Duration kPatience = absl::Seconds(60);

// The process's side.
class CuriousProcess {
 public:
  CuriousProcess()
      : stub_(internal::v1::BootstrapRelayService::NewStub(
            grpc::CreateInsecureChannelFromFd("issuing-process", kRelayDescriptor))) {}

  int Run() {
    std::signal(SIGTERM, SIG_DFL);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
    Report(Ask());
    // What is wrong with it at first is right from the fourth time on.
    for (int i = 0; i < 1000; ++i) {
      Say(i < 3 ? Unavailable(Reason::kInternal, "The listener is out of order")
                : absl::OkStatus());
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    return 1;
  }

 private:
  absl::StatusCode Read(const std::vector<std::string>& paths, std::string* last) {
    internal::v1::ReadFilesRequest request;
    for (const std::string& path : paths) {
      request.add_paths(path);
    }
    internal::v1::ReadFilesResponse response;
    grpc::Status called;
    do {
      // One that comes before gRPC has forgotten the one before is to be made again.
      grpc::ClientContext context;
      called = stub_->ReadFiles(&context, request, &response);
    } while (called.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
    if (!called.ok()) {
      return absl::StatusCode::kUnknown;
    }
    if (response.contents_size() > 0) {
      *last = response.contents(response.contents_size() - 1);
    }
    return FromRpcStatus(response.status()).code();
  }

  // OK, or what was not as it should be.
  absl::Status Ask() {
    grpc::ClientContext context;
    internal::v1::GetSettingsResponse settings;
    if (!stub_->GetSettings(&context, {}, &settings).ok()) {
      return Internal(Reason::kInternal, "there are no settings");
    }
    if (settings.trust_domain() != "fleet.test" || settings.trust_bundle().roots_der_size() != 1) {
      return Internal(Reason::kInternal, "the settings are others");
    }
    std::string contents;
    const std::string& key = settings.private_key_file();
    if (Read({settings.certificate_file(), key}, &contents) != absl::StatusCode::kOk ||
        !absl::StrContains(contents, "PRIVATE KEY")) {
      return Internal(Reason::kInternal, "the server's files cannot be had");
    }
    contents.clear();
    const std::string folder = key.substr(0, key.rfind('/') + 1);
    for (const std::string& other :
         {folder + "issuing-ca.key", folder + "issuing-ca.passphrase", folder + "./server.key",
          folder + "fleetca.textproto", std::string("/etc/passwd"), std::string()}) {
      // Not even beside one that is allowed.
      if (Read({key, other}, &contents) != absl::StatusCode::kPermissionDenied ||
          !contents.empty()) {
        return Internal(Reason::kInternal, absl::StrCat("it can be had: ", other));
      }
    }
    for (const std::string& one : {key, settings.certificate_file()}) {
      if (Read({one, one}, &contents) != absl::StatusCode::kInvalidArgument || !contents.empty()) {
        return Internal(Reason::kInternal, absl::StrCat("it can be had twice in a call: ", one));
      }
    }
    return AskForACertificate();
  }

  // With a credential that no token gives.
  absl::Status AskForACertificate() {
    internal::v1::IssueCertificateRequest request;
    request.mutable_credential()->mutable_jwt()->set_identity("spiffe://fleet.test/operator/admin");
    internal::v1::IssueCertificateResponse response;
    grpc::ClientContext context;
    return stub_->IssueCertificate(&context, request, &response).error_code() ==
                   grpc::StatusCode::PERMISSION_DENIED
               ? absl::OkStatus()
               : Internal(Reason::kInternal, "it may speak for an administrator");
  }

  void Report(const absl::Status& status) {
    internal::v1::ReportStartRequest request;
    *request.mutable_status() = ToRpcStatus(status);
    internal::v1::ReportStartResponse response;
    grpc::ClientContext context;
    stub_->ReportStart(&context, request, &response);
  }

  void Say(const absl::Status& listener) {
    internal::v1::GetSettingsRequest request;
    *request.mutable_listener() = ToRpcStatus(listener);
    internal::v1::GetSettingsResponse settings;
    grpc::ClientContext context;
    stub_->GetSettings(&context, request, &settings);
  }

  const std::unique_ptr<internal::v1::BootstrapRelayService::Stub> stub_;
};

class BootstrapPortTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CaInitOptions options;
    options.folder = folder_.path() + "/ca";
    options.trust_domain = "fleet.test";
    options.listen = "127.0.0.1:0";
    FLEETCA_ASSERT_OK(InitCa(options, Clock::System()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(config_, LoadServerConfig(options.folder + "/fleetca.textproto"));
    config_.bootstrap_address = "127.0.0.1:0";
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start());
    FLEETCA_ASSERT_OK_AND_ASSIGN(ca_, RunningCa::Open(config_, nullptr, *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create({config_.listener.certificate_file,
                                                          config_.listener.private_key_file, ""},
                                                         *watcher_, Clock::System()));
  }

  bool Becomes(const BootstrapPort& port, bool ok) {
    const absl::Time end = absl::Now() + kPatience;
    while (port.status().ok() != ok && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    return port.status().ok() == ok;
  }

  const testing::TemporaryFolder folder_;
  ServerConfig config_;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  IssueQueue queue_{{.capacity = 10}};
};

TEST_F(BootstrapPortTest, TellsItsProcessWhatItNeedsAndNothingElse) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<BootstrapPort> port,
                               BootstrapPort::Start(config_, *tls_, *ca_, queue_, kThisProgram));
  EXPECT_GT(port->port(), 0);
  // Checklist 50: what the process says of its listener.
  EXPECT_TRUE(Becomes(*port, false));
  EXPECT_THAT(port->status(), IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  EXPECT_TRUE(absl::StrContains(port->status().message(), "out of order"));
  EXPECT_TRUE(Becomes(*port, true));
  port->BeginDrain();
  port->FinishDrain();
}

TEST_F(BootstrapPortTest, ShowsThePairThatIsInUseWhateverTheFilesHold) {
  for (const std::string& path :
       {config_.listener.certificate_file, config_.listener.private_key_file}) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(path, "torn", 0600));
  }
  // The process asks for both files before it says that it has started.
  FLEETCA_EXPECT_OK(BootstrapPort::Start(config_, *tls_, *ca_, queue_, kThisProgram));
}

TEST_F(BootstrapPortTest, AnAddressThatIsTakenIsAnError) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<BootstrapPort> port,
                               BootstrapPort::Start(config_, *tls_, *ca_, queue_, kThisProgram));
  config_.bootstrap_address = absl::StrCat("127.0.0.1:", port->port());
  const absl::Status status =
      BootstrapPort::Start(config_, *tls_, *ca_, queue_, kThisProgram).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  EXPECT_TRUE(absl::StrContains(status.message(), "bootstrap.address")) << status;
}

TEST_F(BootstrapPortTest, AProcessThatEndsAtOnceIsAnError) {
  const absl::Status status =
      BootstrapPort::Start(config_, *tls_, *ca_, queue_, "/bin/false").status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  EXPECT_TRUE(absl::StrContains(status.message(), "exit status 1")) << status;
  EXPECT_THAT(BootstrapPort::Start(config_, *tls_, *ca_, queue_, "/is/not/there"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kInternal));
}

}  // namespace
}  // namespace fleetca::service

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == fleetca::service::kBootstrapCommand) {
    return fleetca::service::CuriousProcess().Run();
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
