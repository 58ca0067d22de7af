#include "client/authz/serve/header_names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kOverrides[] = {
    "x-http-method-override", "x-http-method",     "x-method-override", "x-original-url",
    "x-original-uri",         "x-original-method", "x-original-host",   "x-rewrite-url",
    "x-forwarded-uri",        "x-forwarded-method"};

std::string WithDashes(absl::string_view header) {
  std::string name = absl::AsciiStrToLower(header);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

absl::Span<const absl::string_view> OverrideHeaders() { return kOverrides; }

bool IsNotTheSendersToUse(absl::string_view header) {
  const std::string name = WithDashes(header);
  return absl::StartsWith(name, kFleetHeaderPrefix) ||
         std::find(std::begin(kOverrides), std::end(kOverrides), name) != std::end(kOverrides);
}

std::vector<std::string> SpellingsOf(absl::string_view name) {
  std::vector<std::string> spellings = {WithDashes(name)};
  for (size_t i = 0; i < name.size(); ++i) {
    if (spellings.front()[i] != '-') {
      continue;
    }
    const size_t count = spellings.size();
    for (size_t k = 0; k < count; ++k) {
      spellings.push_back(spellings[k]);
      spellings.back()[i] = '_';
    }
  }
  return spellings;
}

}  // namespace fleetca::client
