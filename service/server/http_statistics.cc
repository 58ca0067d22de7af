#include "service/server/http_statistics.h"

#include <string>

namespace fleetca::service {

void HttpStatistics::Follow(const HttpPort& port, const RevocationPublishing* publishing) {
  absl::MutexLock lock(&mutex_);
  port_ = &port;
  publishing_ = publishing;
}

bool HttpStatistics::Write(v1::HttpStatistics* message) const {
  absl::MutexLock lock(&mutex_);
  if (port_ == nullptr) {
    return false;
  }
  for (const HttpRoutes::RouteCount& count : port_->route_counts()) {
    (*message->mutable_answers())[std::string(count.route)] = count.answers;
  }
  const HttpServerStats stats = port_->stats();
  for (const auto& [status, count] : stats.statuses) {
    (*message->mutable_statuses())[static_cast<uint32_t>(status)] = count;
  }
  message->set_body_bytes(stats.body_bytes);
  message->set_connections(stats.open);
  message->set_accepted_connections(stats.accepted);
  message->set_refused_connections(stats.refused);
  if (publishing_ != nullptr) {
    const OcspResponder::Counts ocsp = publishing_->ocsp_counts();
    message->set_ocsp_signed(ocsp.signed_anew);
    message->set_ocsp_cached(ocsp.from_cache);
    message->set_crls_signed(publishing_->signed_crls());
  }
  return true;
}

}  // namespace fleetca::service
