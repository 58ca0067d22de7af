// A sentence for work of which nothing can be counted, when it takes longer than a second.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_SLOW_WORK_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_SLOW_WORK_H_

#include <string>

#include "base/steady_event.h"
#include "base/thread.h"

namespace fleetca::client {

// A second after it was made, and if it still lives, it says on standard error what takes so long,
// as Say does (client/cli/terminal/output.h). Says nothing where the system has no thread left.
class SlowWork {
 public:
  // "fetching http://pki.fleet.example/7.crl".
  explicit SlowWork(std::string what);
  SlowWork(const SlowWork&) = delete;
  SlowWork& operator=(const SlowWork&) = delete;
  ~SlowWork() { done_.Set(); }

 private:
  void Wait();

  const std::string what_;
  SteadyEvent done_;
  // Ends, and is joined, before the rest goes.
  Thread thread_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_SLOW_WORK_H_
