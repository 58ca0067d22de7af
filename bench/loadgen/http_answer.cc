#include "bench/loadgen/http_answer.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace fleetca::loadgen {
namespace {

constexpr absl::string_view kVersion = "HTTP/1.1 ";
constexpr absl::string_view kLineEnd = "\r\n";
constexpr absl::string_view kHeadEnd = "\r\n\r\n";
constexpr absl::string_view kLength = "content-length:";
constexpr size_t kStatusDigits = 3;

// Of the header lines, each with its end.
std::optional<size_t> ContentLength(absl::string_view lines) {
  while (!lines.empty()) {
    const absl::string_view line = lines.substr(0, lines.find(kLineEnd));
    lines.remove_prefix(line.size() + kLineEnd.size());
    size_t length = 0;
    if (absl::StartsWithIgnoreCase(line, kLength)) {
      return absl::SimpleAtoi(absl::StripAsciiWhitespace(line.substr(kLength.size())), &length) &&
                     length <= kMaxHttpAnswer
                 ? std::optional<size_t>(length)
                 : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

HttpAnswerView ReadHttpAnswer(absl::string_view received) {
  using State = HttpAnswerView::State;
  HttpAnswerView answer;
  const size_t end = received.find(kHeadEnd);
  if (end == absl::string_view::npos) {
    answer.state = received.size() > kMaxHttpAnswer ? State::kMalformed : State::kIncomplete;
    return answer;
  }
  answer.state = State::kMalformed;
  const absl::string_view head = received.substr(0, end + kLineEnd.size());
  const size_t first_line = head.find(kLineEnd) + kLineEnd.size();
  if (!absl::StartsWith(head, kVersion) ||
      !absl::SimpleAtoi(head.substr(kVersion.size(), kStatusDigits), &answer.status)) {
    return answer;
  }
  const std::optional<size_t> length = ContentLength(head.substr(first_line));
  if (!length.has_value()) {
    return answer;
  }
  answer.size = end + kHeadEnd.size() + *length;
  if (answer.size > kMaxHttpAnswer) {
    return answer;
  }
  answer.state = received.size() < answer.size ? State::kIncomplete : State::kComplete;
  if (answer.state == State::kComplete) {
    answer.body = received.substr(end + kHeadEnd.size(), *length);
  }
  return answer;
}

}  // namespace fleetca::loadgen
