#include "service/policy/identity_pattern.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

using Kind = IdentityPattern::Kind;
using Segment = IdentityPattern::Segment;

absl::Status Mistake(absl::string_view pattern, absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "",
                         absl::StrCat("\"", absl::CHexEscape(pattern), "\" ", problem));
}

absl::StatusOr<Segment> ParseSegment(absl::string_view pattern, absl::string_view segment,
                                     bool is_last) {
  if (segment == "*") {
    if (!is_last) {
      return Mistake(pattern,
                     "has a \"*\" that is not its last segment; write \"{name}\" for one segment");
    }
    return Segment{Kind::kRest, ""};
  }
  absl::string_view name = segment;
  if (absl::ConsumePrefix(&name, "{") && absl::ConsumeSuffix(&name, "}")) {
    if (!IsCaptureName(name)) {
      return Mistake(pattern,
                     absl::StrCat("has a capture that is not called by 1 to ", kMaxCaptureName,
                                  " lower-case letters, digits and \"_\", a letter first; rename "
                                  "it, as in \"{name}\""));
    }
    return Segment{Kind::kCapture, std::string(name)};
  }
  if (segment.find_first_of("{}*") != absl::string_view::npos) {
    return Mistake(pattern,
                   "has a capture or \"*\" that is not a whole segment; write \"/svc/{name}\"");
  }
  return Segment{Kind::kLiteral, std::string(segment)};
}

// Whether a SPIFFE ID can have these segments: no "..", "%2e", empty or non-ASCII ones.
absl::Status CheckLiterals(absl::string_view pattern, absl::Span<const Segment> segments) {
  std::string id = "spiffe://a";
  for (const Segment& segment : segments) {
    absl::StrAppend(&id, "/", segment.kind == Kind::kLiteral ? segment.text : "x");
  }
  const char* problem = x509::SpiffeIdProblem(id);
  return problem == nullptr ? absl::OkStatus() : Mistake(pattern, problem);
}

absl::StatusOr<std::vector<Segment>> ParseSegments(absl::string_view text) {
  if (!absl::StartsWith(text, "/") || text.size() == 1) {
    return Mistake(text, "is not the path of a SPIFFE ID; write it as in \"/svc/{name}\"");
  }
  const PathSegments parts = SplitPath(text);
  if (parts.size() > kMaxPatternSegments) {
    return Mistake(text, absl::StrCat("has ", parts.size(), " segments; write at most ",
                                      kMaxPatternSegments, ", the last one \"*\" for the rest"));
  }
  std::vector<Segment> segments;
  for (size_t i = 0; i < parts.size(); ++i) {
    FLEETCA_ASSIGN_OR_RETURN(Segment segment, ParseSegment(text, parts[i], i + 1 == parts.size()));
    segments.push_back(std::move(segment));
  }
  FLEETCA_RETURN_IF_ERROR(CheckLiterals(text, segments));
  return segments;
}

}  // namespace

PathSegments SplitPath(absl::string_view path) {
  PathSegments segments;
  while (absl::ConsumePrefix(&path, "/")) {
    const size_t size = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, size));
    path.remove_prefix(size);
  }
  return segments;
}

bool IsCaptureName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxCaptureName && absl::ascii_islower(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

size_t CaptureIndex(absl::Span<const std::string> captures, absl::string_view name) {
  return static_cast<size_t>(std::find(captures.begin(), captures.end(), name) - captures.begin());
}

absl::StatusOr<IdentityPattern> IdentityPattern::Parse(absl::string_view text) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<Segment> segments, ParseSegments(text));
  std::vector<std::string> captures;
  for (const Segment& segment : segments) {
    if (segment.kind != Kind::kCapture) {
      continue;
    }
    if (CaptureIndex(captures, segment.text) != captures.size()) {
      return Mistake(text, absl::StrCat("captures \"{", segment.text, "}\" twice; rename one"));
    }
    captures.push_back(segment.text);
  }
  return IdentityPattern(text, std::move(segments), std::move(captures));
}

absl::StatusOr<IdentityPattern> IdentityPattern::ParseBound(absl::string_view text,
                                                            absl::Span<const std::string> known) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<Segment> segments, ParseSegments(text));
  for (const Segment& segment : segments) {
    if (segment.kind == Kind::kCapture && CaptureIndex(known, segment.text) == known.size()) {
      return Mistake(text, absl::StrCat("has \"{", segment.text,
                                        "}\", which this rule's identity does not capture; "
                                        "correct it, or write \"*\" last for any segments"));
    }
  }
  return IdentityPattern(text, std::move(segments), {known.begin(), known.end()});
}

CapturedTexts IdentityPattern::Capture(absl::Span<const absl::string_view> path) const {
  CapturedTexts texts;
  for (size_t i = 0; i < segments_.size() && i < path.size(); ++i) {
    if (segments_[i].kind == Kind::kCapture) {
      texts.push_back(path[i]);
    }
  }
  return texts;
}

bool IdentityPattern::Matches(absl::Span<const absl::string_view> path,
                              const CapturedTexts& texts) const {
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (i >= path.size()) {
      return false;
    }
    const Segment& segment = segments_[i];
    switch (segment.kind) {
      case Kind::kRest:
        return true;
      case Kind::kLiteral:
        if (path[i] != segment.text) {
          return false;
        }
        break;
      case Kind::kCapture: {
        const size_t index = CaptureIndex(captures_, segment.text);
        if (index >= texts.size() || path[i] != texts[index]) {
          return false;
        }
        break;
      }
    }
  }
  return path.size() == segments_.size();
}

}  // namespace fleetca::service
