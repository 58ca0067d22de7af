// Files that hold certificates or CSRs in whatever encoding.
#ifndef FLEETCA_CLIENT_CLI_PEM_OR_DER_H_
#define FLEETCA_CLIENT_CLI_PEM_OR_DER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

enum class ObjectType { kCertificate, kCsr };

struct EncodedObject {
  ObjectType type = ObjectType::kCertificate;
  std::string der;
};

// The certificates or CSRs in `contents`: PEM blocks of one kind, or DER elements one after the
// other. At least one. The DER is only looked at as far as its type shows. INVALID_ARGUMENT
// kFileInvalid.
absl::StatusOr<std::vector<EncodedObject>> ParsePemOrDer(absl::string_view contents);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_PEM_OR_DER_H_
