#include "client/agent/ca/grpc_ca_port.h"

#include <atomic>
#include <utility>

#include "absl/functional/function_ref.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "client/bootstrap_client.h"
#include "client/ca_client.h"
#include "client/clock_difference.h"
#include "client/server_addresses.h"
#include "client/tls_identity.h"
#include "x509/certificate.h"
#include "x509/serial.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

// What stands for the files in the words of errors: "the client certificate that the agent holds
// expired at", "the roots in the agent's trust bundle".
constexpr char kBundleInWords[] = "the agent's trust bundle";
constexpr char kHeldInWords[] = "that the agent holds";

enum class Door { kMutualTls, kProof };

std::shared_ptr<const TlsParts> PartsOf(const Credential& credential) {
  TlsParts parts;
  parts.roots_der = credential.roots_der;
  parts.chain_der = {credential.certificate_der};
  parts.chain_der.insert(parts.chain_der.end(), credential.chain_der.begin(),
                         credential.chain_der.end());
  parts.private_key_pem = SecretBytes(credential.private_key_pem.view());
  return std::make_shared<const TlsParts>(std::move(parts));
}

// All attempts at one certificate have one id: the first may have been heard.
template <typename Options>
absl::StatusOr<Options> WithRequestId(Options options) {
  if (options.request_id.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.request_id, DrawRequestId());
  }
  return options;
}

class GrpcCaPort final : public CaPort {
 public:
  explicit GrpcCaPort(CaPortOptions options)
      : options_(std::move(options)),
        server_identity_(options_.server_identity.empty()
                             ? x509::ServerIdentity(options_.trust_domain)
                             : options_.server_identity),
        issuing_(options_.addresses),
        bootstrap_(options_.bootstrap_addresses) {}

  absl::StatusOr<Issued> Enroll(const SecretBytes& token, const IssueOptions& request) override;
  absl::StatusOr<Issued> Renew(const Credential& held, const RenewOptions& request) override {
    return RenewAt(issuing_, held, Door::kMutualTls, request);
  }
  absl::StatusOr<Issued> RenewByProof(const Credential& held,
                                      const RenewOptions& request) override {
    return RenewAt(bootstrap_, held, Door::kProof, request);
  }
  absl::StatusOr<RenewalInfo> GetRenewalInfo(const Credential& held) override;
  absl::StatusOr<TrustBundle> GetTrustBundle(const Credential& held) override;
  absl::Status Try(const Credential& credential) override {
    return GetRenewalInfo(credential).status();
  }

 private:
  template <typename Result>
  using Call = absl::FunctionRef<absl::StatusOr<Result>(const CaClient& client)>;

  CallOptions OneAttempt() const;
  absl::StatusOr<Issued> RenewAt(ServerAddresses& servers, const Credential& held, Door door,
                                 const RenewOptions& request);
  // What `call` says over whichever of the servers answers.
  template <typename Result>
  absl::StatusOr<Result> Ask(ServerAddresses& servers, const Credential& held, Door door,
                             Call<Result> call) const;
  absl::StatusOr<Issued> Noted(absl::StatusOr<Issued> issued);

  const CaPortOptions options_;
  const std::string server_identity_;
  ServerAddresses issuing_;
  ServerAddresses bootstrap_;
  std::atomic<bool> clock_is_off_ = false;  // which the log has
};

CallOptions GrpcCaPort::OneAttempt() const {
  CallOptions options;
  options.deadline = options_.attempt_deadline;
  options.attempt_deadline = options_.attempt_deadline;
  options.backoff.max_attempts = 1;
  options.clock = options_.clock;
  return options;
}

// Says of the clock what the answer tells of it: once, until an answer tells otherwise.
absl::StatusOr<Issued> GrpcCaPort::Noted(absl::StatusOr<Issued> issued) {
  const absl::Time now = ClockOf(OneAttempt()).Now();
  if (issued.ok() && ClockAhead(*issued, now).has_value()) {
    const std::string words = ClockDifferenceInWords(*issued, now);
    if (!clock_is_off_.exchange(!words.empty()) && !words.empty()) {
      log::Warning(words);
    }
  }
  return issued;
}

template <typename Result>
absl::StatusOr<Result> GrpcCaPort::Ask(ServerAddresses& servers, const Credential& held, Door door,
                                       Call<Result> call) const {
  CaClientOptions options;
  static_cast<CallOptions&>(options) = OneAttempt();
  options.parts = PartsOf(held);
  options.files = {kBundleInWords, kHeldInWords, kHeldInWords, server_identity_};
  options.server_name = options_.server_name;
  options.renew_by_proof = door == Door::kProof;
  // It is for the CA to say whether a certificate has ended: the host's clock may be wrong.
  options.show_ended = true;
  absl::StatusOr<Result> result = absl::UnknownError("not asked");
  FLEETCA_RETURN_IF_ERROR(servers.Try([&](const std::string& address) -> absl::Status {
    options.address = address;
    FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, CaClient::Create(options));
    result = call(*client);
    return result.status();
  }));
  return result;
}

absl::StatusOr<Issued> GrpcCaPort::Enroll(const SecretBytes& token, const IssueOptions& request) {
  BootstrapOptions options;
  static_cast<CallOptions&>(options) = OneAttempt();
  FLEETCA_ASSIGN_OR_RETURN(options.roots_der, options_.roots());
  options.server_identity = server_identity_;
  options.server_name = options_.server_name;
  options.ca_file = kBundleInWords;
  FLEETCA_ASSIGN_OR_RETURN(const IssueOptions once, WithRequestId(request));
  absl::StatusOr<Issued> issued = absl::UnknownError("not asked");
  FLEETCA_RETURN_IF_ERROR(bootstrap_.Try([&](const std::string& address) -> absl::Status {
    options.address = address;
    FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<BootstrapClient> client,
                             BootstrapClient::Create(options, SecretBytes(token.view())));
    issued = client->Issue(once);
    return issued.status();
  }));
  return Noted(std::move(issued));
}

absl::StatusOr<Issued> GrpcCaPort::RenewAt(ServerAddresses& servers, const Credential& held,
                                           Door door, const RenewOptions& request) {
  FLEETCA_ASSIGN_OR_RETURN(const RenewOptions once, WithRequestId(request));
  return Noted(
      Ask<Issued>(servers, held, door, [&](const CaClient& client) { return client.Renew(once); }));
}

absl::StatusOr<RenewalInfo> GrpcCaPort::GetRenewalInfo(const Credential& held) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(held.certificate_der));
  FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial,
                           x509::SerialNumber::FromBytes(certificate.serial));
  return Ask<RenewalInfo>(issuing_, held, Door::kMutualTls,
                          [&](const CaClient& client) -> absl::StatusOr<RenewalInfo> {
                            FLEETCA_ASSIGN_OR_RETURN(auto infos, client.GetRenewalInfos({serial}));
                            return std::move(infos.front());
                          });
}

absl::StatusOr<TrustBundle> GrpcCaPort::GetTrustBundle(const Credential& held) {
  return Ask<TrustBundle>(issuing_, held, Door::kMutualTls,
                          [](const CaClient& client) { return client.GetTrustBundle(); });
}

}  // namespace

std::unique_ptr<CaPort> MakeCaPort(CaPortOptions options) {
  return std::make_unique<GrpcCaPort>(std::move(options));
}

}  // namespace fleetca::client
