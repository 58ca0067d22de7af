// One line on the terminal that says how far it is.
#ifndef FLEETCA_BENCH_LOADGEN_PROGRESS_H_
#define FLEETCA_BENCH_LOADGEN_PROGRESS_H_

#include "absl/strings/string_view.h"

namespace fleetca::loadgen {

// On standard error, written over by the next; nothing where that is no terminal.
// Thread-compatible.
class Progress {
 public:
  Progress();
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(absl::string_view line);
  // Takes the line away, before something else is written.
  void Clear();

 private:
  const bool terminal_;
  bool shown_ = false;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_PROGRESS_H_
