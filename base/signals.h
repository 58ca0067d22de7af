// The signals that tell a server to stop or to read its files again, as something to wait for.
#ifndef FLEETCA_BASE_SIGNALS_H_
#define FLEETCA_BASE_SIGNALS_H_

#include <csignal>
#include <initializer_list>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// While there is one, the signals it was made for wait until a call below takes them, and SIGPIPE
// is ignored: writing to a peer that left is an error of that call alone. Make it before any thread
// starts, as threads inherit the mask that keeps the signals back. At most one at a time in a
// process; its functions are for the thread that made it.
class Signals {
 public:
  // SIGTERM and SIGINT, which stop a server, and SIGHUP, on which it reads its files again.
  Signals() : Signals({SIGTERM, SIGINT, SIGHUP}) {}
  explicit Signals(std::initializer_list<int> signals);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  // The signals have their usual effect again, except for SIGHUP, which has none: a SIGHUP that is
  // waiting would end the process before it has said why its start failed.
  ~Signals();

  // Waits for one of the signals and returns it.
  int Wait();

  // Calls `reload` for each SIGHUP, and returns the name of the first other signal. From then on
  // SIGHUP has no effect, as there is nothing left to reload for, and the other signals have their
  // usual one, which is the end of the process.
  absl::string_view WaitForStop(absl::FunctionRef<void()> reload);

 private:
  sigset_t signals_;
  sigset_t before_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_SIGNALS_H_
