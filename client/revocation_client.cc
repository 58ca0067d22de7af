#include "client/revocation_client.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/service_connection.h"
#include "fleetca/v1/revocation.grpc.pb.h"

namespace fleetca::client {
namespace {

constexpr uint32_t kPageSize = 1000;

Blocked FromProto(const v1::Block& block) {
  Blocked out{.block_time = TimeFromProto(block.block_time()),
              .blocker = block.blocker(),
              .reason = block.reason(),
              .permanent = block.permanent()};
  switch (block.target_case()) {
    case v1::Block::kIdentity:
      out.kind = "identity";
      out.target = block.identity();
      break;
    case v1::Block::kLineage:
      out.kind = "lineage";
      out.target = absl::BytesToHexString(block.lineage());
      break;
    case v1::Block::kKeySha256:
      out.kind = "key";
      out.target = absl::BytesToHexString(block.key_sha256());
      break;
    case v1::Block::TARGET_NOT_SET:
      break;
  }
  return out;
}

}  // namespace

struct RevocationClient::Connection : ServiceConnection<v1::RevocationService> {
  using ServiceConnection::ServiceConnection;
};

absl::StatusOr<std::unique_ptr<RevocationClient>> RevocationClient::Create(
    CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
  return absl::WrapUnique(
      new RevocationClient(std::make_unique<Connection>(std::move(options), identity)));
}

RevocationClient::RevocationClient(std::unique_ptr<const Connection> connection)
    : connection_(std::move(connection)) {}

RevocationClient::~RevocationClient() = default;

absl::StatusOr<RevokedCounts> RevocationClient::Revoke(
    const v1::RevokeCertificatesRequest& request) const {
  v1::RevokeCertificatesResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::RevokeCertificatesRequest>(
      &Connection::Stub::RevokeCertificates, request, &response));
  return RevokedCounts{.revoked = response.revoked(),
                       .upgraded = response.upgraded(),
                       .unchanged = response.unchanged(),
                       .sequence = response.sequence()};
}

absl::StatusOr<Blocked> RevocationClient::Block(const std::string& identity,
                                                const std::string& reason) const {
  v1::BlockIdentityRequest request;
  request.set_identity(identity);
  request.set_reason(reason);
  v1::BlockIdentityResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::BlockIdentityRequest>(
      &Connection::Stub::BlockIdentity, request, &response));
  if (response.block().identity() != identity) {
    return AnswerInvalid("the block is of another identity than was asked for");
  }
  return FromProto(response.block());
}

absl::StatusOr<bool> RevocationClient::Unblock(const std::string& identity) const {
  v1::UnblockIdentityRequest request;
  request.set_identity(identity);
  v1::UnblockIdentityResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::UnblockIdentityRequest>(
      &Connection::Stub::UnblockIdentity, request, &response));
  return response.was_blocked();
}

absl::StatusOr<bool> RevocationClient::UnblockLineage(const x509::SerialNumber& serial) const {
  v1::UnblockLineageRequest request;
  request.set_lineage(std::string(serial.bytes()));
  v1::UnblockLineageResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::UnblockLineageRequest>(
      &Connection::Stub::UnblockLineage, request, &response));
  return response.was_blocked();
}

absl::StatusOr<std::vector<Blocked>> RevocationClient::ListBlocks() const {
  std::vector<Blocked> blocks;
  v1::ListBlocksRequest request;
  request.set_page_size(kPageSize);
  v1::ListBlocksResponse response;
  do {
    FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::ListBlocksRequest>(&Connection::Stub::ListBlocks,
                                                                     request, &response));
    for (const v1::Block& block : response.blocks()) {
      blocks.push_back(FromProto(block));
    }
    if (!response.next_page_token().empty() && response.next_page_token() == request.page_token()) {
      return AnswerInvalid("a page of the list names itself as the next one");
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return blocks;
}

}  // namespace fleetca::client
