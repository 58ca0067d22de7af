#include "service/policy/profile.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxProfileName = 64;
constexpr absl::Duration kMinLifetime = absl::Minutes(1);
constexpr absl::Duration kMaxLifetime = absl::Hours(24 * 3650);
constexpr absl::Duration kMaxBackdate = absl::Hours(1);
constexpr size_t kMaxUrl = 2048;

void CheckProfileName(const std::string& name, Mistakes* mistakes) {
  if (name.empty()) {
    mistakes->Add("name", "is missing; name the profile, as in \"service\"");
    return;
  }
  const bool characters_fit = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
  if (!characters_fit || name.size() > kMaxProfileName) {
    mistakes->Add("name", absl::StrCat("\"", name, "\" is not 1 to ", kMaxProfileName,
                                       " lower-case letters, digits and \"-\"; rename it"));
  }
}

// The common bounds of the two lifetimes; false when one is broken.
[[nodiscard]] bool CheckLifetimeBounds(absl::string_view field, absl::Duration lifetime,
                                       Mistakes* mistakes) {
  if (lifetime < kMinLifetime) {
    mistakes->Add(field, absl::StrCat("is ", absl::FormatDuration(lifetime),
                                      "; a certificate lives at least 1 minute"));
  } else if (lifetime > kMaxLifetime) {
    mistakes->Add(field, absl::StrCat("is ", absl::FormatDuration(lifetime),
                                      "; write at most 3650 days (87600h)"));
  } else if (!IsWholeSeconds(lifetime)) {
    mistakes->Add(field, "has a fraction of a second; write whole seconds");
  } else {
    return true;
  }
  return false;
}

void CheckTimes(const ProfileOptions& options, Mistakes* mistakes) {
  const bool fits = CheckLifetimeBounds("default_lifetime", options.default_lifetime, mistakes);
  if (options.max_lifetime.has_value() &&
      CheckLifetimeBounds("max_lifetime", *options.max_lifetime, mistakes) && fits &&
      *options.max_lifetime < options.default_lifetime) {
    mistakes->Add("max_lifetime",
                  absl::StrCat("is ", absl::FormatDuration(*options.max_lifetime),
                               ", shorter than default_lifetime (",
                               absl::FormatDuration(options.default_lifetime), "); raise it"));
  }
  if (options.backdate < absl::ZeroDuration() || options.backdate > kMaxBackdate) {
    mistakes->Add("backdate", absl::StrCat("is ", absl::FormatDuration(options.backdate),
                                           "; write 0 seconds to 1 hour"));
  } else if (!IsWholeSeconds(options.backdate)) {
    mistakes->Add("backdate", "has a fraction of a second; write whole seconds");
  }
}

void CheckKeyAlgorithms(const ProfileOptions& options, Mistakes* mistakes) {
  const auto& listed = options.key_algorithms;
  for (size_t i = 0; i < listed.size(); ++i) {
    if (std::find(listed.begin(), listed.begin() + i, listed[i]) != listed.begin() + i) {
      mistakes->Add(absl::StrCat("key_algorithms[", i, "]"), "is listed twice; remove one");
    }
  }
}

void CheckUrl(absl::string_view field, absl::string_view url, Mistakes* mistakes) {
  if (url.empty()) {
    return;
  }
  absl::string_view rest = url;
  if (!absl::ConsumePrefix(&rest, "http://") && !absl::ConsumePrefix(&rest, "https://")) {
    mistakes->Add(field, "is not an http:// or https:// URL");
    return;
  }
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return absl::ascii_isgraph(c); });
  if (authority.empty() || !printable || url.size() > kMaxUrl) {
    mistakes->Add(field, absl::StrCat("is not a URL of printable ASCII with a host, of at most ",
                                      kMaxUrl, " characters"));
  } else if (absl::StrContains(authority, "@")) {
    mistakes->Add(field,
                  "has a user name or password, which every certificate would publish; "
                  "remove it");
  }
}

}  // namespace

Mistakes Profile::FindMistakes(const ProfileOptions& options, absl::string_view trust_domain) {
  Mistakes mistakes;
  CheckProfileName(options.name, &mistakes);
  CheckTimes(options, &mistakes);
  CheckKeyAlgorithms(options, &mistakes);
  if (!options.server_auth && !options.client_auth) {
    mistakes.Add("key_purposes",
                 "is missing; list KEY_PURPOSE_SERVER_AUTH, KEY_PURPOSE_CLIENT_AUTH or both");
  }
  mistakes.AddBelow("names", NameRules::FindMistakes(options.names, trust_domain));
  CheckUrl("ca_issuers_url", options.ca_issuers_url, &mistakes);
  CheckUrl("crl_url", options.crl_url, &mistakes);
  return mistakes;
}

absl::StatusOr<Profile> Profile::Create(ProfileOptions options, absl::string_view trust_domain) {
  const Mistakes mistakes = FindMistakes(options, trust_domain);
  if (!mistakes.empty()) {
    return mistakes.front();
  }
  if (!options.max_lifetime.has_value()) {
    options.max_lifetime = options.default_lifetime;
  }
  FLEETCA_ASSIGN_OR_RETURN(NameRules rules, NameRules::Create(options.names, trust_domain));
  return Profile(std::move(options), std::move(rules));
}

absl::StatusOr<absl::Duration> Profile::DecideLifetime(std::optional<absl::Duration> wanted) const {
  if (!wanted.has_value()) {
    return options_.default_lifetime;
  }
  absl::string_view problem;
  if (*wanted <= absl::ZeroDuration()) {
    problem = "is not positive";
  } else if (*wanted < kMinLifetime) {
    problem = "is too short, as a certificate lives at least 1 minute";
  } else if (*wanted > max_lifetime()) {
    problem = "is longer than the profile allows";
  } else if (!IsWholeSeconds(*wanted)) {
    problem = "has a fraction of a second";
  } else {
    return *wanted;
  }
  return InvalidArgument(
      Reason::kLifetimeInvalid, "lifetime",
      absl::StrCat("lifetime ", absl::FormatDuration(*wanted), " ", problem,
                   "; ask for whole seconds from 1m to ", absl::FormatDuration(max_lifetime()),
                   ", or for none to get ", absl::FormatDuration(options_.default_lifetime)));
}

absl::Status Profile::Check(x509::PublicKeyAlgorithm key, const x509::GeneralNames& names) const {
  const auto& allowed = options_.key_algorithms;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
    std::vector<absl::string_view> allowed_names;
    for (const x509::PublicKeyAlgorithm algorithm : allowed) {
      allowed_names.push_back(x509::PublicKeyAlgorithmName(algorithm));
    }
    return InvalidArgument(Reason::kKeyUnsupported, "csr.public_key",
                           absl::StrCat("the profile \"", options_.name, "\" certifies no ",
                                        x509::PublicKeyAlgorithmName(key), " keys; make one of: ",
                                        absl::StrJoin(allowed_names, ", ")));
  }
  return name_rules_.Check(names);
}

x509::Subject Profile::DecideSubject(const x509::GeneralNames& names) const {
  if (options_.subject == SubjectForm::kFirstDnsName) {
    for (const x509::GeneralName& name : names) {
      if (name.type == x509::NameType::kDns && name.value.size() <= x509::kMaxSubjectText) {
        return {.common_name = std::string(name.value)};
      }
    }
  }
  return {};
}

}  // namespace fleetca::service
