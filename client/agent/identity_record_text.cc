#include "client/agent/identity_record_text.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/agent/record_limits.h"
#include "fleetca/agent/v1/identity_state.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;
using google::protobuf::TextFormat;

constexpr uint32_t kFormat = 2;
// Without shapes.
constexpr uint32_t kFirstFormat = 1;
constexpr int kMaxNesting = 4;
constexpr int kMaxHooks = 1024;
constexpr size_t kMinRequestId = 16;
constexpr size_t kMaxRequestId = 64;
constexpr uint32_t kMaxFailures = 1'000'000'000;

absl::Status Invalid(absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, problem);
}

// Keeps the first syntax error in place of printing it: the text has certificates in it.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int /*column*/, const std::string& message) override {
    if (first_.empty()) {
      first_ = absl::StrCat("is damaged in line ", line + 1, ": ", message);
    }
  }
  const std::string& first() const { return first_; }

 private:
  std::string first_;
};

int64_t ToMillis(absl::Time time) { return absl::ToUnixMillis(time); }

absl::Time FromMillis(int64_t millis) { return absl::FromUnixMillis(millis); }

void Set(const KeptChain& chain, pb::KeptChain* out) {
  out->set_certificate_der(chain.certificate_der);
  for (const std::string& der : chain.chain_der) {
    out->add_chain_der(der);
  }
}

pb::KeptWay ToProto(EnrollmentMethod method) {
  switch (method) {
    case EnrollmentMethod::kCertificate:
      return pb::KEPT_WAY_CERTIFICATE;
    case EnrollmentMethod::kJwt:
      return pb::KEPT_WAY_JWT;
    case EnrollmentMethod::kJoinToken:
      return pb::KEPT_WAY_JOIN_TOKEN;
    case EnrollmentMethod::kRenewal:
      return pb::KEPT_WAY_RENEWAL;
  }
  return pb::KEPT_WAY_UNSPECIFIED;
}

std::optional<EnrollmentMethod> FromProto(pb::KeptWay kept) {
  switch (kept) {
    case pb::KEPT_WAY_CERTIFICATE:
      return EnrollmentMethod::kCertificate;
    case pb::KEPT_WAY_JWT:
      return EnrollmentMethod::kJwt;
    case pb::KEPT_WAY_JOIN_TOKEN:
      return EnrollmentMethod::kJoinToken;
    case pb::KEPT_WAY_RENEWAL:
      return EnrollmentMethod::kRenewal;
    default:
      return std::nullopt;
  }
}

void Set(const RenewalPlan& plan, pb::KeptPlan* out) {
  out->set_window_start_ms(ToMillis(plan.window_start));
  out->set_window_end_ms(ToMillis(plan.window_end));
  out->set_fraction(plan.fraction);
  out->set_renew_at_ms(ToMillis(plan.renew_at));
  out->set_ask_at_ms(ToMillis(plan.ask_at));
  out->set_explanation_url(plan.explanation_url);
}

void Set(const RequestShape& shape, pb::KeptShape* out) {
  for (const std::string& name : shape.names) {
    out->add_names(name);
  }
  out->set_key_type(std::string(KeyTypeName(shape.key_type)));
  out->set_profile(shape.profile);
  if (shape.lifetime.has_value()) {
    out->set_lifetime_ms(absl::ToInt64Milliseconds(*shape.lifetime));
  }
}

absl::StatusOr<RequestShape> ReadShape(const pb::KeptShape& shape) {
  const std::optional<KeyType> key_type = ParseKeyType(shape.key_type());
  if (!key_type.has_value()) {
    return Invalid("has a type of key that there is not");
  }
  RequestShape read{.key_type = *key_type, .profile = shape.profile()};
  read.names.assign(shape.names().begin(), shape.names().end());
  if (shape.has_lifetime_ms()) {
    if (shape.lifetime_ms() <= 0) {
      return Invalid("has a lifetime that cannot be asked for");
    }
    read.lifetime = absl::Milliseconds(shape.lifetime_ms());
  }
  return read;
}

absl::StatusOr<KeptChain> ReadChain(const pb::KeptChain& chain, absl::string_view what) {
  KeptChain read;
  read.certificate_der = chain.certificate_der();
  read.chain_der.assign(chain.chain_der().begin(), chain.chain_der().end());
  if (!CheckChainKept(read).ok() || (read.empty() && !read.chain_der.empty())) {
    return Invalid(absl::StrCat("has a chain of the ", what, " certificate that cannot be"));
  }
  std::vector<absl::string_view> all(read.chain_der.begin(), read.chain_der.end());
  if (!read.empty()) {
    all.emplace_back(read.certificate_der);
  }
  for (const absl::string_view der : all) {
    if (const auto parsed = x509::ParseCertificate(der); !parsed.ok()) {
      return Invalid(absl::StrCat("has a certificate, of the ", what,
                                  " ones, that is not one: ", parsed.status().message()));
    }
  }
  return read;
}

absl::StatusOr<CaRequest> ReadRequest(const pb::KeptRequest& request) {
  const std::optional<EnrollmentMethod> method = FromProto(request.way());
  CaRequest read{.method = method.value_or(EnrollmentMethod::kJoinToken),
                 .request_id = request.request_id(),
                 .csr_der = request.csr_der()};
  const bool is_asked = method != EnrollmentMethod::kCertificate;
  if (!method.has_value() || (is_asked && (read.request_id.size() < kMinRequestId ||
                                           read.request_id.size() > kMaxRequestId))) {
    return Invalid("has a request to the CA that cannot be");
  }
  if (request.has_shape()) {
    FLEETCA_ASSIGN_OR_RETURN(read.shape, ReadShape(request.shape()));
  }
  return read;
}

absl::StatusOr<RenewalPlan> ReadPlan(const pb::KeptPlan& plan) {
  if (!(plan.fraction() >= 0 && plan.fraction() <= 1)) {
    return Invalid("has a plan whose fraction is not between 0 and 1");
  }
  return RenewalPlan{.window_start = FromMillis(plan.window_start_ms()),
                     .window_end = FromMillis(plan.window_end_ms()),
                     .fraction = plan.fraction(),
                     .renew_at = FromMillis(plan.renew_at_ms()),
                     .ask_at = FromMillis(plan.ask_at_ms()),
                     .explanation_url = plan.explanation_url()};
}

absl::StatusOr<pb::IdentityState> ParseState(absl::string_view text) {
  if (text.size() > kMaxRecordBytes) {
    return Invalid("is too long to be the agent's");
  }
  pb::IdentityState state;
  FirstError error;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(kMaxNesting);
  if (!parser.ParseFromString(std::string(text), &state)) {
    return Invalid(error.first().empty() ? "is damaged" : error.first());
  }
  if (state.format() != kFormat && state.format() != kFirstFormat) {
    return Invalid("was written by another release of the agent, whose format it has");
  }
  if (state.hooks_done_size() > kMaxHooks || state.failures() > kMaxFailures) {
    return Invalid("has a number, or as many items, as the agent never writes");
  }
  return state;
}

}  // namespace

std::string IdentityRecordText(const IdentityRecord& record) {
  pb::IdentityState state;
  state.set_format(kFormat);
  if (!record.held.empty()) {
    Set(record.held, state.mutable_held());
    Set(record.plan, state.mutable_plan());
  }
  if (!record.pending.empty()) {
    Set(record.pending, state.mutable_pending());
  }
  if (record.request.has_value()) {
    state.mutable_request()->set_way(ToProto(record.request->method));
    state.mutable_request()->set_request_id(record.request->request_id);
    state.mutable_request()->set_csr_der(record.request->csr_der);
    if (record.request->shape.has_value()) {
      Set(*record.request->shape, state.mutable_request()->mutable_shape());
    }
  }
  if (record.held_shape.has_value()) {
    Set(*record.held_shape, state.mutable_held_shape());
  }
  if (record.refused_shape.has_value()) {
    Set(*record.refused_shape, state.mutable_refused_shape());
  }
  state.set_renewals_of_key(record.renewals_of_key);
  state.set_line_ended(record.line_ended);
  state.set_failures(static_cast<uint32_t>(record.failures));
  state.set_retry_at_ms(ToMillis(record.retry_at));
  for (const std::string& root : record.roots_der) {
    state.add_roots_der(root);
  }
  state.set_hooks_generation(record.hooks_generation);
  state.set_changed_at_ms(ToMillis(record.changed_at));
  for (const std::string& hook : record.hooks_done) {
    state.add_hooks_done(hook);
  }
  std::string text;
  TextFormat::PrintToString(state, &text);
  return text;
}

absl::StatusOr<IdentityRecord> ParseIdentityRecord(absl::string_view text) {
  FLEETCA_ASSIGN_OR_RETURN(const pb::IdentityState state, ParseState(text));
  IdentityRecord record;
  FLEETCA_ASSIGN_OR_RETURN(record.held, ReadChain(state.held(), "held"));
  FLEETCA_ASSIGN_OR_RETURN(record.pending, ReadChain(state.pending(), "pending"));
  FLEETCA_ASSIGN_OR_RETURN(record.plan, ReadPlan(state.plan()));
  if (state.has_request()) {
    FLEETCA_ASSIGN_OR_RETURN(record.request, ReadRequest(state.request()));
  }
  if (state.has_held_shape()) {
    FLEETCA_ASSIGN_OR_RETURN(record.held_shape, ReadShape(state.held_shape()));
  }
  if (state.has_refused_shape()) {
    FLEETCA_ASSIGN_OR_RETURN(record.refused_shape, ReadShape(state.refused_shape()));
  }
  if (!record.pending.empty() && !record.request.has_value()) {
    return Invalid("has the answer to a request that it does not have");
  }
  for (const std::string& root : state.roots_der()) {
    if (!x509::ParseCertificate(root).ok()) {
      return Invalid("has a root that is not a certificate");
    }
    record.roots_der.push_back(root);
  }
  if (!CheckRootsKept(record.roots_der).ok()) {
    return Invalid("has more roots than the agent ever writes");
  }
  record.renewals_of_key = state.renewals_of_key();
  record.line_ended = state.line_ended();
  record.failures = static_cast<int>(state.failures());
  record.retry_at = FromMillis(state.retry_at_ms());
  record.hooks_generation = state.hooks_generation();
  record.changed_at = FromMillis(state.changed_at_ms());
  record.hooks_done.assign(state.hooks_done().begin(), state.hooks_done().end());
  return record;
}

}  // namespace fleetca::client
