// The access check of the issuing port: what the table of rights does not give to the caller is
// denied before any handler runs.
#ifndef FLEETCA_SERVICE_RPC_ACCESS_CHECK_H_
#define FLEETCA_SERVICE_RPC_ACCESS_CHECK_H_

#include <grpcpp/security/auth_metadata_processor.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/log_limiter.h"
#include "service/caller/caller.h"
#include "service/net/caller_calls.h"
#include "service/policy/current_policy.h"
#include "service/rpc/peer_reader.h"
#include "service/time/clock_rule.h"

namespace fleetca::service {

// The access check of the port that asks for client certificates. Runs on every call, gRPC's own
// health and reflection services included, and is the one place where the rights of the table
// (service/rights/method_rights.h) are checked. Handlers decide what depends on the request.
// Thread-safe; the references outlive it.
class AccessCheck : public grpc::AuthMetadataProcessor {
 public:
  // Debian's reflection library registers its service in every server it is linked into, so whether
  // the service exists for anyone is decided here.
  AccessCheck(PeerReader& caller_reader, const CurrentPolicy& policies, const ClockRule& clock_rule,
              std::shared_ptr<CallerTable> callers, bool reflection)
      : caller_reader_(caller_reader),
        policies_(policies),
        clock_rule_(clock_rule),
        callers_(std::move(callers)),
        reflection_(reflection) {}

  bool IsBlocking() const override { return false; }
  // A refusal says its reason in its sentence (ToAccessStatus of status_to_rpc.h).
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

  // UNAVAILABLE kClockRefused while the clock is not believed: then nobody can say whether a
  // certificate has expired. Questions about health are answered all the same, and so they are
  // while nobody can say whether it was revoked.
  absl::Status CheckClock(absl::string_view path) const;

  // Whether `caller` may call the method with this HTTP/2 :path, by the table of rights and the
  // policy in force. PERMISSION_DENIED kCallerNotAllowed.
  absl::Status Check(const CertificateCaller& caller, absl::string_view path) const;

 private:
  // RESOURCE_EXHAUSTED kQueueFull (service/net/caller_calls.h); notes it in the log.
  absl::Status TooManyCalls(absl::string_view caller);

  PeerReader& caller_reader_;
  const CurrentPolicy& policies_;
  const ClockRule& clock_rule_;
  const std::shared_ptr<CallerTable> callers_;
  const bool reflection_;
  log::Limiter limiter_{kLinesPerSecond};

  static constexpr int kLinesPerSecond = 1;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_ACCESS_CHECK_H_
