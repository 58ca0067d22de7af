// Points in time as people and programs read them, always in UTC.
#ifndef FLEETCA_BASE_TIME_TEXT_H_
#define FLEETCA_BASE_TIME_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace fleetca {

// "2026-11-29T12:46:45Z" (RFC 3339), without fractions: for JSON, and for messages that may be
// searched for.
std::string TimeToText(absl::Time time);

// "2026-11-29 12:46:45 UTC": in sentences for people.
std::string TimeToWords(absl::Time time);

}  // namespace fleetca

#endif  // FLEETCA_BASE_TIME_TEXT_H_
