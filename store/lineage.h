// Lineages: the certificates that one instance got one after the other, each by renewing the one
// before.
//
// The id of a lineage is the serial of its first certificate, so that issuing one writes nothing
// for it: a lineage without a state of its own has that certificate as its newest. A renewal is a
// step, and the store decides in the renewal's own commit whether it is the next one:
//   - from the newest certificate: the new one is the newest then, and that one its parent;
//   - from the newest one's parent, when an answer was lost: the new one replaces the newest, from
//     which nobody renews any more, and the parent stays;
//   - from any other, it is stale: two hold what one instance should, and the one that comes second
//     is found. Nothing of it is written.
// Of two steps from one certificate at the same time, the later one is the second case.
//
// A store that was restored does not know what was renewed since the copy was made. Each lineage of
// before takes any one step after that, whatever certificate it is from, and the rule holds again
// from then on.
#ifndef FLEETCA_STORE_LINEAGE_H_
#define FLEETCA_STORE_LINEAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr size_t kMaxStepAddressSize = 64;

// That a certificate of the commit renews another. The record of the certificate names the lineage
// (never its own serial) and the generation.
struct LineageStep {
  std::string serial;    // the certificate's
  std::string previous;  // the serial of the one that it renews
  // Of who asked, for whoever has to find the holder of a copied key; kMaxStepAddressSize octets at
  // most, may be empty.
  std::string address;

  friend bool operator==(const LineageStep&, const LineageStep&) = default;
};

// How far a lineage is.
struct LineageState {
  std::string newest;  // serial
  std::string parent;  // serial of the one that the newest renewed; empty before the first step
  uint32_t generation = 0;  // of the newest certificate, as its record says
  // How often the store had been restored at the last step.
  uint64_t epoch = 0;
  // The last step: when the newest certificate was issued, who asked for it, and from where. In a
  // lineage without a step: the epoch, and empty.
  absl::Time stepped_at = absl::UnixEpoch();
  std::string stepped_by;
  std::string address;

  friend bool operator==(const LineageState&, const LineageState&) = default;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_LINEAGE_H_
