// Texts with one capture in them: "web-{name}", "{name}.fleet.example".
#ifndef FLEETCA_SERVICE_POLICY_ONE_CAPTURE_H_
#define FLEETCA_SERVICE_POLICY_ONE_CAPTURE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// What stands between `before` and `after` in the text, which is at least one character; nullopt
// where the text is not so.
[[nodiscard]] std::optional<absl::string_view> TextBetween(absl::string_view before,
                                                           absl::string_view after,
                                                           absl::string_view text);

// A value.
struct OneCapture {
  std::string before;
  std::string name;  // of the capture; "" for a text without one, which is all in `before`
  std::string after;

  // Takes apart a text that has been found right: with one capture at the most.
  static OneCapture Parse(absl::string_view text);

  bool HasCapture() const { return !name.empty(); }
  // What the capture must stand for so that this is the text; nullopt where it cannot be, or has no
  // capture.
  [[nodiscard]] std::optional<absl::string_view> CaptureFor(absl::string_view text) const {
    return HasCapture() ? TextBetween(before, after, text) : std::nullopt;
  }
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_ONE_CAPTURE_H_
