// What the HTTP port has done, for the statistics.
#ifndef FLEETCA_SERVICE_SERVER_HTTP_STATISTICS_H_
#define FLEETCA_SERVICE_SERVER_HTTP_STATISTICS_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "fleetca/v1/statistics.pb.h"
#include "service/http/http_port.h"
#include "service/server/revocation_publishing.h"

namespace fleetca::service {

// Thread-safe. The statistics are asked for before the HTTP port is there, too.
class HttpStatistics {
 public:
  // Both outlive whoever calls Write. `publishing` may be null: nothing is signed.
  void Follow(const HttpPort& port, const RevocationPublishing* publishing)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // False where there is no HTTP port yet.
  bool Write(v1::HttpStatistics* message) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  const HttpPort* port_ ABSL_GUARDED_BY(mutex_) = nullptr;
  const RevocationPublishing* publishing_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_HTTP_STATISTICS_H_
