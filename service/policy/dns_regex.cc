#include "service/policy/dns_regex.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "re2/re2.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxPattern = 512;
// For the program and its automaton together: a pattern of DNS names needs a tenth of it.
constexpr int64_t kMaxMemory = int64_t{256} << 10;

absl::Status Mistake(absl::string_view pattern, absl::string_view problem) {
  return InvalidArgument(
      Reason::kConfigInvalid, "",
      absl::StrCat("\"", absl::CHexEscape(pattern.substr(0, kMaxPattern)), "\" ", problem));
}

}  // namespace

DnsRegex::DnsRegex(std::unique_ptr<const re2::RE2> regex, std::vector<Binding> bindings,
                   RegexEnds ends)
    : regex_(std::move(regex)), bindings_(std::move(bindings)), ends_(std::move(ends)) {
  for (const Binding& binding : bindings_) {
    groups_ = std::max(groups_, binding.group + 1);
  }
}

DnsRegex::DnsRegex(DnsRegex&&) noexcept = default;
DnsRegex& DnsRegex::operator=(DnsRegex&&) noexcept = default;
DnsRegex::~DnsRegex() = default;

absl::StatusOr<DnsRegex> DnsRegex::Parse(absl::string_view pattern,
                                         absl::Span<const std::string> captures) {
  if (pattern.empty() || pattern.size() > kMaxPattern) {
    return Mistake(pattern,
                   absl::StrCat("has ", pattern.size(), " characters; write 1 to ", kMaxPattern));
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto regex =
      std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    return Mistake(pattern, absl::StrCat("is not a regular expression that RE2 takes: ",
                                         absl::CHexEscape(regex->error()),
                                         "; see https://github.com/google/re2/wiki/Syntax"));
  }
  std::vector<Binding> bindings;
  for (const auto& [group, name] : regex->CapturingGroupNames()) {
    const size_t capture = CaptureIndex(captures, name);
    if (capture == captures.size()) {
      return Mistake(pattern,
                     absl::StrCat("names a group \"", absl::CHexEscape(name),
                                  "\", which this rule's identity does not capture, so that it "
                                  "would match any text; correct it, or write (?:...) for a group "
                                  "without a name"));
    }
    // This RE2 takes a name twice, and looks it up as the first group alone.
    if (std::any_of(bindings.begin(), bindings.end(),
                    [capture](const Binding& bound) { return bound.capture == capture; })) {
      return Mistake(pattern, absl::StrCat("names two groups \"", name,
                                           "\"; name one, or write two expressions"));
    }
    bindings.push_back({static_cast<size_t>(group), capture});
  }
  return DnsRegex(std::move(regex), std::move(bindings), EndsOf(pattern));
}

bool DnsRegex::Matches(absl::string_view name, const CapturedTexts& texts) const {
  absl::InlinedVector<re2::StringPiece, 4> groups(groups_);
  // Without bindings not even the whole match is asked for, which is cheaper.
  const int wanted = bindings_.empty() ? 0 : static_cast<int>(groups_);
  if (!regex_->Match(re2::StringPiece(name.data(), name.size()), 0, name.size(),
                     re2::RE2::ANCHOR_BOTH, groups.data(), wanted)) {
    return false;
  }
  return std::all_of(bindings_.begin(), bindings_.end(), [&](const Binding& binding) {
    const re2::StringPiece& group = groups[binding.group];
    // A group that took no part has no data, and no capture is empty.
    return binding.capture < texts.size() &&
           absl::string_view(group.data(), group.size()) == texts[binding.capture];
  });
}

bool DnsRegex::MatchesAny(absl::string_view name,
                          std::vector<std::optional<std::string>>* texts) const {
  absl::InlinedVector<re2::StringPiece, 4> groups(groups_);
  if (!regex_->Match(re2::StringPiece(name.data(), name.size()), 0, name.size(),
                     re2::RE2::ANCHOR_BOTH, groups.data(), static_cast<int>(groups_))) {
    return false;
  }
  for (const Binding& binding : bindings_) {
    if (groups[binding.group].empty()) {
      return false;  // no capture is empty
    }
    (*texts)[binding.capture] = std::string(groups[binding.group]);
  }
  return true;
}

}  // namespace fleetca::service
