// An intake with a queue that a test empties by hand, and a caller that it chooses.
#ifndef FLEETCA_SERVICE_RPC_TESTING_RPC_FIXTURE_H_
#define FLEETCA_SERVICE_RPC_TESTING_RPC_FIXTURE_H_

#include <grpcpp/server_context.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issue_queue.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/issuance_intake.h"

namespace fleetca::testing {

// Says of every call what it was told to. Thread-safe.
class FakeCallerReader : public service::CallerReader {
 public:
  absl::StatusOr<service::Caller> Authenticate(const grpc::ServerContextBase&) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return caller_;
  }
  void Set(absl::StatusOr<service::Caller> caller) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    caller_ = std::move(caller);
  }
  // Nobody, as on a connection without a certificate.
  void Refuse() { Set(Unauthenticated(Reason::kCallerUnknown, "Who are you?")); }

 private:
  absl::Mutex mutex_;
  absl::StatusOr<service::Caller> caller_ ABSL_GUARDED_BY(mutex_) = service::Caller{
      .spiffe_id = "spiffe://fleet.test/svc/web"};
};

inline service::IssuedCertificate Issued(absl::string_view certificate) {
  service::IssuedCertificate issued;
  issued.certificate = std::string(certificate);
  issued.serial_number = "serial";
  return issued;
}

// The reason in a status of the wire; "" when it has none.
inline std::string WireReason(const google::rpc::Status& status) {
  google::rpc::ErrorInfo info;
  for (const auto& detail : status.details()) {
    if (detail.UnpackTo(&info)) {
      return info.reason();
    }
  }
  return "";
}
inline std::string WireReason(const grpc::Status& status) {
  google::rpc::Status rpc;
  return rpc.ParseFromString(status.error_details()) ? WireReason(rpc) : "";
}

// Keeps nothing of its answer.
class IndifferentIssuance : public service::Issuance {
 public:
  void Answer(absl::StatusOr<service::IssuedCertificate>) override {}
};

class EdgeFixture : public ::testing::Test {
 protected:
  // The next that waits; a test that waits for nothing is ended by its timeout.
  service::Issuance& Pop() {
    EXPECT_TRUE(queue_.PopBatch(service::IssueQueue::Consumer::kOrdinary, 1, &batch_));
    return *batch_.items().front();
  }

  // Leaves the everyday caller no room; EmptyQueue makes room again.
  void FillQueue() {
    filling_.caller.spiffe_id = "spiffe://fleet.test/svc/web";
    service::Issuance* filling = &filling_;
    absl::Status refusal;
    while (queue_.TryPush(absl::MakeSpan(&filling, 1), &refusal) == 1) {
    }
  }
  void EmptyQueue() {
    while (queue_.size() > 0) {
      Pop().Answer(absl::CancelledError("not wanted"));
    }
  }

  // Answers whatever comes, until the queue is closed.
  void AnswerAll() {
    service::IssueQueue::Batch batch;
    while (queue_.PopBatch(service::IssueQueue::Consumer::kOrdinary, 3, &batch)) {
      for (service::Issuance* issuance : batch.items()) {
        issuance->Answer(Issued("certificate"));
      }
    }
  }

  IndifferentIssuance filling_;
  FakeCallerReader caller_reader_;
  service::IssueQueue queue_{{.capacity = 100}};
  service::IssueQueue::Batch batch_;
  service::IssuanceIntake intake_{
      queue_,
      caller_reader_,
      {"intermediate"},
      {.max_batch_items = 5, .max_message_bytes = 10'000, .stream_window = 4}};
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_RPC_TESTING_RPC_FIXTURE_H_
