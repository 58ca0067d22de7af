// The HTTP port's part of the configuration.
#ifndef FLEETCA_SERVICE_CONFIG_HTTP_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_HTTP_CONFIG_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "base/config/config_reader.h"
#include "fleetca/config/v1/config.pb.h"

namespace fleetca::service {

struct HttpConfig {
  std::string address;   // empty: no such port
  std::string base_url;  // "http://HOST[:PORT]", without a slash at its end
  size_t max_connections = 1024;
  size_t max_connections_per_address = 0;  // 0: a quarter of max_connections
  size_t threads = 2;
  absl::Duration request_timeout = absl::Seconds(15);
  absl::Duration answer_timeout = absl::Minutes(5);

  // max_connections_per_address, or what its default comes to.
  size_t MaxConnectionsPerAddress() const;
};

// Adds its mistakes to the reader's text.
HttpConfig ReadHttp(const config::v1::Http& written, ConfigReader* reader);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_HTTP_CONFIG_H_
