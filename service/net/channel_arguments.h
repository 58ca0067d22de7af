// What the ports ask of gRPC.
#ifndef FLEETCA_SERVICE_NET_CHANNEL_ARGUMENTS_H_
#define FLEETCA_SERVICE_NET_CHANNEL_ARGUMENTS_H_

#include <grpcpp/server_builder.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// The traps of gRPC 1.51 as a server that strangers reach; each was seen to bite.
void SetChannelArguments(size_t max_message_bytes, grpc::ServerBuilder& builder);

// INTERNAL kInternal: gRPC did not build the server of the port that is configured as `field`.
absl::Status DidNotStart(absl::string_view field);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CHANNEL_ARGUMENTS_H_
