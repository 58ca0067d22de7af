// A connection to a CA.
#ifndef FLEETCA_CLIENT_CHANNEL_H_
#define FLEETCA_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace fleetca::client {

struct ChannelOptions {
  // host:port. Proxies named by the environment are not used.
  std::string address;
  // The name to expect in the server's certificate, where it is not the host of `address`.
  std::string server_name;
  // The longest answer that is taken: by default a batch of 1,000 with the longest keys and a
  // chain.
  int max_answer_bytes = 16 << 20;
  // Before a broken connection is made again.
  absl::Duration reconnect_delay = absl::Milliseconds(100);
  absl::Duration max_reconnect_delay = absl::Seconds(5);
};

// One connection of its own, which is made when first needed and made again after it breaks.
std::shared_ptr<grpc::Channel> MakeChannel(
    const ChannelOptions& options, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CHANNEL_H_
