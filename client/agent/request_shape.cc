#include "client/agent/request_shape.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "x509/requested_name.h"
#include "x509/san.h"

namespace fleetca::client {
namespace {

constexpr size_t kMostNamed = 10;

// With small letters where capital ones mean the same.
std::string Folded(absl::string_view name) {
  const size_t colon = name.find(':');
  const absl::string_view type = name.substr(0, colon);
  std::string folded(name);
  if (absl::EqualsIgnoreCase(type, x509::NameTypeName(x509::NameType::kDns))) {
    absl::AsciiStrToLower(&folded);
  } else if (const size_t at = name.rfind('@'); at != absl::string_view::npos) {
    folded = absl::StrCat(name.substr(0, at), absl::AsciiStrToLower(name.substr(at)));
  }
  return folded;
}

std::string NamesInWords(absl::Span<const std::string> names) {
  if (names.empty()) {
    return "none";
  }
  return absl::StrCat(
      absl::StrJoin(names.subspan(0, kMostNamed), ", "),
      names.size() > kMostNamed ? absl::StrCat(" and ", names.size() - kMostNamed, " more") : "");
}

}  // namespace

std::vector<std::string> CanonicalNames(const std::vector<std::string>& names) {
  std::vector<std::string> canonical;
  for (const std::string& name : names) {
    std::string folded = Folded(name);
    const absl::StatusOr<x509::RequestedName> parsed = x509::ParseRequestedName(folded);
    canonical.push_back(parsed.ok() ? x509::NameToString({parsed->type, parsed->value})
                                    : std::move(folded));
  }
  std::sort(canonical.begin(), canonical.end());
  canonical.erase(std::unique(canonical.begin(), canonical.end()), canonical.end());
  return canonical;
}

RequestShape ShapeOf(const IdentityOptions& options) {
  return {.names = CanonicalNames(options.names),
          .key_type = options.key_type,
          .profile = options.profile,
          .lifetime = options.lifetime};
}

IdentityOptions WithShape(IdentityOptions options, const RequestShape& shape) {
  options.names = shape.names;
  options.key_type = shape.key_type;
  options.profile = shape.profile;
  options.lifetime = shape.lifetime;
  return options;
}

bool NeedsNewKey(const RequestShape& asked, const RequestShape& wanted) {
  return asked.names != wanted.names || asked.key_type != wanted.key_type ||
         asked.profile != wanted.profile;
}

std::string DifferenceInWords(const RequestShape& asked, const RequestShape& wanted) {
  std::vector<std::string> differences;
  if (asked.names != wanted.names) {
    differences.push_back(absl::StrCat("for other names: ", NamesInWords(wanted.names)));
  }
  if (asked.key_type != wanted.key_type) {
    differences.push_back(absl::StrCat("for another type of key: ", KeyTypeName(wanted.key_type)));
  }
  if (asked.profile != wanted.profile) {
    differences.push_back(absl::StrCat("for another profile: ",
                                       wanted.profile.empty() ? "none by name" : wanted.profile));
  }
  if (asked.lifetime != wanted.lifetime) {
    differences.push_back(absl::StrCat(
        "for another lifetime: ",
        wanted.lifetime.has_value() ? absl::FormatDuration(*wanted.lifetime) : "the profile's"));
  }
  return differences.empty()
             ? ""
             : absl::StrCat("the configuration asks ", absl::StrJoin(differences, "; and "));
}

}  // namespace fleetca::client
