// fleetca.v1.StatisticsService: what the server measured about itself.
#ifndef FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_
#define FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "service/authority/own_certificate.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/issuer_stats.h"
#include "service/renewals/renewal_windows.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/revoker.h"
#include "service/rpc/renewal_proofs.h"
#include "service/rpc/revocation_watchers.h"
#include "store/store_stats.h"
#include "x509/possession.h"

namespace fleetca::service {

// Fills in the compiler, the libraries but the store's, and the machine.
void DescribeBuildAndMachine(v1::ServerDescription* description);

// Gives the certificates that the CA has for itself. Waits for nothing; from any thread.
using ReadOwnCertificates = std::function<std::vector<OwnCertificateState>()>;

// Fills in what the HTTP port has answered; false where there is none. Waits for nothing; from any
// thread.
using WriteHttpStatistics = std::function<bool(v1::HttpStatistics*)>;

// What else is said; nothing is said of a part that is null.
struct StatisticsParts {
  const KnownRevocations* known = nullptr;
  const Revoker* revoker = nullptr;
  const RevocationWatchers* watchers = nullptr;
  const RenewalWindows* windows = nullptr;
  const RenewalProofs* proofs = nullptr;
  const x509::PossessionVerifier* possession = nullptr;
  WriteHttpStatistics http = nullptr;
};

// Answers whoever the port's access check lets through. Thread-safe; the references and the parts
// outlive it.
class StatisticsService : public v1::StatisticsService::WithRawCallbackMethod_GetStatistics<
                              v1::StatisticsService::Service> {
 public:
  StatisticsService(v1::ServerDescription description, const IssueQueue& queue,
                    const IssuerStats& issuing, const store::StoreStats& stored,
                    ReadOwnCertificates own_certificates, StatisticsParts parts = {})
      : description_(std::move(description)),
        queue_(queue),
        issuing_(issuing),
        stored_(stored),
        own_certificates_(std::move(own_certificates)),
        parts_(std::move(parts)) {}

  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;

 private:
  absl::Status Read(v1::GetStatisticsResponse* response) const;

  const absl::Time start_time_ = absl::Now();
  const v1::ServerDescription description_;
  const IssueQueue& queue_;
  const IssuerStats& issuing_;
  const store::StoreStats& stored_;
  const ReadOwnCertificates own_certificates_;
  const StatisticsParts parts_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_
