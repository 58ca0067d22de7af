#include "service/cli/policy_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/duration_text.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/standard_output.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "nlohmann/json.hpp"
#include "service/cli/explanation_json.h"
#include "service/cli/output_form.h"
#include "service/config/policy_config.h"
#include "service/config/server_config.h"
#include "service/policy/policy.h"
#include "service/server/serving_check.h"
#include "x509/csr.h"
#include "x509/first_certificate.h"
#include "x509/pem.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

constexpr char kCheckExamples[] = R"(
Every mistake is a line on standard error: FILE:LINE: field: what is wrong; what to do. Two rules
that match the same identities and are equally specific are a mistake.

A server also judges a policy by its configuration: no other identity may have the names of its own
certificate, and the claims of a token must not lead to an identity that has rights. So the configuration is read too, where --config
names it or fleetca.textproto lies beside the policy and names it.

Examples:
  fleetca policy check ca/policy.textproto
  sed 's/^policy_revision: 1$/policy_revision: 2/' ca/policy.textproto > new-policy.textproto
  fleetca policy check --config ca/fleetca.textproto new-policy.textproto
  fleetca policy check - < new-policy.textproto
)";

constexpr char kExplainExamples[] = R"(
Decides from the file alone, asking no server, and writes which rules matched and which checks
passed. Exit status: 0 when the certificate is allowed, 1 when it is denied. Budgets are not spent,
and the CSR's signature is not verified.

Examples:
  fleetca policy explain ca/policy.textproto --as spiffe://fleet.example/svc/web \
    --profile service --csr web.csr
  fleetca policy explain ca/policy.textproto --as spiffe://fleet.example/operator/admin \
    --for spiffe://fleet.example/svc/web --profile service --csr web.csr -o json
  fleetca policy explain ca/policy.textproto --certificate web.crt --profile service \
    --csr web.csr
)";

constexpr absl::Duration kLongestLifetime = absl::Hours(24 * 3650);

struct CheckFlags {
  std::string file;
  std::string config;
  std::string form = "text";
};

struct ExplainFlags {
  std::string file;
  std::string caller;
  std::string certificate;
  std::string subject;
  std::string profile;
  std::string csr;
  std::string lifetime;
  std::string form = "text";
};

// As compilers write mistakes, so that editors jump to the line.
int ReportPolicyError(const absl::Status& status) {
  if (GetReason(status) == Reason::kConfigInvalid && GetErrorForm() == ErrorForm::kText) {
    std::cerr << PrintableMessage(status) << std::endl;
    return kExitFailed;
  }
  return ReportStatus(status);
}

std::string CheckToJson(const std::string& file,
                        const absl::StatusOr<std::unique_ptr<const Policy>>& policy) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["valid"] = policy.ok();
  json["mistakes"] = nlohmann::ordered_json::array();
  if (policy.ok()) {
    json["warnings"] = (*policy)->warnings();
    json["policy_revision"] = (*policy)->revision();
  } else {
    for (const absl::string_view line : absl::StrSplit(policy.status().message(), '\n')) {
      json["mistakes"].push_back(std::string(line));
    }
  }
  return JsonToText(json);
}

// The configuration to judge the policy with; "" for none.
std::string ConfigFor(const CheckFlags& flags) {
  if (!flags.config.empty() || IsStandardStream(flags.file)) {
    return flags.config;
  }
  const std::filesystem::path beside =
      std::filesystem::path(flags.file).parent_path() / "fleetca.textproto";
  std::error_code error;
  if (!std::filesystem::exists(beside, error)) {
    return "";
  }
  const absl::StatusOr<ServerConfig> config = LoadServerConfig(beside.string());
  return config.ok() && std::filesystem::equivalent(config->policy_file, flags.file, error)
             ? beside.string()
             : "";
}

// By itself, and then as a server would judge it.
absl::StatusOr<std::unique_ptr<const Policy>> Check(const CheckFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<const Policy> policy, LoadPolicy(flags.file));
  const std::string config_file = ConfigFor(flags);
  if (!config_file.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(config_file));
    FLEETCA_RETURN_IF_ERROR(CheckPolicyForServing(config, flags.file));
  }
  return policy;
}

int RunCheck(const CheckFlags& flags) {
  if (IsStandardStream(flags.file) && !flags.config.empty()) {
    return ReportUsageError("With --config the policy cannot be standard input; name a file");
  }
  const absl::StatusOr<std::unique_ptr<const Policy>> policy = Check(flags);
  if (flags.form == "json") {
    const int written = ReportStatus(WriteStandardOutput(CheckToJson(flags.file, policy)));
    return policy.ok() ? written : ReportStatus(policy.status());
  }
  if (!policy.ok()) {
    return ReportPolicyError(policy.status());
  }
  for (const std::string& warning : (*policy)->warnings()) {
    std::cerr << "warning: " << warning << std::endl;
  }
  return ReportStatus(WriteStandardOutput(absl::StrCat(
      NameOfInput(flags.file), ": ok: revision ", (*policy)->revision(), ", profiles: ",
      (*policy)->profiles().size(), ", rules: ", (*policy)->options().rules.size(), "\n")));
}

// The file's CSR, PEM or DER, as DER.
absl::StatusOr<std::string> ReadCsr(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadTextFile(file));
  absl::StatusOr<std::string> der = x509::DecodeOnePemOrDer(x509::kPemCertificateRequest, contents);
  return der.ok() ? der : Annotate(der.status(), NameOfInput(file));
}

// The certificate that asks, PEM or DER: the first of a chain.
absl::StatusOr<x509::HeldCertificate> ReadCertificate(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadTextFile(file));
  absl::StatusOr<x509::HeldCertificate> first = x509::IsPem(contents)
                                                    ? x509::ParseFirstCertificate(contents)
                                                    : x509::HoldCertificate(std::move(contents));
  if (!first.ok()) {
    return Annotate(first.status(), file);
  }
  return first;
}

absl::StatusOr<int> Explain(const ExplainFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<const Policy> policy, LoadPolicy(flags.file));
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadCsr(flags.csr));
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(der, x509::CsrLimits());
  if (!csr.ok()) {
    return Annotate(csr.status(), NameOfInput(flags.csr));
  }
  AuthorizeRequest request;
  request.caller = flags.caller;
  x509::HeldCertificate certificate;
  if (!flags.certificate.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(certificate, ReadCertificate(flags.certificate));
    request.caller = certificate->SpiffeId();
    request.caller_names = certificate->names;
  }
  request.subject = flags.subject;
  request.profile = flags.profile;
  request.names = csr->names;
  request.key_algorithm = csr->public_key.algorithm;
  if (!flags.lifetime.empty()) {
    request.lifetime = *DurationFromText(flags.lifetime, kLongestLifetime);
  }
  const Explanation explanation = policy->Explain(request);
  FLEETCA_RETURN_IF_ERROR(WriteStandardOutput(flags.form == "json"
                                                  ? JsonToText(ExplanationToJson(explanation))
                                                  : ExplanationToText(explanation)));
  if (explanation.decision.ok()) {
    return kExitOk;
  }
  // As text, the explanation has said it.
  return GetErrorForm() == ErrorForm::kJson ? ReportStatus(explanation.decision.status())
                                            : kExitFailed;
}

int RunExplain(const ExplainFlags& flags) {
  if (flags.caller.empty() == flags.certificate.empty()) {
    return ReportUsageError("Say who asks: by --as or by --certificate, and not by both");
  }
  if (IsStandardStream(flags.file) && IsStandardStream(flags.csr)) {
    return ReportUsageError("The policy and the CSR cannot both be standard input; name a file");
  }
  const absl::StatusOr<int> code = Explain(flags);
  return code.ok() ? *code : ReportPolicyError(code.status());
}

std::string SpiffeIdFlagProblem(const std::string& id) {
  const char* problem = x509::SpiffeIdProblem(id);
  return problem == nullptr ? "" : absl::StrCat("\"", id, "\" ", problem);
}

void AddCheckCommand(CLI::App& policy, int* exit_code) {
  CLI::App* check = policy.add_subcommand("check", "Say whether a policy is right, and where not");
  auto flags = std::make_shared<CheckFlags>();
  check->add_option("file", flags->file, "The policy; - is standard input")
      ->type_name("FILE")
      ->required();
  check
      ->add_option("--config", flags->config,
                   "Judge it as a server of this configuration does; default: fleetca.textproto "
                   "beside the policy, if that names it")
      ->type_name("FILE");
  AddFormFlag(*check, &flags->form);
  check->footer(kCheckExamples);
  check->callback([flags, exit_code] { *exit_code = RunCheck(*flags); });
}

void AddExplainCommand(CLI::App& policy, int* exit_code) {
  CLI::App* explain =
      policy.add_subcommand("explain", "Say what a policy decides on a request, and why");
  auto flags = std::make_shared<ExplainFlags>();
  explain->add_option("file", flags->file, "The policy; - is standard input")
      ->type_name("FILE")
      ->required();
  explain->add_option("--as", flags->caller, "The caller's SPIFFE ID")
      ->type_name("SPIFFE-ID")
      ->check(SpiffeIdFlagProblem, "");
  explain
      ->add_option("--certificate", flags->certificate,
                   "Instead of --as: the certificate that asks, PEM or DER, whose names a renewal "
                   "keeps")
      ->type_name("FILE");
  explain
      ->add_option(
          "--for", flags->subject,
          "The identity that the certificate is for, when the CSR names none and it is not "
          "the caller's")
      ->type_name("SPIFFE-ID")
      ->check(SpiffeIdFlagProblem, "");
  explain->add_option("--profile", flags->profile, "The profile asked for")
      ->type_name("NAME")
      ->required();
  explain->add_option("--csr", flags->csr, "The CSR, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  explain->add_option("--lifetime", flags->lifetime, "The lifetime asked for, as in 12h or 30d")
      ->type_name("DURATION")
      ->check(
          [](const std::string& text) {
            return DurationFromText(text, kLongestLifetime).has_value()
                       ? std::string()
                       : absl::StrCat("\"", text,
                                      "\" is not a lifetime; write it as in 12h or 30d");
          },
          "");
  AddFormFlag(*explain, &flags->form);
  explain->footer(kExplainExamples);
  explain->callback([flags, exit_code] { *exit_code = RunExplain(*flags); });
}

}  // namespace

absl::Status CheckPolicyFile(const std::string& file) {
  CheckFlags flags;
  flags.file = file;
  return Check(flags).status();
}

void AddPolicyCommand(CLI::App& app, int* exit_code) {
  CLI::App* policy = app.add_subcommand(
      "policy", "Check policy files, explain what they decide, and have a server apply them");
  policy->require_subcommand(1);
  AddCheckCommand(*policy, exit_code);
  AddExplainCommand(*policy, exit_code);
}

}  // namespace fleetca::service
