// Keeps the process of the bootstrap port running.
#ifndef FLEETCA_SERVICE_SERVER_BOOTSTRAP_SUPERVISOR_H_
#define FLEETCA_SERVICE_SERVER_BOOTSTRAP_SUPERVISOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/child_process.h"
#include "base/descriptor.h"
#include "base/steady_event.h"
#include "base/thread.h"

namespace fleetca::service {

struct BootstrapProcessOptions {
  std::string program = kThisProgram;
  std::vector<std::string> arguments;
  // Those that listen. They stay open here as well, so that connections wait, and are not refused,
  // while the process is started again.
  std::vector<Descriptor> sockets;
  // Takes the issuing process's end of a new pair of sockets. Must not wait for the process.
  std::function<void(Descriptor relay)> adopt;
};

// Starts the process, and again when it has ended: at once the first time, then after a pause that
// doubles up to a few seconds for as long as it does not last. A process that lives and says
// nothing is worth no more than one that has ended, so it is killed: after 15 s, or after a minute
// where it has not started. Thread-safe.
class BootstrapSupervisor {
 public:
  explicit BootstrapSupervisor(BootstrapProcessOptions options);
  BootstrapSupervisor(const BootstrapSupervisor&) = delete;
  BootstrapSupervisor& operator=(const BootstrapSupervisor&) = delete;
  // Stops at once where nobody stopped it.
  ~BootstrapSupervisor();

  // Starts the process and returns once it serves, or with why it does not: the error that it
  // reported, or UNAVAILABLE kInternal when it ended without a word or said nothing for a minute.
  // Call it once.
  absl::Status Start() ABSL_LOCKS_EXCLUDED(mutex_);

  // What the process says of its start; the service that it reports to calls this.
  void Reported(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  // What the process says again and again once it has started: whether its port takes connections.
  void Heard(const absl::Status& listener) ABSL_LOCKS_EXCLUDED(mutex_);

  // Kills this run of the process, which does what no process of this release does: `what`. From
  // any thread, and as often as it is seen.
  void EndMisbehaved(absl::string_view what) ABSL_LOCKS_EXCLUDED(mutex_);

  // OK while the process serves and says that it takes connections, and for a second after it has
  // ended: it is back by then.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Has the process stop, which gives its calls two seconds, and closes the sockets. Returns at
  // once.
  void BeginStop() ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns when the process is gone; it is killed where it does not go in time.
  void FinishStop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The thread: the process ends with it, as the kernel counts it as the parent.
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // The other thread: kills a process that says nothing.
  void Watch() ABSL_LOCKS_EXCLUDED(mutex_);
  // One look of it.
  void LookForSilence() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // One run of the process, from start to end. False when there is to be none.
  [[nodiscard]] bool RunOnce() ABSL_LOCKS_EXCLUDED(mutex_);
  // Leaves the issuing process's end of the pair in *relay.
  absl::StatusOr<std::shared_ptr<ChildProcess>> StartProcess(Descriptor* relay)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Fail(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string program_;
  const std::vector<std::string> arguments_;
  const std::function<void(Descriptor relay)> adopt_;
  mutable absl::Mutex mutex_;
  std::vector<Descriptor> sockets_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<ChildProcess> process_ ABSL_GUARDED_BY(mutex_);  // null between two runs
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_runs_, stop_watch_;          // set with stopping_, for either thread
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // the last run, after BeginStop
  // What this run reported; nullopt: nothing yet.
  std::optional<absl::Status> reported_ ABSL_GUARDED_BY(mutex_);
  // Why the port is not served; OK while it is.
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  absl::Time failing_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  // What this run said of its port last.
  absl::Status listener_ ABSL_GUARDED_BY(mutex_);
  // Looks since this run was heard. Counted and not timed: while this process itself is stopped,
  // as with a machine that sleeps, nobody looks.
  int silent_looks_ ABSL_GUARDED_BY(mutex_) = 0;
  bool killed_ ABSL_GUARDED_BY(mutex_) = false;  // this run, by EndMisbehaved
  Thread thread_;
  Thread watch_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_BOOTSTRAP_SUPERVISOR_H_
