#include "base/signals.h"

#include <pthread.h>

namespace fleetca {

Signals::Signals(std::initializer_list<int> signals) {
  std::signal(SIGPIPE, SIG_IGN);
  sigemptyset(&signals_);
  for (const int signal : signals) {
    sigaddset(&signals_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

Signals::~Signals() {
  if (sigismember(&signals_, SIGHUP) == 1) {
    std::signal(SIGHUP, SIG_IGN);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int Signals::Wait() {
  int signal = 0;
  sigwait(&signals_, &signal);
  return signal;
}

absl::string_view Signals::WaitForStop(absl::FunctionRef<void()> reload) {
  int signal = Wait();
  for (; signal == SIGHUP; signal = Wait()) {
    reload();
  }
  // Before the mask goes: this drops a SIGHUP that is waiting already.
  std::signal(SIGHUP, SIG_IGN);
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  return signal == SIGINT ? "SIGINT" : "SIGTERM";
}

}  // namespace fleetca
