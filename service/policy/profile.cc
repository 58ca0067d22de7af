#include "service/policy/profile.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/name.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxProfileName = 64;
constexpr absl::Duration kMinLifetime = absl::Minutes(1);
constexpr absl::Duration kMaxLifetime = absl::Hours(24 * 3650);
constexpr absl::Duration kMaxBackdate = absl::Hours(1);
constexpr size_t kMaxUrl = 2048;
// ub-common-name of RFC 5280, appendix A.1.
constexpr size_t kMaxCommonName = 64;

bool IsWholeSeconds(absl::Duration duration) {
  return duration == absl::Trunc(duration, absl::Seconds(1));
}

class Mistakes {
 public:
  void Add(absl::string_view field, absl::string_view message) {
    found_.push_back(InvalidArgument(Reason::kConfigInvalid, field, message));
  }
  std::vector<absl::Status> Take() { return std::move(found_); }

 private:
  std::vector<absl::Status> found_;
};

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

std::vector<absl::Status> Profile::FindMistakes(const ProfileOptions& options,
                                                absl::string_view trust_domain) {
  Mistakes mistakes;
  CheckProfileName(options.name, &mistakes);
  CheckTimes(options, &mistakes);
  CheckKeyAlgorithms(options, &mistakes);
  if (!options.server_auth && !options.client_auth) {
    mistakes.Add("key_purposes",
                 "is missing; list KEY_PURPOSE_SERVER_AUTH, KEY_PURPOSE_CLIENT_AUTH or both");
  }
  for (const absl::Status& mistake : NameRules::FindMistakes(options.names, trust_domain)) {
    const std::string field = GetField(mistake);
    mistakes.Add(absl::StrCat("names", field.empty() ? "" : ".", field), mistake.message());
  }
  CheckUrl("ca_issuers_url", options.ca_issuers_url, &mistakes);
  CheckUrl("crl_url", options.crl_url, &mistakes);
  return mistakes.Take();
}

absl::StatusOr<Profile> Profile::Create(ProfileOptions options, absl::string_view trust_domain) {
  std::vector<absl::Status> mistakes = FindMistakes(options, trust_domain);
  if (!mistakes.empty()) {
    return std::move(mistakes.front());
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
                   "; ask for whole seconds up to ", absl::FormatDuration(max_lifetime()),
                   ", or for none to get ", absl::FormatDuration(options_.default_lifetime)));
}

absl::Status Profile::CheckCsr(const x509::Csr& csr) const {
  const auto& allowed = options_.key_algorithms;
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), csr.public_key.algorithm) == allowed.end()) {
    std::vector<absl::string_view> names;
    for (const x509::PublicKeyAlgorithm algorithm : allowed) {
      names.push_back(x509::PublicKeyAlgorithmName(algorithm));
    }
    return InvalidArgument(Reason::kKeyUnsupported, "csr.public_key",
                           absl::StrCat("the profile \"", options_.name, "\" certifies no ",
                                        x509::PublicKeyAlgorithmName(csr.public_key.algorithm),
                                        " keys; make one of: ", absl::StrJoin(names, ", ")));
  }
  return name_rules_.Check(csr.names);
}

std::string Profile::DecideSubject(const x509::GeneralNames& names) const {
  if (options_.subject == SubjectForm::kFirstDnsName) {
    for (const x509::GeneralName& name : names) {
      if (name.type == x509::NameType::kDns && name.value.size() <= kMaxCommonName) {
        return x509::BuildName("", name.value);
      }
    }
  }
  return x509::BuildName("", "");
}

}  // namespace fleetca::service
