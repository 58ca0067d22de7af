// Shape ocsp: questions to the OCSP responder, by plain HTTP on open connections.
#ifndef FLEETCA_BENCH_LOADGEN_OCSP_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_OCSP_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "bench/loadgen/http_connections.h"
#include "bench/loadgen/operation.h"
#include "client/issued.h"
#include "x509/certificate.h"

namespace fleetca::loadgen {

// Asks in turn about certificates that are good. Every answer has to be signed, good and about the
// certificate that was asked about; of the first ones the signature is verified too.
class OcspOperation final : public Operation {
 public:
  explicit OcspOperation(LoadContext context) : Operation(context) {}
  ~OcspOperation() override { context().loop.set_source(nullptr); }

  // Issues the certificates, sees that the responder answers, and connects: as many connections as
  // calls in flight, 256 at the most.
  absl::Status Prepare(const client::CaClient& client) override;
  void Send(int64_t intended_ns) override;
  void Cancel() override;
  size_t capacity() const override;

 private:
  struct Question {
    std::string serial;   // INTEGER contents
    std::string nonce;    // may be empty
    std::string request;  // of HTTP, whole
  };
  struct Asked {
    int64_t intended_ns = 0;
    size_t question = 0;
  };

  absl::Status MakeQuestions(const std::vector<client::Issued>& issued);
  // Asks the first question until its answer is right, as the responder of a server that has just
  // started has no certificate yet. Why it is not, after ten seconds.
  absl::Status AwaitResponder();
  void Ask(int64_t intended_ns);
  void OnAnswer(size_t connection, const absl::StatusOr<HttpAnswerView>& answer);
  absl::Status Judge(const Question& question, const absl::StatusOr<HttpAnswerView>& answer);

  std::string issuer_der_;
  x509::Certificate issuer_;  // points into issuer_der_
  std::vector<Question> questions_;
  size_t next_question_ = 0;
  std::unique_ptr<HttpConnections> connections_;
  std::vector<Asked> asked_;  // by connection
  std::vector<size_t> free_;
  std::deque<int64_t> waiting_;  // intended times
  size_t verified_ = 0;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_OCSP_OPERATION_H_
