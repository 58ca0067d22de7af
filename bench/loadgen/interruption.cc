#include "bench/loadgen/interruption.h"

#include <csignal>

namespace fleetca::loadgen {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// Either signal a second time ends the program, whichever came first.
void OnSignal(int) {
  interrupted = 1;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void NoteInterruptions() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted != 0; }

}  // namespace fleetca::loadgen
