#include "service/policy/one_capture.h"

#include "absl/strings/match.h"

namespace fleetca::service {

std::optional<absl::string_view> TextBetween(absl::string_view before, absl::string_view after,
                                             absl::string_view text) {
  if (text.size() <= before.size() + after.size() || !absl::StartsWith(text, before) ||
      !absl::EndsWith(text, after)) {
    return std::nullopt;
  }
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

OneCapture OneCapture::Parse(absl::string_view text) {
  OneCapture parsed;
  const size_t open = text.find('{');
  const size_t close = open == absl::string_view::npos ? open : text.find('}', open);
  if (close == absl::string_view::npos) {
    parsed.before = std::string(text);
    return parsed;
  }
  parsed.before = std::string(text.substr(0, open));
  parsed.name = std::string(text.substr(open + 1, close - open - 1));
  parsed.after = std::string(text.substr(close + 1));
  return parsed;
}

}  // namespace fleetca::service
