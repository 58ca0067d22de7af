// A PolicyService that has no policy, and answers as it is told.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_POLICY_H_
#define FLEETCA_CLIENT_TESTING_FAKE_POLICY_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/testing/fake_error.h"
#include "fleetca/v1/policy_service.grpc.pb.h"

namespace fleetca::client::testing {

// Thread-safe.
class FakePolicy final : public v1::PolicyService::Service {
 public:
  // The next calls fail with these, one each.
  void FailNext(std::vector<FakeError> errors) ABSL_LOCKS_EXCLUDED(mutex_);
  // What every other call is answered with; empty at first.
  void Answer(v1::ApplyPolicyResponse response) ABSL_LOCKS_EXCLUDED(mutex_);

  // The file_sha256 of every call that came in, in order.
  std::vector<std::string> asked_for() const ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::Status ApplyPolicy(grpc::ServerContext* context, const v1::ApplyPolicyRequest* request,
                           v1::ApplyPolicyResponse* response) override;

 private:
  mutable absl::Mutex mutex_;
  std::deque<FakeError> errors_ ABSL_GUARDED_BY(mutex_);
  v1::ApplyPolicyResponse answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_for_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_POLICY_H_
