// An answer of HTTP/1.1, read as its octets come: as much of HTTP as a load needs.
#ifndef FLEETCA_BENCH_LOADGEN_HTTP_ANSWER_H_
#define FLEETCA_BENCH_LOADGEN_HTTP_ANSWER_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fleetca::loadgen {

struct HttpAnswerView {
  enum class State { kIncomplete, kComplete, kMalformed };

  State state = State::kIncomplete;
  int status = 0;
  absl::string_view body;
  // Of the whole answer, when it is complete.
  size_t size = 0;
};

// How long an answer may be.
inline constexpr size_t kMaxHttpAnswer = size_t{64} << 10;

// What the octets received so far, which are of one answer from its first octet on, come to.
// Malformed is what is longer than kMaxHttpAnswer, has no Content-Length or is no HTTP/1.1. Views
// alias `received`.
HttpAnswerView ReadHttpAnswer(absl::string_view received);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_HTTP_ANSWER_H_
