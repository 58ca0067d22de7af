#include "service/rpc/renewal_messages.h"

#include "base/proto/proto_duration.h"
#include "base/status_macros.h"
#include "service/rpc/messages.h"

namespace fleetca::service {

absl::StatusOr<EarlyRenewalRequest> ReadEarlyRenewalRequest(
    const v1::OrderEarlyRenewalRequest& message) {
  EarlyRenewalRequest request{.identity = message.identity(),
                              .profile = message.profile(),
                              .issuer = message.issuer_key_id(),
                              .explanation_url = message.explanation_url(),
                              .dry_run = message.dry_run()};
  if (message.has_issued_from()) {
    FLEETCA_ASSIGN_OR_RETURN(request.issued_from,
                             ReadTimestamp("issued_from", message.issued_from()));
  }
  if (message.has_issued_to()) {
    FLEETCA_ASSIGN_OR_RETURN(request.issued_to, ReadTimestamp("issued_to", message.issued_to()));
  }
  return request;
}

void WriteEarlyRenewal(const store::EarlyRenewal& order, v1::EarlyRenewal* message) {
  message->set_id(order.id);
  message->set_identity(order.identity);
  message->set_profile(order.profile);
  message->set_issuer_key_id(order.issuer);
  if (order.issued_from != absl::InfinitePast()) {
    WriteTimestamp(order.issued_from, message->mutable_issued_from());
  }
  WriteTimestamp(order.issued_to, message->mutable_issued_to());
  message->set_explanation_url(order.explanation_url);
  WriteTimestamp(order.ordered_at, message->mutable_order_time());
  message->set_orderer(order.ordered_by);
  message->set_certificates(order.certificates);
  WriteTimestamp(order.first_turn, message->mutable_first_turn());
  WriteTimestamp(order.last_turn, message->mutable_last_turn());
}

void WriteRenewalWindow(const RenewalWindow& window, v1::RenewalInfo* message) {
  WriteTimestamp(window.window.start, message->mutable_window_start());
  WriteTimestamp(window.window.end, message->mutable_window_end());
  *message->mutable_retry_after() = ToProtoDuration(window.retry_after);
  message->set_explanation_url(window.explanation_url);
  message->set_revoked(window.revoked);
}

}  // namespace fleetca::service
