// A JoinTokenService that keeps its tokens in memory.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_JOIN_TOKENS_H_
#define FLEETCA_CLIENT_TESTING_FAKE_JOIN_TOKENS_H_

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/testing/fake_error.h"
#include "fleetca/v1/join_tokens.grpc.pb.h"

namespace fleetca::client::testing {

// The first token is "fcj_" and 0 with leading zeros, its id the same number in hex, and so on.
// Thread-safe.
class FakeJoinTokens final : public v1::JoinTokenService::Service {
 public:
  // The next calls fail with these, one each; OK lets one succeed.
  void FailNext(std::vector<FakeError> errors) ABSL_LOCKS_EXCLUDED(mutex_);
  // Applied to every answer of CreateJoinTokens.
  void Tamper(std::function<void(v1::CreateJoinTokensResponse*)> tamper)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives pages of at most this many.
  void LimitPages(size_t size) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the token gives a certificate; and takes one use of it.
  bool IsUsable(absl::string_view token) const ABSL_LOCKS_EXCLUDED(mutex_);
  void Use(absl::string_view token) ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<v1::CreateJoinTokensRequest> create_requests() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<v1::JoinToken> tokens() const ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::Status CreateJoinTokens(grpc::ServerContext* context,
                                const v1::CreateJoinTokensRequest* request,
                                v1::CreateJoinTokensResponse* response) override;
  grpc::Status ListJoinTokens(grpc::ServerContext* context,
                              const v1::ListJoinTokensRequest* request,
                              v1::ListJoinTokensResponse* response) override;
  grpc::Status RevokeJoinTokens(grpc::ServerContext* context,
                                const v1::RevokeJoinTokensRequest* request,
                                v1::RevokeJoinTokensResponse* response) override;

 private:
  grpc::Status NextCallStatus() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::deque<FakeError> errors_ ABSL_GUARDED_BY(mutex_);
  std::function<void(v1::CreateJoinTokensResponse*)> tamper_ ABSL_GUARDED_BY(mutex_);
  size_t page_limit_ ABSL_GUARDED_BY(mutex_) = 1000;
  std::vector<v1::CreateJoinTokensRequest> create_requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::JoinToken> tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_JOIN_TOKENS_H_
