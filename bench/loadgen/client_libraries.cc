#include "bench/loadgen/client_libraries.h"

#include "base/openssl.h"
#include "google/protobuf/stubs/common.h"
#include "grpcpp/grpcpp.h"

namespace fleetca::loadgen {

std::vector<std::pair<std::string, std::string>> ClientLibraries() {
  return {{"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"gRPC", grpc::Version()},
          {"Protobuf", google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)}};
}

}  // namespace fleetca::loadgen
