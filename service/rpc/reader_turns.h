// In which order readers get their messages, where many wait for one.
#ifndef FLEETCA_SERVICE_RPC_READER_TURNS_H_
#define FLEETCA_SERVICE_RPC_READER_TURNS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace fleetca::service {

// A reader that has a message to get.
struct WaitingReader {
  absl::string_view identity;
  absl::Time told_at;  // when it got the last one
};

// The indexes of `waiting` in the order of their turns: one of each identity, then a second one of
// each, and so on; of an identity whoever got none for the longest comes first. So an identity with
// thousands of readers delays the first reader of another by one message.
std::vector<size_t> InTurns(absl::Span<const WaitingReader> waiting);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_READER_TURNS_H_
