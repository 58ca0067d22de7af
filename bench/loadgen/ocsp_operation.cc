#include "bench/loadgen/ocsp_operation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "bench/loadgen/issued_beforehand.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_verify.h"

namespace fleetca::loadgen {
namespace {

// So many that their answers do not all fit into a processor's caches, and few enough that the
// server keeps all of them.
constexpr size_t kCertificates = 4096;
// Below what a server takes from one address by default.
constexpr size_t kMostConnections = 256;
constexpr size_t kNonceBytes = 16;
// How long the responder may take to be ready, and how long to wait between two attempts.
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(20);

std::string HttpRequestFor(const LoadPlan& plan, absl::string_view der) {
  if (plan.post) {
    return absl::StrCat("POST /ocsp HTTP/1.1\r\nHost: ", plan.http_server,
                        "\r\nContent-Type: application/ocsp-request\r\nContent-Length: ",
                        der.size(), "\r\n\r\n", der);
  }
  return absl::StrCat("GET /ocsp/", x509::EncodeOcspGetPath(der),
                      " HTTP/1.1\r\nHost: ", plan.http_server, "\r\n\r\n");
}

absl::Status Wrong(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "an OCSP answer ", what, "; /readyz of the same port says what is wrong with the responder"));
}

}  // namespace

size_t OcspOperation::capacity() const {
  return std::min(context().plan.outstanding, kMostConnections);
}

absl::Status OcspOperation::Prepare(const client::CaClient& client) {
  const size_t count = std::min(kCertificates, context().pool.entries.size());
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<client::Issued> issued,
                           IssueBeforehand(client, context(), count));
  FLEETCA_RETURN_IF_ERROR(MakeQuestions(issued));
  FLEETCA_RETURN_IF_ERROR(AwaitResponder());
  FLEETCA_ASSIGN_OR_RETURN(connections_,
                           HttpConnections::Connect(context().plan.http_server, capacity(),
                                                    [this](size_t connection, const auto& answer) {
                                                      OnAnswer(connection, answer);
                                                    }));
  asked_.resize(capacity());
  for (size_t i = 0; i < capacity(); ++i) {
    free_.push_back(i);
  }
  context().loop.set_source(connections_.get());
  return absl::OkStatus();
}

absl::Status OcspOperation::MakeQuestions(const std::vector<client::Issued>& issued) {
  issuer_der_ = issued.front().chain_der.empty() ? context().connector.roots_der().front()
                                                 : issued.front().chain_der.front();
  FLEETCA_ASSIGN_OR_RETURN(issuer_, x509::ParseCertificate(issuer_der_));
  const x509::IssuerHashes hashes(issuer_);
  for (const client::Issued& certificate : issued) {
    Question question{.serial = std::string(certificate.serial.bytes())};
    if (context().plan.nonce) {
      question.nonce.resize(kNonceBytes);
      FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(question.nonce)));
    }
    // SHA-1 is what clients use in CertIDs, all but the newest.
    question.request = HttpRequestFor(
        context().plan,
        x509::BuildOcspRequest(hashes, x509::CertIdHash::kSha1, question.serial, question.nonce));
    questions_.push_back(std::move(question));
  }
  return absl::OkStatus();
}

absl::Status OcspOperation::AwaitResponder() {
  const absl::Time give_up = absl::Now() + kPatience;
  bool answered = false;
  absl::Status judged = Wrong("does not come");
  FLEETCA_ASSIGN_OR_RETURN(
      const auto connection,
      HttpConnections::Connect(context().plan.http_server, 1, [&](size_t, const auto& answer) {
        answered = true;
        judged = Judge(questions_.front(), answer);
      }));
  while (true) {
    answered = false;
    connection->Send(0, questions_.front().request);
    while (!answered && absl::Now() < give_up) {
      connection->Poll(absl::ToInt64Nanoseconds(kPause));
    }
    if (judged.ok() || absl::Now() >= give_up) {
      return judged;
    }
    absl::SleepFor(kPause);
  }
}

void OcspOperation::Send(int64_t intended_ns) {
  if (free_.empty()) {
    waiting_.push_back(intended_ns);
  } else {
    Ask(intended_ns);
  }
}

void OcspOperation::Ask(int64_t intended_ns) {
  const size_t connection = free_.back();
  free_.pop_back();
  asked_[connection] = {intended_ns, next_question_};
  connections_->Send(connection, questions_[next_question_].request);
  next_question_ = (next_question_ + 1) % questions_.size();
}

absl::Status OcspOperation::Judge(const Question& question,
                                  const absl::StatusOr<HttpAnswerView>& answer) {
  FLEETCA_RETURN_IF_ERROR(answer.status());
  if (answer->status != 200) {
    return Wrong(absl::StrCat("has HTTP status ", answer->status));
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::OcspResponse response,
                           x509::ParseOcspResponse(answer->body));
  if (response.status != x509::OcspResponseStatus::kSuccessful || response.responses.empty()) {
    return Wrong("is not signed");
  }
  const x509::OcspSingleResponse& single = response.responses.front();
  if (single.cert_id.serial != question.serial ||
      single.revocation.status != x509::OcspCertStatus::kGood ||
      response.nonce.value_or("") != question.nonce) {
    return Wrong("is not good, or is about another certificate or nonce");
  }
  if (verified_ >= context().plan.sample) {
    return absl::OkStatus();
  }
  ++verified_;
  return x509::VerifyOcspResponse(response, {.issuer = &issuer_,
                                             .serial = question.serial,
                                             .nonce = question.nonce,
                                             .at = absl::Now()})
      .status();
}

void OcspOperation::OnAnswer(size_t connection, const absl::StatusOr<HttpAnswerView>& answer) {
  const Asked asked = asked_[connection];
  CallOutcome outcome;
  outcome.intended_ns = asked.intended_ns;
  const absl::Status judged = Judge(questions_[asked.question], answer);
  outcome.answered = judged.ok();
  if (!judged.ok()) {
    outcome.errors.push_back(ErrorKey(judged));
  }
  free_.push_back(connection);
  if (!waiting_.empty()) {
    const int64_t next_ns = waiting_.front();
    waiting_.pop_front();
    Ask(next_ns);
  }
  Finish(std::move(outcome));
}

void OcspOperation::Cancel() {
  connections_->Cancel();
  // Those that wait have no question under way.
  for (const int64_t intended_ns : std::exchange(waiting_, {})) {
    CallOutcome outcome;
    outcome.intended_ns = intended_ns;
    outcome.errors.push_back(ErrorKey(absl::CancelledError("not started")));
    Finish(std::move(outcome));
  }
}

}  // namespace fleetca::loadgen
