// A RevocationService whose feed says what it is told.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_REVOCATIONS_H_
#define FLEETCA_CLIENT_TESTING_FAKE_REVOCATIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fleetca/v1/revocation.grpc.pb.h"
#include "grpcpp/server_context.h"

namespace fleetca::client::testing {

// Each stream gets all messages from the first on, or from the position on that the reader names;
// then each new one. Thread-safe.
class FakeRevocations final : public v1::RevocationService::Service {
 public:
  // The position of a message is how many were published, itself included.
  void Publish(v1::WatchRevocationsResponse message) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    message.mutable_position()->set_store(1);
    message.mutable_position()->set_sequence(messages_.size() + 1);
    messages_.push_back(std::move(message));
  }
  // Ends the streams that are open with this.
  void EndStreams(grpc::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    end_ = std::move(status);
    ++generation_;
  }
  // Answers further streams with this alone; OK: with messages again.
  void Refuse(grpc::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    refusal_ = std::move(status);
  }
  // What the streams began with so far.
  std::vector<v1::WatchRevocationsRequest> requests() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

  // By whose certificates: the URIs of these.
  std::vector<std::string> callers() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return callers_;
  }

  // What is revoked from now on is so many.
  void Count(uint64_t revoked) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    counted_ = revoked;
  }
  // What was asked to be revoked, dry runs too.
  std::vector<v1::RevokeCertificatesRequest> revocations() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return revocations_;
  }

  grpc::Status RevokeCertificates(grpc::ServerContext*,
                                  const v1::RevokeCertificatesRequest* request,
                                  v1::RevokeCertificatesResponse* response) override {
    absl::MutexLock lock(&mutex_);
    revocations_.push_back(*request);
    response->set_revoked(counted_);
    return grpc::Status::OK;
  }

  // What ListBlocks answers with.
  void Block(v1::Block block) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    blocks_.push_back(std::move(block));
  }
  // The first of those, as one that was in force before.
  grpc::Status BlockIdentity(grpc::ServerContext*, const v1::BlockIdentityRequest*,
                             v1::BlockIdentityResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response->mutable_block() = blocks_.empty() ? v1::Block() : blocks_.front();
    return grpc::Status::OK;
  }
  grpc::Status ListBlocks(grpc::ServerContext*, const v1::ListBlocksRequest*,
                          v1::ListBlocksResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response->mutable_blocks() = {blocks_.begin(), blocks_.end()};
    return grpc::Status::OK;
  }

  grpc::Status WatchRevocations(grpc::ServerContext* context,
                                const v1::WatchRevocationsRequest* request,
                                grpc::ServerWriter<v1::WatchRevocationsResponse>* writer) override {
    size_t next = request->after().sequence();
    uint64_t generation = 0;
    {
      absl::MutexLock lock(&mutex_);
      requests_.push_back(*request);
      const auto uris = context->auth_context()->FindPropertyValues("peer_uri");
      callers_.push_back(uris.empty() ? "" : std::string(uris[0].data(), uris[0].size()));
      generation = generation_;
      if (!refusal_.ok()) {
        return refusal_;
      }
    }
    while (!context->IsCancelled()) {
      std::optional<v1::WatchRevocationsResponse> message;
      {
        absl::MutexLock lock(&mutex_);
        // Looks now and then whether the reader has gone.
        const auto news = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
          return next < messages_.size() || generation != generation_;
        };
        mutex_.AwaitWithTimeout(absl::Condition(&news), absl::Milliseconds(20));
        if (generation != generation_) {
          return end_;
        }
        if (next < messages_.size()) {
          message = messages_[next++];
        }
      }
      if (message.has_value() && !writer->Write(*message)) {
        break;
      }
    }
    return grpc::Status::CANCELLED;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<v1::WatchRevocationsResponse> messages_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WatchRevocationsRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> callers_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::RevokeCertificatesRequest> revocations_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Block> blocks_ ABSL_GUARDED_BY(mutex_);
  uint64_t counted_ ABSL_GUARDED_BY(mutex_) = 1;
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);
  grpc::Status refusal_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_REVOCATIONS_H_
