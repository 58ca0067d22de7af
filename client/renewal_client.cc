#include "client/renewal_client.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/service_connection.h"
#include "fleetca/v1/renewals.grpc.pb.h"

namespace fleetca::client {
namespace {

EarlyRenewal FromProto(const v1::EarlyRenewal& order) {
  EarlyRenewal out{.id = order.id(),
                   .identity = order.identity(),
                   .profile = order.profile(),
                   .issuer = absl::BytesToHexString(order.issuer_key_id()),
                   .issued_to = TimeFromProto(order.issued_to()),
                   .explanation_url = order.explanation_url(),
                   .order_time = TimeFromProto(order.order_time()),
                   .orderer = order.orderer(),
                   .certificates = order.certificates(),
                   .first_turn = TimeFromProto(order.first_turn()),
                   .last_turn = TimeFromProto(order.last_turn())};
  if (order.has_issued_from()) {
    out.issued_from = TimeFromProto(order.issued_from());
  }
  return out;
}

}  // namespace

struct RenewalClient::Connection : ServiceConnection<v1::RenewalService> {
  using ServiceConnection::ServiceConnection;
};

absl::StatusOr<std::unique_ptr<RenewalClient>> RenewalClient::Create(CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
  return absl::WrapUnique(
      new RenewalClient(std::make_unique<Connection>(std::move(options), identity)));
}

RenewalClient::RenewalClient(std::unique_ptr<const Connection> connection)
    : connection_(std::move(connection)) {}

RenewalClient::~RenewalClient() = default;

absl::StatusOr<EarlyRenewal> RenewalClient::Order(
    const v1::OrderEarlyRenewalRequest& request) const {
  v1::OrderEarlyRenewalResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::OrderEarlyRenewalRequest>(
      &Connection::Stub::OrderEarlyRenewal, request, &response));
  if (!response.has_early_renewal() || (response.early_renewal().id() == 0) != request.dry_run()) {
    return AnswerInvalid("it has no early renewal, or one that was not asked for");
  }
  return FromProto(response.early_renewal());
}

absl::StatusOr<std::vector<EarlyRenewal>> RenewalClient::List() const {
  v1::ListEarlyRenewalsResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::ListEarlyRenewalsRequest>(
      &Connection::Stub::ListEarlyRenewals, v1::ListEarlyRenewalsRequest(), &response));
  std::vector<EarlyRenewal> orders;
  for (const v1::EarlyRenewal& order : response.early_renewals()) {
    orders.push_back(FromProto(order));
  }
  return orders;
}

absl::Status RenewalClient::Cancel(uint64_t id) const {
  v1::CancelEarlyRenewalRequest request;
  request.set_id(id);
  v1::CancelEarlyRenewalResponse response;
  return connection_->Call<v1::CancelEarlyRenewalRequest>(&Connection::Stub::CancelEarlyRenewal,
                                                          request, &response);
}

}  // namespace fleetca::client
