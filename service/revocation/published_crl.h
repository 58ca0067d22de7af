// A CRL that is given out.
#ifndef FLEETCA_SERVICE_REVOCATION_PUBLISHED_CRL_H_
#define FLEETCA_SERVICE_REVOCATION_PUBLISHED_CRL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace fleetca::service {

// Never changes.
struct PublishedCrl {
  std::string der;
  uint64_t number = 0;
  absl::Time this_update;
  absl::Time next_update;
  size_t entries = 0;
  std::string sha256;  // of `der`, lower-case hex: what an entity tag is made from
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_PUBLISHED_CRL_H_
