// StreamIssueCertificates: requests in, answers out as they are ready, until one side ends it.
#ifndef FLEETCA_SERVICE_EDGE_STREAM_ISSUE_H_
#define FLEETCA_SERVICE_EDGE_STREAM_ISSUE_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/edge/issue_gate.h"

namespace fleetca::service {

class StreamIssue;

// The open streams, so that a drain can end them. Thread-safe.
class OpenStreams {
 public:
  // False when draining has begun: the stream must end itself.
  bool Add(StreamIssue* stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(StreamIssue* stream) ABSL_LOCKS_EXCLUDED(mutex_);
  // Every stream answers what it has read and then ends with UNAVAILABLE kDraining.
  void BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<StreamIssue*> streams_ ABSL_GUARDED_BY(mutex_);
};

// One stream. Reads while fewer than stream_window requests are unanswered, so a caller that does
// not read its answers stops its own requests and costs a bounded amount of memory. Deletes itself
// when gRPC is done with it.
class StreamIssue : public grpc::ServerBidiReactor<v1::StreamIssueCertificatesRequest,
                                                   v1::StreamIssueCertificatesResponse> {
 public:
  static StreamIssue* Start(const IssueGate& gate, OpenStreams& streams,
                            grpc::CallbackServerContext* context);

  ~StreamIssue() override;

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

  void BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class Item;

  StreamIssue(const IssueGate& gate, OpenStreams& streams, grpc::CallbackServerContext* context);

  void Submit(std::unique_ptr<Item> item) ABSL_LOCKS_EXCLUDED(mutex_);
  void ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Starts whatever the state allows: the next write, the next read, the end.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishOnce(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const IssueGate& gate_;
  OpenStreams& streams_;
  grpc::CallbackServerContext* const context_;

  absl::Mutex mutex_;
  Caller caller_ ABSL_GUARDED_BY(mutex_);
  // The request being read; handed to an item when it is complete.
  std::unique_ptr<v1::StreamIssueCertificatesRequest> incoming_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Item*, std::unique_ptr<Item>> unanswered_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::StreamIssueCertificatesResponse> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool writes_failed_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool chain_sent_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_STREAM_ISSUE_H_
