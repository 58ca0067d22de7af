// A failed call as the server's edge sends it.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_ERROR_H_
#define FLEETCA_CLIENT_TESTING_FAKE_ERROR_H_

#include <string>

#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"

namespace fleetca::client::testing {

// Empty parts are left out.
struct FakeError {
  grpc::StatusCode code = grpc::StatusCode::INTERNAL;
  std::string message;
  std::string reason;
  std::string field;
  absl::Duration retry_delay = absl::ZeroDuration();

  grpc::Status ToGrpc() const;
  google::rpc::Status ToRpc() const;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_ERROR_H_
