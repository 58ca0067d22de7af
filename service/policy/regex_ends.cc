#include "service/policy/regex_ends.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace fleetca::service {
namespace {

// Escapes of one letter that match something else than that letter.
constexpr absl::string_view kClassEscapes = "dDwWsSbB";

class EndsReader {
 public:
  explicit EndsReader(absl::string_view pattern) : rest_(pattern) {
    absl::ConsumePrefix(&rest_, "^");
  }

  RegexEnds Read() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (!Take(c)) {
        return {};
      }
    }
    if (only_text_) {
      ends_.prefix = ends_.suffix;
    }
    return ends_;
  }

 private:
  // False where nothing can be known.
  bool Take(char c) {
    switch (c) {
      case '|':
        // In a group it is a part of what is not written out.
        return depth_ > 0;
      case '(':
        return OpenGroup();
      case ')':
        --depth_;
        NotText();
        return true;
      case '[':
        NotText();
        return SkipClass();
      case '\\':
        return TakeEscape();
      case '*':
      case '+':
      case '?':
        NotText(/*repeats=*/true);
        return true;
      case '{':
        NotText(/*repeats=*/true);
        return SkipCount();
      case '.':
        NotText();
        return true;
      case '$':
        return rest_.empty();
      case '^':
        return false;
      default:
        // A character of many octets repeats as a whole.
        return absl::ascii_isascii(static_cast<unsigned char>(c)) && Text(c);
    }
  }

  bool Text(char c) {
    if (depth_ == 0) {
      ends_.suffix += c;
    }
    return true;
  }

  // What is not written out ends the prefix and begins the suffix anew. What `repeats` takes its
  // last character with it, which may be there any number of times.
  void NotText(bool repeats = false) {
    if (only_text_) {
      only_text_ = false;
      ends_.prefix = ends_.suffix;
      if (repeats && !ends_.prefix.empty()) {
        ends_.prefix.pop_back();
      }
    }
    ends_.suffix.clear();
  }

  bool OpenGroup() {
    NotText();
    ++depth_;
    // Flags, as in (?i), change what letters mean.
    return !absl::StartsWith(rest_, "?") || absl::ConsumePrefix(&rest_, "?:") ||
           absl::ConsumePrefix(&rest_, "?P<");
  }

  // "2}", "2,}" or "2,3}"; anything else makes the brace a letter.
  bool SkipCount() {
    const size_t end = rest_.find_first_not_of("0123456789,");
    if (end == 0 || end == absl::string_view::npos || rest_[end] != '}') {
      return false;
    }
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool SkipClass() {
    absl::ConsumePrefix(&rest_, "^");
    absl::ConsumePrefix(&rest_, "]");
    while (!rest_.empty()) {
      if (absl::ConsumePrefix(&rest_, "]")) {
        return true;
      }
      if (absl::StartsWith(rest_, "[:")) {
        const size_t end = rest_.find(":]");
        if (end == absl::string_view::npos) {
          return false;
        }
        rest_.remove_prefix(end + 2);
        continue;
      }
      const size_t count = rest_.front() == '\\' ? 2 : 1;
      rest_.remove_prefix(std::min(count, rest_.size()));
    }
    return false;
  }

  bool TakeEscape() {
    if (rest_.empty()) {
      return false;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (absl::ascii_ispunct(static_cast<unsigned char>(c))) {
      return Text(c);
    }
    NotText();
    // Others are longer than a letter: \x41, \pL, \Q...\E.
    return absl::StrContains(kClassEscapes, c);
  }

  absl::string_view rest_;
  RegexEnds ends_;
  int depth_ = 0;
  bool only_text_ = true;
};

}  // namespace

RegexEnds EndsOf(absl::string_view pattern) { return EndsReader(pattern).Read(); }

}  // namespace fleetca::service
