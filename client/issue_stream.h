// Many requests in flight on one stream.
#ifndef FLEETCA_CLIENT_ISSUE_STREAM_H_
#define FLEETCA_CLIENT_ISSUE_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/issue_answer.h"
#include "client/issue_request.h"
#include "client/issued.h"

namespace fleetca::v1 {
class StreamIssueCertificatesResponse;
}  // namespace fleetca::v1

namespace fleetca::client {

// The answer to the request with this id.
struct StreamAnswer {
  uint64_t id = 0;
  absl::StatusOr<Issued> result;
};

// One thread sends and another receives; each of them alone. Answers come in any order and are
// verified. When the stream breaks, what was not answered may be sent on a new one with the same
// request ids. Destroying the stream cancels what is unanswered.
class IssueStream {
 public:
  // The call that it is (client/issue_stream_call.h).
  class Call;

  struct Settings {
    std::vector<std::string> roots_der;
    AskingCertificate asking;
    // Turns a transport's error into one that says what to look at.
    std::function<absl::Status(const absl::Status&)> explain;
    std::function<absl::Time()> now;
  };

  IssueStream(std::unique_ptr<Call> call, Settings settings);
  ~IssueStream();
  IssueStream(const IssueStream&) = delete;
  IssueStream& operator=(const IssueStream&) = delete;

  // Sends a request; waits while the server takes no more. `id` is the caller's own and must not be
  // that of an unanswered request (INVALID_ARGUMENT kRequestIdInvalid). UNAVAILABLE
  // kServerUnreachable once the stream is broken: Receive says why.
  absl::Status Send(uint64_t id, const IssueOptions& options) ABSL_LOCKS_EXCLUDED(mutex_);

  // No more requests; answers still come. Called by the sending thread.
  void FinishSending();

  // Waits for the next answer. nullopt when the stream ended and every request was answered; an
  // error when it ended otherwise.
  absl::StatusOr<std::optional<StreamAnswer>> Receive() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<Issued> ReadOutcome(const v1::StreamIssueCertificatesResponse& response,
                                     const AskedCertificate& asked) const;
  absl::Status Finish() ABSL_LOCKS_EXCLUDED(mutex_);

  const Settings settings_;
  const std::unique_ptr<Call> call_;
  // The receiving thread's: the chain comes once, the end of the stream as well.
  std::vector<std::string> chain_der_;
  std::optional<absl::Status> end_;
  absl::Mutex mutex_;
  absl::flat_hash_map<uint64_t, AskedCertificate> unanswered_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_STREAM_H_
