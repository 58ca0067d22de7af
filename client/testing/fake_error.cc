#include "client/testing/fake_error.h"

#include "google/rpc/error_details.pb.h"

namespace fleetca::client::testing {

google::rpc::Status FakeError::ToRpc() const {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  if (!reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_domain("fleetca");
    info.set_reason(reason);
    status.add_details()->PackFrom(info);
  }
  if (!field.empty()) {
    google::rpc::BadRequest bad_request;
    bad_request.add_field_violations()->set_field(field);
    status.add_details()->PackFrom(bad_request);
  }
  if (retry_delay > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry_info;
    const int64_t seconds = absl::ToInt64Seconds(retry_delay);
    retry_info.mutable_retry_delay()->set_seconds(seconds);
    retry_info.mutable_retry_delay()->set_nanos(
        static_cast<int>(absl::ToInt64Nanoseconds(retry_delay - absl::Seconds(seconds))));
    status.add_details()->PackFrom(retry_info);
  }
  return status;
}

grpc::Status FakeError::ToGrpc() const {
  return grpc::Status(code, message, ToRpc().SerializeAsString());
}

}  // namespace fleetca::client::testing
