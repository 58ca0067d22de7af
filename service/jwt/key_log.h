// What the log gets of an issuer's keys.
#ifndef FLEETCA_SERVICE_JWT_KEY_LOG_H_
#define FLEETCA_SERVICE_JWT_KEY_LOG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/log.h"
#include "service/jwt/jwks.h"

namespace fleetca::service {

// `source` is a path or an URL. A set without a key is an issuer's right, and its tokens' end.
inline void LogNewKeys(absl::string_view source, const JwkSet& keys) {
  log::Write(keys.size() == 0 ? log::Level::kWarning : log::Level::kInfo,
             "The keys of a token issuer were read",
             {{"source", source},
              {"keys", keys.size()},
              {"left_out", absl::StrJoin(keys.left_out(), "; ")}});
}

inline void LogKeysKept(absl::string_view source, const absl::Status& error) {
  log::Error("The keys of a token issuer could not be read; those before stay in use",
             {{"source", source}, {"error", error.message()}});
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_KEY_LOG_H_
