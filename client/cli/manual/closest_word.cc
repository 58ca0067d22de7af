#include "client/cli/manual/closest_word.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace fleetca::client {
namespace {

// A beginning of this many letters says enough to be completed.
constexpr size_t kMinPrefix = 3;
// Longer words are not typed by mistake.
constexpr size_t kMaxWord = 64;

// As many mistakes as leave most of the word right.
size_t AllowedDistance(absl::string_view word) { return std::max<size_t>(1, word.size() / 3); }

}  // namespace

size_t EditDistance(absl::string_view one, absl::string_view other) {
  // Rows of the table of distances between beginnings: before the last, the last, and this one.
  std::vector<size_t> before(other.size() + 1);
  std::vector<size_t> last(other.size() + 1);
  std::vector<size_t> row(other.size() + 1);
  for (size_t j = 0; j <= other.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= one.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const size_t replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[other.size()];
}

std::string ClosestWord(absl::string_view mistyped, const std::vector<std::string>& words) {
  if (mistyped.empty() || mistyped.size() > kMaxWord) {
    return "";
  }
  std::string closest;
  size_t least = AllowedDistance(mistyped) + 1;
  std::vector<std::string> longer;
  for (const std::string& word : words) {
    const size_t distance = EditDistance(mistyped, word);
    if (distance < least) {
      least = distance;
      closest = word;
    }
    if (mistyped.size() >= kMinPrefix && absl::StartsWith(word, mistyped)) {
      longer.push_back(word);
    }
  }
  return closest.empty() && longer.size() == 1 ? longer.front() : closest;
}

}  // namespace fleetca::client
