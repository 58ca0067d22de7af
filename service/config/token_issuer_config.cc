#include "service/config/token_issuer_config.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/proto/proto_duration.h"
#include "base/status_macros.h"
#include "service/jwt/file_key_source.h"
#include "service/jwt/https_fetch.h"
#include "service/jwt/https_key_source.h"
#include "service/jwt/jwt_verifier.h"

namespace fleetca::service {
namespace {

namespace pb = config::v1;

constexpr absl::Duration kMinRefresh = absl::Seconds(10);
constexpr absl::Duration kMaxRefresh = absl::Hours(24);

constexpr std::pair<pb::TokenAlgorithm, SigningAlgorithm> kAlgorithms[] = {
    {pb::TOKEN_ALGORITHM_RS256, SigningAlgorithm::kRs256},
    {pb::TOKEN_ALGORITHM_RS384, SigningAlgorithm::kRs384},
    {pb::TOKEN_ALGORITHM_RS512, SigningAlgorithm::kRs512},
    {pb::TOKEN_ALGORITHM_PS256, SigningAlgorithm::kPs256},
    {pb::TOKEN_ALGORITHM_PS384, SigningAlgorithm::kPs384},
    {pb::TOKEN_ALGORITHM_PS512, SigningAlgorithm::kPs512},
    {pb::TOKEN_ALGORITHM_ES256, SigningAlgorithm::kEs256},
    {pb::TOKEN_ALGORITHM_ES384, SigningAlgorithm::kEs384},
};

// Stands for the keys while the rest of an issuer is judged.
class NoKeys : public KeySource {
 public:
  std::shared_ptr<const JwkSet> Keys() override { return std::make_shared<const JwkSet>(); }
  void OnUnknownKey() override {}
};

JwtIssuer ToJwtIssuer(const TokenIssuerConfig& config, std::shared_ptr<KeySource> keys) {
  return {.url = config.url,
          .audiences = config.audiences,
          .algorithms = config.algorithms,
          .clock_skew = config.clock_skew,
          .keys = std::move(keys),
          .one_use = config.one_use,
          .certificates_end_with_token = config.certificates_end_with_token};
}

std::vector<SigningAlgorithm> ReadAlgorithms(absl::string_view field,
                                             const pb::TokenIssuer& written, ConfigReader* reader) {
  std::vector<SigningAlgorithm> algorithms;
  for (int i = 0; i < written.algorithms_size(); ++i) {
    const auto* const found =
        std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                     [&written, i](const auto& row) { return row.first == written.algorithms(i); });
    if (found == std::end(kAlgorithms)) {
      reader->Mistake(At(field, i),
                      "is not an algorithm of tokens; write what the issuer signs with, such as "
                      "TOKEN_ALGORITHM_RS256");
    } else {
      algorithms.push_back(found->second);
    }
  }
  return algorithms;
}

void ReadJwksUrl(const std::string& field, const pb::JwksUrl& written, ConfigReader* reader,
                 TokenIssuerConfig* config) {
  config->jwks_url = written.url();
  const absl::Status url = CheckHttpsUrl(written.url());
  if (!url.ok()) {
    reader->Mistake(Below(field, "url"), url.message());
  }
  if (!written.ca_file().empty()) {
    config->jwks_ca_file = reader->Path(Below(field, "ca_file"), written.ca_file());
  }
  if (written.has_refresh_interval()) {
    const std::string here = Below(field, "refresh_interval");
    config->jwks_refresh_interval = reader->Duration(here, written.refresh_interval());
    if (config->jwks_refresh_interval < kMinRefresh ||
        config->jwks_refresh_interval > kMaxRefresh) {
      reader->Mistake(here, absl::StrCat("is ", absl::FormatDuration(config->jwks_refresh_interval),
                                         "; write 10 seconds to 1 day"));
    }
  }
}

void ReadKeys(const std::string& field, const pb::TokenIssuer& written, ConfigReader* reader,
              TokenIssuerConfig* config) {
  switch (written.keys_case()) {
    case pb::TokenIssuer::kJwksFile:
      config->jwks_file = reader->Path(Below(field, "jwks_file"), written.jwks_file());
      break;
    case pb::TokenIssuer::kJwksUrl:
      ReadJwksUrl(Below(field, "jwks_url"), written.jwks_url(), reader, config);
      break;
    case pb::TokenIssuer::KEYS_NOT_SET:
      reader->Mistake(
          field, "names no keys; write jwks_file: \"...\" or jwks_url { url: \"https://...\" }");
      break;
  }
}

// ClaimRules names its own fields, "rules[2].identity", and begins its messages with them.
void AddRuleMistake(const std::string& field, const absl::Status& mistake, ConfigReader* reader) {
  const std::string name = GetField(mistake);
  absl::string_view problem = mistake.message();
  absl::ConsumePrefix(&problem, absl::StrCat(name, " "));
  reader->Mistake(field, problem);
}

// Each rule alone, then whether two of them leave a choice.
void CheckRules(const std::string& field, const pb::TokenIssuer& written,
                const std::vector<ClaimRuleOptions>& rules, absl::string_view trust_domain,
                ConfigReader* reader) {
  // The last rule may be kubernetes_identity, which is one field.
  const auto field_of = [&field, &written](size_t i, absl::string_view below) {
    return i < static_cast<size_t>(written.rules_size())
               ? absl::StrCat(At(Below(field, "rules"), static_cast<int>(i)), below)
               : Below(field, "kubernetes_identity");
  };
  bool right = true;
  for (size_t i = 0; i < rules.size(); ++i) {
    const absl::Status status = ClaimRules::Create(trust_domain, {rules[i]}).status();
    if (!status.ok()) {
      const std::string at = GetField(status);
      AddRuleMistake(field_of(i, absl::StripPrefix(at, "rules[0]")), status, reader);
      right = false;
    }
  }
  // Later rules are refused for earlier ones, so with one more each time all are found.
  for (size_t count = 2; right && count <= rules.size(); ++count) {
    const absl::Status status =
        ClaimRules::Create(trust_domain, {rules.begin(), rules.begin() + count}).status();
    if (!status.ok()) {
      AddRuleMistake(field_of(count - 1, ".matches"), status, reader);
      right = false;
    }
  }
}

std::vector<ClaimRuleOptions> ReadRules(const std::string& field, const pb::TokenIssuer& written,
                                        absl::string_view trust_domain, ConfigReader* reader) {
  std::vector<ClaimRuleOptions> rules;
  // A stand-in, as a missing URL is reported by itself.
  const std::string issuer = written.url().empty() ? "https://invalid.example" : written.url();
  for (const pb::TokenRule& rule : written.rules()) {
    const std::string here =
        Below(At(Below(field, "rules"), static_cast<int>(rules.size())), "identity");
    rules.push_back({issuer, {}, rule.identity(), reader->PlaceOf(here), here});
    for (const pb::ClaimMatch& match : rule.matches()) {
      rules.back().matches.push_back({match.claim(), match.pattern()});
    }
  }
  if (!written.kubernetes_identity().empty()) {
    rules.push_back(KubernetesServiceAccountRule(issuer, written.kubernetes_identity()));
    rules.back().field = Below(field, "kubernetes_identity");
    rules.back().place = reader->PlaceOf(rules.back().field);
  }
  if (rules.empty()) {
    reader->Mistake(Below(field, "rules"),
                    "is missing; without a rule no token stands for anyone. Write rules { ... } or "
                    "kubernetes_identity: \"/svc/{namespace}/{name}\"");
  }
  CheckRules(field, written, rules, trust_domain, reader);
  return rules;
}

TokenIssuerConfig ReadTokenIssuer(const std::string& field, const pb::TokenIssuer& written,
                                  absl::string_view trust_domain, ConfigReader* reader) {
  TokenIssuerConfig config;
  config.url = written.url();
  config.audiences = {written.audiences().begin(), written.audiences().end()};
  config.algorithms = ReadAlgorithms(Below(field, "algorithms"), written, reader);
  ReadKeys(field, written, reader, &config);
  if (written.has_clock_skew()) {
    config.clock_skew = reader->Duration(Below(field, "clock_skew"), written.clock_skew());
  }
  if (written.has_one_use()) {
    config.one_use = true;
    if (!written.kubernetes_identity().empty()) {
      reader->Mistake(Below(field, "one_use"),
                      "does not go with kubernetes_identity, as pods use a token until it expires; "
                      "remove it");
    }
  }
  config.certificates_end_with_token = written.certificates_end_with_token();
  config.rules = ReadRules(field, written, trust_domain, reader);
  for (const absl::Status& mistake :
       JwtVerifier::FindMistakes(ToJwtIssuer(config, std::make_shared<NoKeys>()))) {
    // What is written but unknown is reported above.
    if (GetField(mistake) != "algorithms" || written.algorithms().empty()) {
      reader->Mistake(Below(field, GetField(mistake)), mistake.message());
    }
  }
  return config;
}

absl::StatusOr<std::shared_ptr<KeySource>> OpenKeys(const TokenIssuerConfig& config,
                                                    FileWatcher& watcher) {
  if (!config.jwks_file.empty()) {
    return std::make_shared<FileKeySource>(config.jwks_file, watcher);
  }
  HttpsKeySourceOptions options;
  options.url = config.jwks_url;
  options.ca_file = config.jwks_ca_file;
  options.refresh_interval = config.jwks_refresh_interval;
  return HttpsKeySource::Create(std::move(options));
}

}  // namespace

std::vector<TokenIssuerConfig> ReadTokenIssuers(
    absl::string_view field, const google::protobuf::RepeatedPtrField<pb::TokenIssuer>& written,
    absl::string_view trust_domain, ConfigReader* reader) {
  std::vector<TokenIssuerConfig> issuers;
  absl::flat_hash_map<std::string, int> first;
  for (int i = 0; i < written.size(); ++i) {
    const std::string here = At(field, i);
    issuers.push_back(ReadTokenIssuer(here, written.Get(i), trust_domain, reader));
    const auto [found, added] = first.try_emplace(issuers.back().url, i);
    if (!added && !issuers.back().url.empty()) {
      reader->Mistake(Below(here, "url"),
                      absl::StrCat("\"", issuers.back().url, "\" is also the URL of ",
                                   At(field, found->second), "; merge the two"));
    }
  }
  return issuers;
}

void TokenIssuersToConfig(const std::vector<TokenIssuerConfig>& issuers,
                          google::protobuf::RepeatedPtrField<pb::TokenIssuer>* out) {
  for (const TokenIssuerConfig& issuer : issuers) {
    pb::TokenIssuer& written = *out->Add();
    written.set_url(issuer.url);
    *written.mutable_audiences() = {issuer.audiences.begin(), issuer.audiences.end()};
    for (const SigningAlgorithm algorithm : issuer.algorithms) {
      written.add_algorithms(
          std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                       [algorithm](const auto& row) { return row.second == algorithm; })
              ->first);
    }
    if (!issuer.jwks_file.empty()) {
      written.set_jwks_file(issuer.jwks_file);
    } else {
      pb::JwksUrl& keys = *written.mutable_jwks_url();
      keys.set_url(issuer.jwks_url);
      keys.set_ca_file(issuer.jwks_ca_file);
      *keys.mutable_refresh_interval() = ToProtoDuration(issuer.jwks_refresh_interval);
    }
    *written.mutable_clock_skew() = ToProtoDuration(issuer.clock_skew);
    if (issuer.one_use) {
      written.mutable_one_use();
    }
    written.set_certificates_end_with_token(issuer.certificates_end_with_token);
    for (const ClaimRuleOptions& options : issuer.rules) {
      pb::TokenRule& rule = *written.add_rules();
      for (const ClaimMatchOptions& match : options.matches) {
        pb::ClaimMatch& claim = *rule.add_matches();
        claim.set_claim(match.claim);
        claim.set_pattern(match.pattern);
      }
      rule.set_identity(options.identity);
    }
  }
}

absl::StatusOr<std::unique_ptr<JwtReader>> MakeJwtReader(
    absl::string_view trust_domain, const std::vector<TokenIssuerConfig>& issuers,
    FileWatcher& watcher) {
  std::vector<JwtIssuer> verified;
  std::vector<ClaimRuleOptions> rules;
  for (const TokenIssuerConfig& issuer : issuers) {
    FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<KeySource> keys, OpenKeys(issuer, watcher));
    verified.push_back(ToJwtIssuer(issuer, std::move(keys)));
    rules.insert(rules.end(), issuer.rules.begin(), issuer.rules.end());
  }
  return JwtReader::Create(trust_domain, std::move(verified), rules);
}

}  // namespace fleetca::service
