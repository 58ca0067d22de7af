#include "service/bootstrap/relayed_files.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::service {
namespace {

// Longer than a disk that is busy takes, and shorter than anyone waits for a start.
constexpr std::chrono::seconds kDeadline(10);
constexpr std::chrono::milliseconds kPause(5);

absl::StatusOr<std::vector<SecretBytes>> Read(
    internal::v1::BootstrapRelayService::StubInterface& issuing_process,
    absl::Span<const WatchedFile> files) {
  internal::v1::ReadFilesRequest request;
  for (const WatchedFile& file : files) {
    request.add_paths(file.path);
  }
  internal::v1::ReadFilesResponse response;
  const auto deadline = std::chrono::system_clock::now() + kDeadline;
  grpc::Status called;
  while (true) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    called = issuing_process.ReadFiles(&context, request, &response);
    // An answer is here a little before gRPC over there has forgotten its call.
    if (called.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED ||
        std::chrono::system_clock::now() >= deadline) {
      break;
    }
    std::this_thread::sleep_for(kPause);
  }
  if (!called.ok()) {
    return Unavailable(Reason::kInternal, "The issuing process does not say what is in its files");
  }
  FLEETCA_RETURN_IF_ERROR(FromRpcStatus(response.status()));
  if (response.contents_size() != static_cast<int>(files.size())) {
    return Internal(Reason::kInternal, "The issuing process answers for other files");
  }
  std::vector<SecretBytes> contents;
  for (std::string& bytes : *response.mutable_contents()) {
    contents.emplace_back(bytes);
    WipeString(bytes);
  }
  return contents;
}

}  // namespace

WatchedFiles::Reader ReadByIssuingProcess(
    internal::v1::BootstrapRelayService::StubInterface& issuing_process) {
  // The issuing process reads for one call at a time.
  return [&issuing_process,
          one = std::make_shared<absl::Mutex>()](absl::Span<const WatchedFile> files) {
    absl::MutexLock lock(one.get());
    return Read(issuing_process, files);
  };
}

}  // namespace fleetca::service
