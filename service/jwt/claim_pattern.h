// Patterns over the texts of claims: "system:serviceaccount:{namespace}:{name}".
#ifndef FLEETCA_SERVICE_JWT_CLAIM_PATTERN_H_
#define FLEETCA_SERVICE_JWT_CLAIM_PATTERN_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// The texts that captures stand for, by name.
using ClaimCaptures = std::map<std::string, std::string, std::less<>>;

// Literal text, and "{capture}" for one or more of the characters of a SPIFFE ID's segment:
// letters, digits, ".", "-", "_". A capture takes all of them that stand there, so a text matches
// in one way or not at all. Immutable, thread-safe.
class ClaimPattern {
 public:
  // INVALID_ARGUMENT kConfigInvalid: empty, a "{" or "}" without its partner, a capture's name that
  // is malformed or appears twice, a capture before a character that it would take itself (another
  // capture among them).
  static absl::StatusOr<ClaimPattern> Parse(absl::string_view text);

  const std::string& text() const { return text_; }
  std::vector<std::string> captures() const;

  // Whether the whole of `text` matches; adds what the captures stand for. A capture never stands
  // for "." or "..", which are not segments. `captures` is undefined after a false.
  bool Matches(absl::string_view text, ClaimCaptures* captures) const;

  // Whether some text matches both. Exact, but that it takes "." and ".." for segments.
  bool Overlaps(const ClaimPattern& other) const;

 private:
  // A run of segment characters, or of others. Only the former may end with a capture.
  struct Piece {
    bool segment;
    std::string literal;
    std::string capture;  // "" for none
  };

  ClaimPattern(absl::string_view text, std::vector<Piece> pieces)
      : text_(text), pieces_(std::move(pieces)) {}

  static bool Overlap(const Piece& a, const Piece& b);

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_CLAIM_PATTERN_H_
