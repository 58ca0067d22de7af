#include "service/rpc/revocation_messages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/revocation/revocation_reason.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

using Selection = v1::RevokeCertificatesRequest::SelectionCase;

// Each once, so that none is counted twice.
RevokeSerials ReadSerials(const v1::SerialNumbers& message) {
  std::vector<std::string> serials(message.values().begin(), message.values().end());
  if (serials.size() > 1 && serials.size() <= kMaxSerialsPerCall) {
    std::sort(serials.begin(), serials.end());
    serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
  }
  return {std::move(serials)};
}

absl::StatusOr<RevokeIssued> ReadIssued(const v1::IssuedSelection& message) {
  RevokeIssued issued;
  if (!message.profile().empty()) {
    issued.profile = message.profile();
  }
  if (!message.issuer_key_id().empty()) {
    issued.issuer = message.issuer_key_id();
  }
  if (message.has_from()) {
    FLEETCA_ASSIGN_OR_RETURN(issued.issued_from, ReadTimestamp("issued.from", message.from()));
  }
  if (message.has_to()) {
    FLEETCA_ASSIGN_OR_RETURN(issued.issued_to, ReadTimestamp("issued.to", message.to()));
  }
  return issued;
}

absl::StatusOr<RevocationSelection> ReadSelection(const v1::RevokeCertificatesRequest& message) {
  switch (message.selection_case()) {
    case Selection::kSerialNumbers:
      return ReadSerials(message.serial_numbers());
    case Selection::kIdentity:
      return RevokeIdentity{message.identity()};
    case Selection::kLineage:
      return RevokeLineage{message.lineage()};
    case Selection::kKeySha256:
      return RevokeKey{message.key_sha256()};
    case Selection::kIssued:
      return ReadIssued(message.issued());
    case Selection::SELECTION_NOT_SET:
      break;
  }
  return InvalidArgument(Reason::kRequestEmpty, "selection",
                         "The request selects no certificates; say which ones are to be revoked: "
                         "by serial_numbers, identity, lineage, key_sha256 or issued");
}

}  // namespace

absl::StatusOr<RevokeRequest> ReadRevokeRequest(const v1::RevokeCertificatesRequest& message) {
  FLEETCA_ASSIGN_OR_RETURN(RevocationSelection selection, ReadSelection(message));
  const std::optional<store::RevocationReason> reason = ReadRevocationReason(message.reason());
  if (!reason.has_value()) {
    return InvalidArgument(
        Reason::kConfigInvalid, "reason",
        absl::StrCat("reason ", static_cast<int>(message.reason()),
                     " is none by which a certificate can be revoked for good; use one of "
                     "fleetca.v1.RevocationReason"));
  }
  return RevokeRequest{
      .selection = std::move(selection), .reason = *reason, .dry_run = message.dry_run()};
}

void WriteRevoked(const store::Revocation& revocation, v1::RevokedCertificate* message) {
  message->set_serial_number(revocation.serial);
  WriteTimestamp(revocation.revoked_at, message->mutable_revoke_time());
  message->set_reason(static_cast<v1::RevocationReason>(revocation.reason));
}

void WriteBlock(const store::Block& block, v1::Block* message) {
  switch (block.target.kind) {
    case store::BlockKind::kIdentity:
      message->set_identity(block.target.value);
      break;
    case store::BlockKind::kLineage:
      message->set_lineage(block.target.value);
      break;
    case store::BlockKind::kKey:
      message->set_key_sha256(block.target.value);
      break;
  }
  WriteTimestamp(block.blocked_at, message->mutable_block_time());
  message->set_blocker(block.blocked_by);
  message->set_reason(block.reason);
  message->set_permanent(block.permanent);
}

}  // namespace fleetca::service
