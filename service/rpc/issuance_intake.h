// What the three issuing calls share: the way from a message to the queue.
#ifndef FLEETCA_SERVICE_RPC_ISSUANCE_INTAKE_H_
#define FLEETCA_SERVICE_RPC_ISSUANCE_INTAKE_H_

#include <grpcpp/server_context.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issue_queue.h"
#include "service/rpc/caller_reader.h"

namespace fleetca::service {

struct IssueLimits {
  size_t max_batch_items = 1000;
  size_t max_message_bytes = size_t{8} << 20;
  size_t stream_window = 256;
};

class RenewalProofs;

// Thread-safe; the references outlive it, and so do the proofs.
class IssuanceIntake {
 public:
  // Where `proofs` is null no proof of a renewal is taken, which is for tests and benchmarks.
  IssuanceIntake(IssueQueue& queue, CallerReader& caller_reader, std::vector<std::string> chain,
                 IssueLimits limits, RenewalProofs* proofs = nullptr)
      : queue_(queue),
        caller_reader_(caller_reader),
        chain_(std::move(chain)),
        limits_(limits),
        proofs_(proofs) {}

  // The caller behind a call on the issuing port, with the address that it calls from.
  // UNAUTHENTICATED.
  absl::StatusOr<CertificateCaller> Authenticate(const grpc::ServerContextBase& context) const;

  // INVALID_ARGUMENT kRequestTooLarge over the message limit.
  absl::Status CheckMessageSize(size_t bytes) const;

  // OK when the queue would take half of `count` requests of the caller or more, or has none of the
  // caller yet; else its refusal of all of them: an overloaded CA should not read what it is not
  // going to answer.
  absl::Status CheckRoom(const Caller& caller, size_t count) const {
    return queue_.CheckRoom(caller, count);
  }

  // Queues the issuances, which are all of one caller, and answers those that find no room with
  // RESOURCE_EXHAUSTED kCallerShareFull or kQueueFull. Any of them may have been answered, and be
  // gone, when this returns.
  void Submit(absl::Span<Issuance*> issuances) const;

  // The certificates above the issued one, DER, nearest first, without the root.
  const std::vector<std::string>& chain() const { return chain_; }
  const IssueLimits& limits() const { return limits_; }
  // May be null.
  RenewalProofs* proofs() const { return proofs_; }

 private:
  IssueQueue& queue_;
  CallerReader& caller_reader_;
  const std::vector<std::string> chain_;
  const IssueLimits limits_;
  RenewalProofs* const proofs_;
};

// The call's deadline; InfiniteFuture when it has none.
absl::Time DeadlineOf(const grpc::ServerContextBase& context);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_ISSUANCE_INTAKE_H_
