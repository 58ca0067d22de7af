// The URL that certificates point at.
#ifndef FLEETCA_SERVICE_CONFIG_BASE_URL_H_
#define FLEETCA_SERVICE_CONFIG_BASE_URL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// What is wrong with "http://HOST" or "http://HOST:PORT", with what to write; empty when nothing
// is. HOST is a DNS name in lower case, an IPv4 address, or an IPv6 address in brackets.
std::string BaseUrlProblem(absl::string_view url);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_BASE_URL_H_
