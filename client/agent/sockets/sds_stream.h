// What is said on a stream of Envoy's secret discovery service, and when: without gRPC.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SDS_STREAM_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SDS_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/agent/sockets/sds_secrets.h"
#include "client/agent/sockets/shared_octets.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fleetca::client {

inline constexpr char kSdsSecretType[] =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

// One stream. A response is due when the names that are asked for have changed, or what they stand
// for; each has all of them that are there. Names that stand for nothing are held: they are
// answered once they stand for something. Thread-compatible.
class SdsStream {
 public:
  // What a request was.
  enum class Kind {
    kFirst,
    // Takes the last response, or asks for other names.
    kAccepted,
    // Says why the client did not take the last response, which is not sent again.
    kRefused,
    // Answers a response before the last, and says nothing that its successor will not.
    kStale,
  };

  // INVALID_ARGUMENT kRequestMalformed for another type than secrets; kRequestTooLarge for too many
  // names. The stream ends with it.
  absl::StatusOr<Kind> OnRequest(const envoy::service::discovery::v3::DiscoveryRequest& request);

  // What there is from now on.
  void OnSecrets(std::shared_ptr<const SdsSecrets> secrets) { secrets_ = std::move(secrets); }

  // The octets of the response that is due; null where none is. To be sent.
  SharedOctets Next();

  // Names that are asked for and stand for nothing.
  std::vector<std::string> UnknownNames() const;

  // Who asks, as the first request says it.
  const std::string& node() const { return node_; }

 private:
  std::vector<std::string> WantedNames() const;

  std::shared_ptr<const SdsSecrets> secrets_;
  bool asked_ = false;
  // Since the last response.
  bool names_changed_ = false;
  std::vector<std::string> names_;
  // No names stand for all of them only until some were named: afterwards they stand for none, as
  // in every service of Envoy's discovery protocol.
  bool named_some_ = false;
  std::string node_;
  // Of the last response: its version, which is its nonce too; and what it said, by name.
  uint64_t version_ = 0;
  absl::flat_hash_map<std::string, SharedOctets> sent_;
};

// The octets of the one answer to a request that is no stream. The errors of OnRequest;
// INVALID_ARGUMENT kRequestMalformed for a name that stands for nothing; UNAVAILABLE kInternal
// where what it stands for is not there yet. `secrets` may be null. Thread-safe.
absl::StatusOr<SharedOctets> AnswerSdsOnce(
    const envoy::service::discovery::v3::DiscoveryRequest& request,
    const std::shared_ptr<const SdsSecrets>& secrets);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SDS_STREAM_H_
