// The request that a run has on disk, and what becomes of it when the run fails or is cut short.
#ifndef FLEETCA_CLIENT_CLI_KEPT_REQUEST_H_
#define FLEETCA_CLIENT_CLI_KEPT_REQUEST_H_

#include <csignal>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/pending_request.h"

namespace fleetca::client {

// While a KeptRequest lives, its file is on disk, so that whatever ends the process, the same
// command goes on where it ended. SIGINT, SIGTERM and SIGHUP say so before they end the process,
// and take the file along where nothing was asked for yet. At most one lives at a time in a
// process; BeforeAttempt and AfterFailure may be called on any thread.
class KeptRequest {
 public:
  // With `is_new` the request is not on disk yet, and is written durably, mode 0600. With an empty
  // `path` there is no place for it, and all that follows does nothing. Errors are those of
  // WritePending.
  static absl::StatusOr<std::unique_ptr<KeptRequest>> Keep(const std::string& path,
                                                           const PendingRequest& request,
                                                           bool is_new);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;
  // The file stays, and signals do again what they did before.
  ~KeptRequest();

  // From here on a request may be on its way. Does not return once a signal has taken the file
  // away.
  static void BeforeAttempt();
  // The end of an attempt. Some failures prove that the CA issued nothing (client/answer_lost.h).
  static void AfterFailure(const absl::Status& status);

  // For the end of a run that got no certificate because of `status`. Takes the file away where
  // `status` and the attempts before prove that the CA issued none, and returns `status`; else adds
  // to its message which command goes on.
  absl::Status GiveUp(const absl::Status& status) const;

  // Adds the answer to the file, as AddAnswer of pending_request.h does. FAILED_PRECONDITION
  // kFileInvalid where the file is another run's by now, which is left alone.
  absl::Status AddAnswer(const Issued& answer) const;

  // Takes the file away, unless it is another run's by now. Call it once key and certificate are
  // where they belong.
  void Remove() const;

  const std::string& path() const { return path_; }

 private:
  KeptRequest(std::string path, std::string request_id, bool is_new)
      : path_(std::move(path)), request_id_(std::move(request_id)), is_new_(is_new) {}

  void Catch();
  // Whether the request on disk is still this one. Two runs of one command may be at work: the file
  // that one of them removed may be there again, for a request that was just begun.
  bool IsOurs() const;

  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

  const std::string path_;
  const std::string request_id_;
  const bool is_new_;
  struct sigaction before_[std::size(kSignals)] = {};
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_KEPT_REQUEST_H_
