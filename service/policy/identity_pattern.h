// Patterns over the paths of SPIFFE IDs: "/svc/{name}", "/host/*".
#ifndef FLEETCA_SERVICE_POLICY_IDENTITY_PATTERN_H_
#define FLEETCA_SERVICE_POLICY_IDENTITY_PATTERN_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::service {

inline constexpr size_t kMaxPatternSegments = 32;
inline constexpr size_t kMaxCaptureName = 32;

// "svc" and "web" of "/svc/web". They alias the path.
using PathSegments = absl::InlinedVector<absl::string_view, 8>;
PathSegments SplitPath(absl::string_view path);

// The texts that a pattern's captures stand for, in the pattern's order. They alias the path.
using CapturedTexts = absl::InlinedVector<absl::string_view, 4>;

// Literal segments, "{capture}" for one whole segment of any text, and "*" as the last one for one
// or more segments. Immutable, thread-safe.
class IdentityPattern {
 public:
  enum class Kind { kLiteral, kCapture, kRest };
  struct Segment {
    Kind kind;
    std::string text;  // the literal, or the capture's name
  };

  // INVALID_ARGUMENT kConfigInvalid: no path, a segment that no SPIFFE ID has, a "*" before the
  // end, a capture's name that is malformed or appears twice, over kMaxPatternSegments.
  static absl::StatusOr<IdentityPattern> Parse(absl::string_view text);
  // The same for a pattern whose captures are those of another one, `known`: each must be one of
  // them, and may stand as often as it likes.
  static absl::StatusOr<IdentityPattern> ParseBound(absl::string_view text,
                                                    absl::Span<const std::string> known);

  const std::string& text() const { return text_; }
  const std::vector<Segment>& segments() const { return segments_; }
  // The names of the captures: of this pattern in order, or `known`.
  const std::vector<std::string>& captures() const { return captures_; }

  // What the captures of this pattern (made by Parse) stand for in a path that it matches.
  CapturedTexts Capture(absl::Span<const absl::string_view> path) const;

  // Whether the path matches with the captures standing for `texts`, one for each of captures().
  bool Matches(absl::Span<const absl::string_view> path, const CapturedTexts& texts) const;

 private:
  IdentityPattern(absl::string_view text, std::vector<Segment> segments,
                  std::vector<std::string> captures)
      : text_(text), segments_(std::move(segments)), captures_(std::move(captures)) {}

  std::string text_;
  std::vector<Segment> segments_;
  std::vector<std::string> captures_;
};

// Where `name` stands in `captures`; its size when it does not.
size_t CaptureIndex(absl::Span<const std::string> captures, absl::string_view name);

// Whether a capture may be called so: a lower-case letter, then those, digits and "_".
bool IsCaptureName(absl::string_view name);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_IDENTITY_PATTERN_H_
