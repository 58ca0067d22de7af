#include "tests/testing/test_issuer.h"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <utility>

#include "base/private_key.h"
#include "base/time_rounding.h"
#include "signer/local_signer.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/possession.h"
#include "x509/tbs.h"

namespace fleetca::testing {
namespace {

// As the server has it. One for all: lanes are tested when they are made.
const x509::PossessionVerifier& Possession() {
  static const auto* const verifier =
      x509::PossessionVerifier::Create(x509::LanesSetting::kAuto).release();
  return *verifier;
}

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "test fixture: %s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

service::ProfileOptions ServiceProfileOptions() {
  service::ProfileOptions options;
  options.name = "service";
  options.default_lifetime = absl::Hours(24);
  options.max_lifetime = absl::Hours(24 * 7);
  options.server_auth = true;
  options.client_auth = true;
  options.names.spiffe_paths = {"/svc/*"};
  options.names.dns_suffixes = {".fleet.test"};
  return options;
}

std::string MakeCaCertificate(const signer::Signer& signer, absl::string_view common_name,
                              absl::Time not_before, absl::Time not_after,
                              std::optional<int> path_length) {
  const x509::PublicKey key = OrDie(x509::ParsePublicKey(signer.public_key(), "test"));
  const std::string name = x509::BuildName(kTrustDomain, common_name);
  x509::TbsTemplateOptions options;
  options.issuer = name;
  options.authority_key_id = x509::KeyIdentifier(key.key_bits);
  options.signature_scheme = signer.scheme();
  options.key_usage = x509::kKeyCertSign | x509::kCrlSign;
  options.is_ca = true;
  options.path_length = path_length;
  const auto tbs_template = OrDie(x509::TbsTemplate::Create(options));
  x509::CertSpec spec;
  spec.serial = OrDie(x509::SerialNumber::Create(not_after, 1, not_before));
  spec.not_before = not_before;
  spec.not_after = not_after;
  spec.subject = name;
  spec.subject_public_key_info = key.spki;
  spec.key_bits = key.key_bits;
  x509::LintPolicy policy;
  policy.issuer = name;
  policy.authority_key_id = options.authority_key_id;
  policy.self_signed = true;
  policy.signature_scheme = signer.scheme();
  policy.issuer_not_after = not_after;
  policy.max_validity = not_after - not_before;
  policy.is_ca = true;
  policy.path_length = path_length;
  policy.key_usage = options.key_usage;
  policy.names_required = false;
  Prepared prepared =
      OrDie(x509::LintTbs(tbs_template->Build(spec), policy, {spec.serial.bytes(), key.spki}));
  absl::StatusOr<signer::SignedMessage> result;
  signer.SignBatch(absl::MakeSpan(&prepared, 1), absl::MakeSpan(&result, 1));
  const signer::SignedMessage message = OrDie(std::move(result));
  return x509::AssembleCertificate(message.message, signer.scheme(), message.signature);
}

service::PolicyOptions TestPolicyOptions(const std::vector<service::ProfileOptions>& profiles) {
  service::PolicyOptions policy;
  policy.revision = 1;
  policy.trust_domain = std::string(kTrustDomain);
  service::RuleOptions agent{.name = "agent", .identity = "/svc/web"};
  for (const service::ProfileOptions& profile : profiles) {
    policy.profiles.push_back({.profile = profile});
    agent.profiles.push_back(profile.name);
  }
  agent.dns_suffixes = {".fleet.test"};
  agent.rights = {service::Right::kGetCertificates, service::Right::kUseReflection,
                  service::Right::kReadStatistics, service::Right::kManageTokens};
  service::RuleOptions service = agent;
  service.name = "service";
  service.identity = "/svc/*";
  service.rights = {};
  agent.issue_for = {"/svc/*"};
  policy.rules = {std::move(agent), std::move(service)};
  return policy;
}

TestIssuer::TestIssuer(TestIssuerOptions options) {
  signer_ = options.signer;
  if (signer_ == nullptr) {
    owned_signer_ = OrDie(signer::CreateLocalSigner(OrDie(GeneratePrivateKey(options.key_type))));
    signer_ = owned_signer_.get();
  }
  const Clock& clock = options.clock != nullptr ? *options.clock : clock_;
  const absl::Time start = FloorToSecond(clock.Now());
  certificate_ = MakeCaCertificate(*signer_, "issuing CA", start - absl::Hours(1),
                                   start + options.issuer_lifetime, options.path_length);
  policies_ = std::make_unique<service::CurrentPolicy>(
      OrDie(service::Policy::Create(std::move(options.policy))),
      [this](absl::string_view) { return std::move(next_policy_); });
  issuer_ = OrDie(
      service::Issuer::Create({.issuer_certificate = certificate_,
                               .ca_certificates = {},
                               .blocked_keys = options.blocked_keys,
                               .policies = policies_.get(),
                               .oids = options.oids,
                               .provenance = options.provenance,
                               .pointers = options.pointers,
                               .signer = signer_,
                               .store = options.store != nullptr ? options.store : &memory_store_,
                               .possession = &Possession(),
                               .clock = &clock,
                               .clock_rule = options.clock_rule,
                               .revocations = options.revocations,
                               .learn_revocations = options.learn_revocations}));
}

void TestIssuer::SetPolicy(service::PolicyOptions policy) {
  next_policy_ = OrDie(service::Policy::Create(std::move(policy)));
  OrDie(policies_->Reload("", ""));
}

std::vector<absl::StatusOr<service::IssuedCertificate>> TestIssuer::IssueBatch(
    const std::vector<std::string>& csrs) {
  std::deque<RecordingIssuance> issuances;
  std::vector<service::Issuance*> batch;
  for (const std::string& csr : csrs) {
    batch.push_back(&issuances.emplace_back(csr));
  }
  issuer_->IssueBatch(batch);
  std::vector<absl::StatusOr<service::IssuedCertificate>> outcomes;
  for (RecordingIssuance& issuance : issuances) {
    outcomes.push_back(std::move(issuance.outcome));
  }
  return outcomes;
}

absl::StatusOr<service::IssuedCertificate> TestIssuer::Issue(absl::string_view csr,
                                                             absl::string_view request_id) {
  RecordingIssuance issuance(csr, request_id);
  return Issue(issuance);
}

absl::StatusOr<service::IssuedCertificate> TestIssuer::Issue(RecordingIssuance& issuance) {
  service::Issuance* batch = &issuance;
  issuer_->IssueBatch(absl::MakeSpan(&batch, 1));
  return issuance.answers == 1 ? issuance.outcome
                               : absl::InternalError("an issuance is answered once");
}

RecordingIssuance::RecordingIssuance(absl::string_view csr_der, absl::string_view request_id) {
  request.csr_der = csr_der;
  request.profile = "service";
  request.request_id = request_id;
  AskAs(kAgent);
}

void RecordingIssuance::AskAs(service::Caller who) {
  caller = std::make_shared<const service::Caller>(std::move(who));
}

void RecordingIssuance::AskAs(absl::string_view spiffe_id) {
  AskAs(service::CertificateCaller{.spiffe_id = std::string(spiffe_id)});
}

void RecordingIssuance::Answer(absl::StatusOr<service::IssuedCertificate> answer) {
  outcome = std::move(answer);
  ++answers;
}

}  // namespace fleetca::testing
