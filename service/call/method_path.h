// Which method a call asks for, as an access check finds it.
#ifndef FLEETCA_SERVICE_CALL_METHOD_PATH_H_
#define FLEETCA_SERVICE_CALL_METHOD_PATH_H_

#include <grpcpp/security/auth_metadata_processor.h>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// HTTP/2's :path, such as "/fleetca.v1.StatisticsService/GetStatistics", by which gRPC finds the
// handler as well; "", which is no method, unless the metadata have exactly one. Aliases the
// metadata.
absl::string_view MethodPath(const grpc::AuthMetadataProcessor::InputMetadata& metadata);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_METHOD_PATH_H_
