#include "service/caller/bearer_token.h"

#include <array>

#include "base/errors.h"
#include "base/sha256.h"

namespace fleetca::service {

std::string HashJoinToken(absl::string_view token) {
  const std::array<char, 32> digest = Sha256(token);
  return std::string(digest.data(), digest.size());
}

absl::Status TokenRefused() {
  return Unauthenticated(
      Reason::kCallerUnknown,
      "The token is not accepted: it may have expired, been used or revoked, or be for "
      "something else than what is asked; get a new one, or have the CA's operator look "
      "up why in the CA's log");
}

}  // namespace fleetca::service
