#include "service/rpc/issuance_intake.h"

#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/net/peer_address.h"

namespace fleetca::service {

absl::StatusOr<CertificateCaller> IssuanceIntake::Authenticate(
    const grpc::ServerContextBase& context) const {
  FLEETCA_ASSIGN_OR_RETURN(CertificateCaller caller, caller_reader_.Authenticate(context));
  if (const std::optional<PeerAddress> peer = PeerAddress::FromGrpc(context.peer())) {
    caller.address = peer->ToString();
  }
  return caller;
}

absl::Status IssuanceIntake::CheckMessageSize(size_t bytes) const {
  if (bytes > limits_.max_message_bytes) {
    return InvalidArgument(Reason::kRequestTooLarge, "",
                           absl::StrCat("The message has ", bytes, " bytes; send at most ",
                                        limits_.max_message_bytes, ", in several calls"));
  }
  return absl::OkStatus();
}

void IssuanceIntake::Submit(absl::Span<Issuance*> issuances) const {
  absl::Status refusal;
  const size_t queued = queue_.TryPush(issuances, &refusal);
  for (Issuance* issuance : issuances.subspan(queued)) {
    issuance->Answer(refusal);
  }
}

absl::Time DeadlineOf(const grpc::ServerContextBase& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture()
                                                                  : absl::FromChrono(deadline);
}

}  // namespace fleetca::service
