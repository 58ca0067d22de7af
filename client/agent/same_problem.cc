#include "client/agent/same_problem.h"

#include <string>

#include "absl/strings/ascii.h"

namespace fleetca::client {
namespace {

// "0" stands for any digit.
constexpr absl::string_view kTime = "0000-00-00 00:00:00 UTC";

bool BeginsWithTime(absl::string_view text) {
  if (text.size() < kTime.size()) {
    return false;
  }
  for (size_t i = 0; i < kTime.size(); ++i) {
    if (kTime[i] == '0' ? !absl::ascii_isdigit(text[i]) : text[i] != kTime[i]) {
      return false;
    }
  }
  return true;
}

std::string WithoutTimes(absl::string_view text) {
  std::string without;
  while (!text.empty()) {
    const bool is_time = BeginsWithTime(text);
    without.push_back(is_time ? '\0' : text.front());
    text.remove_prefix(is_time ? kTime.size() : 1);
  }
  return without;
}

}  // namespace

bool IsSameProblem(absl::string_view message, absl::string_view before) {
  return message == before || WithoutTimes(message) == WithoutTimes(before);
}

}  // namespace fleetca::client
