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

// While there is one, its file is on disk, so that whatever ends the process, the same command goes
// on where it ended. SIGINT, SIGTERM and SIGHUP say that before they end the process; where nothing
// was asked for yet they take the file along. At most one at a time in a process; BeforeAttempt and
// AfterFailure are for any thread.
class KeptRequest {
 public:
  // `is_new`: `request` is not on disk yet and is written durably, mode 0600. The errors of
  // WritePending. `path` empty: there is no place for it, and all that follows does nothing.
  static absl::StatusOr<std::unique_ptr<KeptRequest>> Keep(const std::string& path,
                                                           const PendingRequest& request,
                                                           bool is_new);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;
  // The file stays, and signals do again what they did before.
  ~KeptRequest();

  // From here on a request may be on its way.
  static void BeforeAttempt();
  // Some failures prove that the CA issued nothing (client/answer_lost.h).
  static void AfterFailure(const absl::Status& status);

  // The end of a run that got no certificate because of `status`: takes the file away where that,
  // and what came before, proves that there is none; else returns `status` with what goes on.
  absl::Status GiveUp(const absl::Status& status) const;

  // Everything is where it belongs.
  void Remove() const;

  const std::string& path() const { return path_; }

 private:
  KeptRequest(std::string path, bool is_new) : path_(std::move(path)), is_new_(is_new) {}

  void Catch();

  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

  const std::string path_;
  const bool is_new_;
  struct sigaction before_[std::size(kSignals)] = {};
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_KEPT_REQUEST_H_
