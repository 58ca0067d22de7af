#include "client/testing/fake_policy.h"

#include <utility>

namespace fleetca::client::testing {

void FakePolicy::FailNext(std::vector<FakeError> errors) {
  absl::MutexLock lock(&mutex_);
  errors_.assign(errors.begin(), errors.end());
}

void FakePolicy::Answer(v1::ApplyPolicyResponse response) {
  absl::MutexLock lock(&mutex_);
  answer_ = std::move(response);
}

std::vector<std::string> FakePolicy::asked_for() const {
  absl::MutexLock lock(&mutex_);
  return asked_for_;
}

grpc::Status FakePolicy::ApplyPolicy(grpc::ServerContext*, const v1::ApplyPolicyRequest* request,
                                     v1::ApplyPolicyResponse* response) {
  absl::MutexLock lock(&mutex_);
  asked_for_.push_back(request->file_sha256());
  if (!errors_.empty()) {
    const FakeError error = errors_.front();
    errors_.pop_front();
    return error.ToGrpc();
  }
  *response = answer_;
  return grpc::Status::OK;
}

}  // namespace fleetca::client::testing
