#include "service/jwt/claim_pattern.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxCaptureName = 32;

absl::Status Mistake(absl::string_view text, absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "",
                         absl::StrCat("\"", absl::CHexEscape(text), "\" ", problem));
}

// The characters of a path segment, as in x509/spiffe_id.h.
bool IsSegmentCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
}

// The characters at the start of `text` that are of a segment, or that are not.
absl::string_view LeadingRun(absl::string_view text, bool segment) {
  const auto end = std::find_if(text.begin(), text.end(),
                                [segment](char c) { return IsSegmentCharacter(c) != segment; });
  return text.substr(0, end - text.begin());
}

bool IsCaptureName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxCaptureName && absl::ascii_islower(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

}  // namespace

absl::StatusOr<ClaimPattern> ClaimPattern::Parse(absl::string_view text) {
  if (text.empty()) {
    return Mistake(text, "is empty; write the text that the claim must have");
  }
  std::vector<Piece> pieces;
  absl::string_view rest = text;
  while (!rest.empty()) {
    if (rest.front() != '{') {
      const bool segment = IsSegmentCharacter(rest.front());
      if (segment && !pieces.empty() && !pieces.back().capture.empty()) {
        return Mistake(text,
                       "has a capture before a letter, digit, \".\", \"-\" or \"_\", which "
                       "would be part of it; put another character between them");
      }
      absl::string_view run = LeadingRun(rest, segment);
      run = run.substr(0, run.find_first_of("{}"));
      if (run.empty()) {
        return Mistake(text, "has a \"}\" without its \"{\"; write a capture as in \"{name}\"");
      }
      pieces.push_back({segment, std::string(run), ""});
      rest.remove_prefix(run.size());
      continue;
    }
    const size_t end = rest.find('}');
    const absl::string_view name = rest.substr(1, end == rest.npos ? rest.npos : end - 1);
    if (end == rest.npos || !IsCaptureName(name)) {
      return Mistake(text,
                     "has a malformed capture; write it as in \"{name}\", of lower-case "
                     "letters, digits and \"_\"");
    }
    for (const Piece& piece : pieces) {
      if (piece.capture == name) {
        return Mistake(text, absl::StrCat("has \"{", name, "}\" twice; give each its own name"));
      }
    }
    if (pieces.empty() || !pieces.back().segment) {
      pieces.push_back({true, "", ""});
    }
    if (!pieces.back().capture.empty()) {
      return Mistake(text, "has two captures in a row; put a character such as \":\" between them");
    }
    pieces.back().capture = std::string(name);
    rest.remove_prefix(end + 1);
  }
  return ClaimPattern(text, std::move(pieces));
}

std::vector<std::string> ClaimPattern::captures() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    if (!piece.capture.empty()) {
      names.push_back(piece.capture);
    }
  }
  return names;
}

bool ClaimPattern::Matches(absl::string_view text, ClaimCaptures* captures) const {
  for (const Piece& piece : pieces_) {
    absl::string_view run = LeadingRun(text, piece.segment);
    text.remove_prefix(run.size());
    if (!absl::ConsumePrefix(&run, piece.literal)) {
      return false;
    }
    if (piece.capture.empty()) {
      if (!run.empty()) {
        return false;
      }
      continue;
    }
    if (run.empty() || run == "." || run == "..") {
      return false;
    }
    (*captures)[piece.capture] = std::string(run);
  }
  return text.empty();
}

bool ClaimPattern::Overlap(const Piece& a, const Piece& b) {
  const auto starts_longer = [](absl::string_view text, absl::string_view prefix) {
    return text.size() > prefix.size() && absl::StartsWith(text, prefix);
  };
  if (a.segment != b.segment) {
    return false;
  }
  if (a.capture.empty() && b.capture.empty()) {
    return a.literal == b.literal;
  }
  if (a.capture.empty()) {
    return starts_longer(a.literal, b.literal);
  }
  if (b.capture.empty()) {
    return starts_longer(b.literal, a.literal);
  }
  return absl::StartsWith(a.literal, b.literal) || absl::StartsWith(b.literal, a.literal);
}

bool ClaimPattern::Overlaps(const ClaimPattern& other) const {
  return std::equal(pieces_.begin(), pieces_.end(), other.pieces_.begin(), other.pieces_.end(),
                    Overlap);
}

}  // namespace fleetca::service
