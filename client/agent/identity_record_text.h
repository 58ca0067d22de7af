// What an agent keeps of an identity, as the text of a file.
#ifndef FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_TEXT_H_
#define FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/agent/identity_record.h"

namespace fleetca::client {

// All but the private keys. Times are kept to the millisecond.
std::string IdentityRecordText(const IdentityRecord& record);

// The record without its keys. FAILED_PRECONDITION kFileInvalid says what is wrong with the text,
// as the end of a sentence about its file: too long, not of this format, a certificate that is none
// or too many of them, an answer without a request, a number that cannot be. Thread-safe.
absl::StatusOr<IdentityRecord> ParseIdentityRecord(absl::string_view text);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_TEXT_H_
