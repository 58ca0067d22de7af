// Issuers of tokens between the configuration's schema and the verification of JWTs.
#ifndef FLEETCA_SERVICE_CONFIG_TOKEN_ISSUER_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_TOKEN_ISSUER_CONFIG_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/config/config_reader.h"
#include "base/file_watcher.h"
#include "fleetca/config/v1/token_issuers.pb.h"
#include "google/protobuf/repeated_field.h"
#include "service/jwt/claim_rules.h"
#include "service/jwt/jwt_reader.h"
#include "service/jwt/signing_algorithm.h"

namespace fleetca::service {

// See proto/fleetca/config/v1/token_issuers.proto for the meaning of each field.
struct TokenIssuerConfig {
  std::string url;
  std::vector<std::string> audiences;
  std::vector<SigningAlgorithm> algorithms;
  // Either the file or the URL is written, and the other one empty.
  std::string jwks_file;
  std::string jwks_url;
  std::string jwks_ca_file;  // "" for the system's roots
  absl::Duration jwks_refresh_interval = absl::Minutes(5);
  absl::Duration clock_skew = absl::Seconds(60);
  // A token is good for one certificate, instead of until it expires.
  bool one_use = false;
  // A certificate that is asked for with a token ends when the token does.
  bool certificates_end_with_token = false;
  // The issuer's URL in each; that of kubernetes_identity is the last one.
  std::vector<ClaimRuleOptions> rules;
};

// What the file says at `field` ("token_issuers"). Adds a mistake for everything that
// MakeJwtReader would refuse without looking at files. Reads none.
std::vector<TokenIssuerConfig> ReadTokenIssuers(
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<config::v1::TokenIssuer>& written,
    absl::string_view trust_domain, ConfigReader* reader);

// The way back; kubernetes_identity comes as the rule that it is short for.
void TokenIssuersToConfig(const std::vector<TokenIssuerConfig>& issuers,
                          google::protobuf::RepeatedPtrField<config::v1::TokenIssuer>* out);

// Reads the files of keys, which `watcher` looks after from then on, and starts fetching those of
// URLs in the background. Until keys can be had, the tokens of their issuer are refused, and the
// log says so. INVALID_ARGUMENT kConfigInvalid as JwtReader::Create; the errors of
// Thread::Start. `watcher` outlives it.
absl::StatusOr<std::unique_ptr<JwtReader>> MakeJwtReader(
    absl::string_view trust_domain, const std::vector<TokenIssuerConfig>& issuers,
    FileWatcher& watcher);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_TOKEN_ISSUER_CONFIG_H_
