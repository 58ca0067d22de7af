// Two claim patterns and a text, a line each. A text that matches is the pattern with its captures
// put in, each of them a segment of a SPIFFE ID; and two patterns that match one text overlap.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "service/jwt/claim_pattern.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/spiffe_id.h"

namespace fleetca {
namespace {

using service::ClaimCaptures;
using service::ClaimPattern;

bool Matches(const ClaimPattern& pattern, absl::string_view text) {
  ClaimCaptures captures;
  if (!pattern.Matches(text, &captures)) {
    return false;
  }
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const std::string& name : pattern.captures()) {
    const std::string& value = captures[name];
    FLEETCA_FUZZ_REQUIRE(x509::SpiffeIdProblem(absl::StrCat("spiffe://a/", value)) == nullptr ||
                         value.size() > 1000);
    replacements.emplace_back(absl::StrCat("{", name, "}"), value);
  }
  FLEETCA_FUZZ_REQUIRE(captures.size() == replacements.size());
  FLEETCA_FUZZ_REQUIRE(absl::StrReplaceAll(pattern.text(), replacements) == text);
  return true;
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  return {
      "system:serviceaccount:{namespace}:{name}\nsystem:serviceaccount:a:{name}\n"
      "system:serviceaccount:a:b",
      "repo:{a}/{b}:ref\nrepo:acme/{b}:ref\nrepo:acme/web.1:ref", "x{a}\n{b}:\nxy", "{a}{b}\n}\n..",
      "{a}\nab\nab"};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<absl::string_view> lines = absl::StrSplit(input, absl::MaxSplits('\n', 2));
  std::vector<ClaimPattern> patterns;
  for (size_t i = 0; i < lines.size() && i < 2; ++i) {
    auto pattern = ClaimPattern::Parse(lines[i]);
    if (!pattern.ok()) {
      FLEETCA_FUZZ_REQUIRE(GetReason(pattern.status()) == Reason::kConfigInvalid);
      continue;
    }
    FLEETCA_FUZZ_REQUIRE(pattern->text() == lines[i] && pattern->Overlaps(*pattern));
    patterns.push_back(*std::move(pattern));
  }
  std::vector<bool> matches;
  for (const ClaimPattern& pattern : patterns) {
    matches.push_back(Matches(pattern, lines.back()));
  }
  if (patterns.size() == 2) {
    const bool overlap = patterns[0].Overlaps(patterns[1]);
    FLEETCA_FUZZ_REQUIRE(overlap == patterns[1].Overlaps(patterns[0]));
    FLEETCA_FUZZ_REQUIRE(overlap || !(matches[0] && matches[1]));
  }
  return 0;
}
