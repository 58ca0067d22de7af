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

// `source` is a path or an URL. A set without a usable key is the end of its issuer's tokens.
inline void LogNewKeys(absl::string_view source, const JwkSet& keys) {
  const bool none = keys.size() == 0;
  log::Write(none ? log::Level::kWarning : log::Level::kInfo,
             none ? "A token issuer has no usable key, so its tokens are refused"
                  : "The keys of a token issuer were read",
             {{"source", source},
              {"keys", keys.size()},
              {"left_out", absl::StrJoin(keys.left_out(), "; ")}});
}

inline void LogKeysMissing(absl::string_view source, const absl::Status& error) {
  log::Error("A token issuer's keys could not be had; until they can, its tokens are refused",
             {{"source", source}, {"error", error.message()}});
}

inline void LogKeysKept(absl::string_view source, const absl::Status& error) {
  log::Error("A token issuer's keys could not be had; those before stay in use",
             {{"source", source}, {"error", error.message()}});
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_KEY_LOG_H_
