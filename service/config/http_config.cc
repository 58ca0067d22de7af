#include "service/config/http_config.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/config/base_url.h"

namespace fleetca::service {
namespace {

constexpr uint64_t kMaxConnections = uint64_t{1} << 20;
constexpr uint64_t kMaxThreads = 64;
constexpr absl::Duration kMaxRequest = absl::Minutes(5);
constexpr absl::Duration kMaxAnswer = absl::Hours(1);

void ReadHttpTimeout(absl::string_view name, bool written, const google::protobuf::Duration& value,
                     absl::Duration max, ConfigReader* reader, absl::Duration* timeout) {
  if (!written) {
    return;
  }
  const std::string field = Below("http", name);
  *timeout = reader->Duration(field, value);
  if (*timeout < absl::Seconds(1) || *timeout > max) {
    reader->Mistake(field, absl::StrCat("is ", absl::FormatDuration(*timeout),
                                        "; write 1 second to ", absl::FormatDuration(max)));
  }
}

}  // namespace

size_t HttpConfig::MaxConnectionsPerAddress() const {
  return max_connections_per_address != 0 ? max_connections_per_address
                                          : std::max<size_t>(max_connections / 4, 1);
}

HttpConfig ReadHttp(const config::v1::Http& written, ConfigReader* reader) {
  HttpConfig http;
  http.address = reader->Address("http.address", written.address());
  http.base_url = written.base_url();
  if (const std::string problem = BaseUrlProblem(http.base_url); !problem.empty()) {
    reader->Mistake("http.base_url", problem);
  }
  http.max_connections = reader->Limit("http.max_connections", written.max_connections(),
                                       http.max_connections, kMaxConnections);
  http.max_connections_per_address =
      reader->Limit("http.max_connections_per_address", written.max_connections_per_address(),
                    http.max_connections_per_address, kMaxConnections);
  http.threads = reader->Limit("http.threads", written.threads(), http.threads, kMaxThreads);
  ReadHttpTimeout("request_timeout", written.has_request_timeout(), written.request_timeout(),
                  kMaxRequest, reader, &http.request_timeout);
  ReadHttpTimeout("answer_timeout", written.has_answer_timeout(), written.answer_timeout(),
                  kMaxAnswer, reader, &http.answer_timeout);
  return http;
}

}  // namespace fleetca::service
