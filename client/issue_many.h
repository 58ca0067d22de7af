// Many certificates over one stream.
#ifndef FLEETCA_CLIENT_ISSUE_MANY_H_
#define FLEETCA_CLIENT_ISSUE_MANY_H_

#include <cstddef>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/ca_client.h"
#include "client/issue_request.h"
#include "client/issued.h"

namespace fleetca::client {

// Asks for all of `requests`, and calls `done` once for each, as the answers come, with its index:
// on the calling thread. What was not answered because a stream broke, or may succeed later, is
// asked for again with the same request id, as CaClient does for one call, until the client's
// deadline has passed without any progress. Every request has a request_id.
void IssueMany(const CaClient& client, absl::Span<const IssueOptions> requests,
               const std::function<void(size_t index, const absl::StatusOr<Issued>& result)>& done);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_MANY_H_
