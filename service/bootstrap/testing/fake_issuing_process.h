// The other side of the bootstrap port's process, for tests.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_TESTING_FAKE_ISSUING_PROCESS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_TESTING_FAKE_ISSUING_PROCESS_H_

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::testing {

// Answers as a test says and keeps what it was asked. Reads every file. Thread-safe.
class FakeIssuingProcess : private internal::v1::BootstrapRelayService::Service {
 public:
  using Issue = std::function<grpc::Status(grpc::ServerContext& context,
                                           const internal::v1::IssueCertificateRequest& request,
                                           internal::v1::IssueCertificateResponse* response)>;

  using Renew = std::function<grpc::Status(const internal::v1::RenewCertificateRequest& request,
                                           internal::v1::RenewCertificateResponse* response)>;

  FakeIssuingProcess() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    // As between two processes. A channel within one does not survive the server's end.
    int ends[2] = {-1, -1};
    const int made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
    EXPECT_EQ(made, 0);
    Adopt(Descriptor(ends[0]));
    stub_ = internal::v1::BootstrapRelayService::NewStub(
        grpc::CreateInsecureChannelFromFd("issuing-process", ends[1]));
  }
  ~FakeIssuingProcess() override { Stop(); }

  // As this process reaches it.
  internal::v1::BootstrapRelayService::StubInterface& stub() { return *stub_; }
  // Another process has the other end.
  void Adopt(Descriptor relay) { grpc::AddInsecureChannelFromFd(server_.get(), relay.Release()); }
  // Answers nobody any more; calls that are under way are answered first.
  void Stop() { server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5)); }

  void SetSettings(internal::v1::GetSettingsResponse settings) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    settings_ = std::move(settings);
  }
  void SetIssue(Issue issue) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    issue_ = std::move(issue);
  }
  void SetRenew(Renew renew) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    renew_ = std::move(renew);
  }
  // What files are said to be, instead of what they are; nullopt: what they are.
  void SetFiles(std::optional<absl::StatusOr<std::vector<std::string>>> files)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    files_ = std::move(files);
  }

  // What was reported of the start; waits for it.
  std::optional<absl::Status> AwaitStart() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto there = [this]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return start_.has_value(); };
    mutex_.AwaitWithTimeout(absl::Condition(&there), kPatience);
    return start_;
  }
  // Whether it comes to be said of the listener that it accepts, or that it does not.
  bool AwaitListener(bool ok) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto said = [this, ok]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return listener_.has_value() && listener_->ok() == ok;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&said), kPatience);
  }

 private:
  static constexpr absl::Duration kPatience = absl::Seconds(60);

  grpc::Status GetSettings(grpc::ServerContext*, const internal::v1::GetSettingsRequest* request,
                           internal::v1::GetSettingsResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (request->has_listener()) {
      listener_ = service::FromRpcStatus(request->listener());
    }
    *response = settings_;
    return grpc::Status::OK;
  }
  grpc::Status ReadFiles(grpc::ServerContext*, const internal::v1::ReadFilesRequest* request,
                         internal::v1::ReadFilesResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (files_.has_value()) {
      *response->mutable_status() = service::ToRpcStatus(files_->status());
      for (const std::string& contents : files_->ok() ? **files_ : std::vector<std::string>()) {
        response->add_contents(contents);
      }
      return grpc::Status::OK;
    }
    std::vector<WatchedFile> files;
    for (const std::string& path : request->paths()) {
      files.push_back({path});
    }
    const absl::StatusOr<std::vector<SecretBytes>> contents = ReadTogether(files);
    *response->mutable_status() = service::ToRpcStatus(contents.status());
    for (size_t i = 0; contents.ok() && i < contents->size(); ++i) {
      response->add_contents(std::string((*contents)[i].view()));
    }
    return grpc::Status::OK;
  }
  grpc::Status ReportStart(grpc::ServerContext*, const internal::v1::ReportStartRequest* request,
                           internal::v1::ReportStartResponse*) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    start_ = service::FromRpcStatus(request->status());
    return grpc::Status::OK;
  }
  grpc::Status IssueCertificate(grpc::ServerContext* context,
                                const internal::v1::IssueCertificateRequest* request,
                                internal::v1::IssueCertificateResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    Issue issue;
    {
      absl::MutexLock lock(&mutex_);
      issue = issue_;
    }
    return issue ? issue(*context, *request, response) : grpc::Status::OK;
  }
  grpc::Status RenewCertificate(grpc::ServerContext*,
                                const internal::v1::RenewCertificateRequest* request,
                                internal::v1::RenewCertificateResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    Renew renew;
    {
      absl::MutexLock lock(&mutex_);
      renew = renew_;
    }
    return renew ? renew(*request, response) : grpc::Status::OK;
  }

  absl::Mutex mutex_;
  internal::v1::GetSettingsResponse settings_ ABSL_GUARDED_BY(mutex_);
  Issue issue_ ABSL_GUARDED_BY(mutex_);
  Renew renew_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::StatusOr<std::vector<std::string>>> files_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> start_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> listener_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<internal::v1::BootstrapRelayService::Stub> stub_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_BOOTSTRAP_TESTING_FAKE_ISSUING_PROCESS_H_
