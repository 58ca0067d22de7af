#include "client/server_dates.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/time_text.h"
#include "client/channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using grpc::experimental::TlsCustomVerificationCheckRequest;

// What a handshake showed. Thread-safe.
class Shown {
 public:
  void Set(absl::string_view chain_pem) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    chain_pem_ = std::string(chain_pem);
  }
  std::string Get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return chain_pem_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::string chain_pem_ ABSL_GUARDED_BY(mutex_);
};

// Notes what it is to verify and refuses it, so that the connection ends.
class NotingVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit NotingVerifier(std::shared_ptr<Shown> shown) : shown_(std::move(shown)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const grpc::string_ref chain = request->peer_cert_full_chain();
    shown_->Set(absl::string_view(chain.data(), chain.size()));
    *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "only looked at");
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<Shown> shown_;
};

std::shared_ptr<grpc::ChannelCredentials> NotingCredentials(const std::shared_ptr<Shown>& shown) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<NotingVerifier>(shown));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace

std::vector<std::string> PeekServerCertificates(const std::string& address,
                                                absl::Duration timeout) {
  const auto shown = std::make_shared<Shown>();
  ChannelOptions options;
  options.address = address;
  const std::shared_ptr<grpc::Channel> channel = MakeChannel(options, NotingCredentials(shown));
  const auto deadline = absl::ToChronoTime(absl::Now() + timeout);
  grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
  while ((state == GRPC_CHANNEL_IDLE || state == GRPC_CHANNEL_CONNECTING) &&
         channel->WaitForStateChange(state, deadline)) {
    state = channel->GetState(/*try_to_connect=*/false);
  }
  absl::StatusOr<std::vector<std::string>> chain =
      x509::DecodePem(x509::kPemCertificate, shown->Get());
  return chain.ok() ? *std::move(chain) : std::vector<std::string>();
}

std::string ClockAdvice(absl::Span<const std::string> certificates_der, absl::Time now) {
  for (const std::string& der : certificates_der) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
    if (!certificate.ok() || (now >= certificate->not_before && now <= certificate->not_after)) {
      continue;
    }
    const std::string dates = absl::StrCat(
        "says ", TimeToWords(now), ", and the certificate that the server shows is valid from ",
        TimeToWords(certificate->not_before), " until ", TimeToWords(certificate->not_after));
    return now < certificate->not_before
               ? absl::StrCat("this machine's clock is probably behind: it ", dates,
                              "; set the clock")
               : absl::StrCat(
                     "this machine's clock is ahead, or the certificate has expired: the "
                     "clock ",
                     dates, "; set the clock, or renew the server's certificate");
  }
  return "";
}

}  // namespace fleetca::client
