// The client of a CA's JoinTokenService: makes, lists and revokes join tokens.
#ifndef FLEETCA_CLIENT_JOIN_TOKEN_CLIENT_H_
#define FLEETCA_CLIENT_JOIN_TOKEN_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "client/ca_client_options.h"

namespace fleetca::client {

// The most identities, tokens of a page, or ids in one call.
inline constexpr size_t kMaxTokensPerCall = 1000;

// A token as the CA remembers it: the message of the same name says more.
struct JoinToken {
  std::string id;
  std::string identity;
  std::string profile;
  std::string creator;
  absl::Time create_time;
  absl::Time expire_time;
  uint32_t uses = 0;
  uint32_t uses_left = 0;
  // Of the last certificate issued by it; empty when none was.
  std::string last_serial_number;
  std::optional<absl::Time> revoke_time;
  std::string revoker;
};

// A new one. Nobody else has the secret, and it cannot be had again.
struct CreatedJoinToken {
  SecretBytes token;
  JoinToken info;
};

struct CreateTokensOptions {
  // SPIFFE IDs, one token for each; at most kMaxTokensPerCall.
  std::vector<std::string> identities;
  std::string profile;
  // Absent: the CA's default. Whole positive seconds, or INVALID_ARGUMENT kLifetimeInvalid.
  std::optional<absl::Duration> lifetime;
  // How many certificates each is good for.
  uint32_t uses = 1;
};

struct ListTokensOptions {
  // Those of this identity; empty: all.
  std::string identity;
  bool usable_only = false;
};

struct TokenPage {
  std::vector<JoinToken> tokens;
  // Empty on the last page.
  std::string next_page_token;
};

// Calls over mutual TLS, repeated and explained as CaClient does. Thread-safe.
class JoinTokenClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<JoinTokenClient>> Create(CaClientOptions options);

  JoinTokenClient(const JoinTokenClient&) = delete;
  JoinTokenClient& operator=(const JoinTokenClient&) = delete;
  ~JoinTokenClient();

  // All or none, in the order of the identities. When an answer is lost the call is repeated, and
  // tokens whose secret nobody has stay in the CA's list until they expire. DATA_LOSS
  // kAnswerInvalid when the answer is not one to what was asked.
  absl::StatusOr<std::vector<CreatedJoinToken>> CreateTokens(
      const CreateTokensOptions& options) const;

  // The page that `page_token` names, "" for the first; it may have no tokens and not be the last.
  absl::StatusOr<TokenPage> ListTokens(const ListTokensOptions& options,
                                       const std::string& page_token) const;

  // At most kMaxTokensPerCall ids; the tokens as they are now, in their order. When one is not
  // known none is revoked.
  absl::StatusOr<std::vector<JoinToken>> RevokeTokens(absl::Span<const std::string> ids) const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;

  explicit JoinTokenClient(std::unique_ptr<const Connection> connection);

  const std::unique_ptr<const Connection> connection_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_JOIN_TOKEN_CLIENT_H_
