// The last line of what a program writes, however much that is.
#ifndef FLEETCA_CLIENT_AGENT_LAST_LINE_H_
#define FLEETCA_CLIENT_AGENT_LAST_LINE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// Keeps one line and no more. Thread-compatible.
class LastLine {
 public:
  // Longer lines are cut here.
  static constexpr size_t kMaxBytes = 300;

  void Append(absl::string_view output);

  // The last line that is not blank, printable; "" where there was none.
  std::string Text() const;

 private:
  std::string current_;
  std::string last_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_LAST_LINE_H_
