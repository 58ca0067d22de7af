#include "service/config/profile_config.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

namespace pb = config::v1;
using x509::PublicKeyAlgorithm;

constexpr std::pair<pb::KeyAlgorithm, PublicKeyAlgorithm> kKeyAlgorithms[] = {
    {pb::KEY_ALGORITHM_P256, PublicKeyAlgorithm::kP256},
    {pb::KEY_ALGORITHM_P384, PublicKeyAlgorithm::kP384},
    {pb::KEY_ALGORITHM_RSA, PublicKeyAlgorithm::kRsa},
    {pb::KEY_ALGORITHM_ED25519, PublicKeyAlgorithm::kEd25519},
};

template <typename Repeated>
std::vector<std::string> ToVector(const Repeated& values) {
  return {values.begin(), values.end()};
}

void ReadKeyPurposes(absl::string_view field, const pb::Profile& profile, ConfigReader* reader,
                     ProfileOptions* options) {
  for (int i = 0; i < profile.key_purposes_size(); ++i) {
    const std::string here = At(Below(field, "key_purposes"), i);
    bool* purpose = nullptr;
    switch (profile.key_purposes(i)) {
      case pb::KEY_PURPOSE_SERVER_AUTH:
        purpose = &options->server_auth;
        break;
      case pb::KEY_PURPOSE_CLIENT_AUTH:
        purpose = &options->client_auth;
        break;
      default:
        reader->Mistake(here,
                        "is not a key purpose; write KEY_PURPOSE_SERVER_AUTH or "
                        "KEY_PURPOSE_CLIENT_AUTH");
        continue;
    }
    if (*purpose) {
      reader->Mistake(here, "is listed twice; remove one");
    }
    *purpose = true;
  }
}

void ReadSubject(absl::string_view field, const pb::Profile& profile, ConfigReader* reader,
                 ProfileOptions* options) {
  switch (profile.subject()) {
    case pb::SUBJECT_FORM_UNSPECIFIED:
    case pb::SUBJECT_FORM_EMPTY:
      options->subject = SubjectForm::kEmpty;
      return;
    case pb::SUBJECT_FORM_FIRST_DNS_NAME:
      options->subject = SubjectForm::kFirstDnsName;
      return;
    default:
      reader->Mistake(Below(field, "subject"),
                      "is not a subject form; write SUBJECT_FORM_EMPTY or "
                      "SUBJECT_FORM_FIRST_DNS_NAME");
  }
}

NameRulesOptions ReadNameRules(const pb::NameRules& rules) {
  NameRulesOptions options;
  options.spiffe_paths = ToVector(rules.spiffe_paths());
  options.spiffe_required = rules.spiffe_required();
  options.dns_suffixes = ToVector(rules.dns_suffixes());
  options.dns_wildcards = rules.dns_wildcards();
  options.dns_underscores = rules.dns_underscores();
  options.ip_prefixes = ToVector(rules.ip_prefixes());
  options.email_domains = ToVector(rules.email_domains());
  if (rules.max_names() != 0) {
    options.max_names = rules.max_names();
  }
  return options;
}

}  // namespace

std::vector<PublicKeyAlgorithm> ReadKeyAlgorithms(
    absl::string_view field, const google::protobuf::RepeatedField<int>& written,
    ConfigReader* reader) {
  std::vector<PublicKeyAlgorithm> algorithms;
  for (int i = 0; i < written.size(); ++i) {
    bool known = false;
    for (const auto& [value, meant] : kKeyAlgorithms) {
      if (written.Get(i) == value) {
        algorithms.push_back(meant);
        known = true;
      }
    }
    if (!known) {
      reader->Mistake(At(field, i),
                      "is not a key algorithm; write KEY_ALGORITHM_P256, KEY_ALGORITHM_P384, "
                      "KEY_ALGORITHM_RSA or KEY_ALGORITHM_ED25519");
    }
  }
  return algorithms;
}

ProfileOptions ReadProfile(absl::string_view field, const pb::Profile& profile,
                           absl::string_view trust_domain, ConfigReader* reader) {
  ProfileOptions options;
  options.name = profile.name();
  options.default_lifetime =
      reader->Duration(Below(field, "default_lifetime"), profile.default_lifetime());
  if (profile.has_max_lifetime()) {
    options.max_lifetime = reader->Duration(Below(field, "max_lifetime"), profile.max_lifetime());
  }
  if (profile.has_backdate()) {
    options.backdate = reader->Duration(Below(field, "backdate"), profile.backdate());
  }
  options.key_algorithms =
      ReadKeyAlgorithms(Below(field, "key_algorithms"), profile.key_algorithms(), reader);
  ReadKeyPurposes(field, profile, reader, &options);
  options.names = ReadNameRules(profile.names());
  ReadSubject(field, profile, reader, &options);
  options.ca_issuers_url = profile.ca_issuers_url();
  options.crl_url = profile.crl_url();

  for (const absl::Status& mistake : Profile::FindMistakes(options, trust_domain)) {
    const std::string at = GetField(mistake);
    // What is written but unknown is reported above; what is not written at all is missing.
    if (at == "default_lifetime" && !profile.has_default_lifetime()) {
      reader->Mistake(Below(field, at), "is missing; write it, as in { seconds: 86400 }");
    } else if (at != "key_purposes" || profile.key_purposes().empty()) {
      reader->Mistake(Below(field, at), mistake.message());
    }
  }
  return options;
}

}  // namespace fleetca::service
