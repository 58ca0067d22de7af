// How many roots, and how long a chain, the record of an identity holds. The agent checks these
// bounds before it keeps what the CA or a file gave it, and again when it reads the record.
#ifndef FLEETCA_CLIENT_AGENT_RECORD_LIMITS_H_
#define FLEETCA_CLIENT_AGENT_RECORD_LIMITS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/agent/identity_record.h"

namespace fleetca::client {

inline constexpr size_t kMaxKeptRoots = 256;
// Of all of them together, DER.
inline constexpr size_t kMaxKeptRootBytes = size_t{512} << 10;
// Of a certificate's issuers.
inline constexpr size_t kMaxKeptChain = 16;
// Of a certificate with its issuers, DER.
inline constexpr size_t kMaxKeptChainBytes = size_t{128} << 10;
// Of the record as text, in which an octet is four characters at most.
inline constexpr size_t kMaxRecordBytes = size_t{8} << 20;

// FAILED_PRECONDITION kFileInvalid with words that follow on a noun: "has 300 roots, and ...".
absl::Status CheckRootsKept(const std::vector<std::string>& roots_der);
absl::Status CheckChainKept(const KeptChain& chain);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_RECORD_LIMITS_H_
