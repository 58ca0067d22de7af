#include "client/cli/authz_check_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/authz/http/http_authorizer.h"
#include "client/authz/http/http_authorizer_files.h"
#include "client/cli/authz_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Decides as 'fleetca authz serve' would, from the files alone. Exit status: 0 when the request may
pass, 1 when not.

Examples:
  fleetca authz check --roots ca.pem --trust-domain fleet.example --audience svc/orders \
    --routes http_roles.textproto --cert reader.pem --method GET --path /orders/7
  fleetca authz check --roots ca.pem --trust-domain fleet.example --audience svc/orders \
    --routes http_roles.textproto --cert - --method GET --path '/orders/7?all=1' -o json \
    < reader.pem | jq .allowed
)help";

struct CheckFlags {
  AuthzFlags authz;
  std::string certificate;
  std::string method;
  std::string host;
  std::string path;
  std::string form = "text";
};

// The file's certificates as a proxy would pass them on.
absl::StatusOr<std::string> ReadCallersCertificates(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  const absl::StatusOr<std::vector<std::string>> ders = ReadCertificates(contents.view());
  if (!ders.ok()) {
    return Annotate(ders.status(), NameOfInput(file));
  }
  return CertificatesToPem(*ders);
}

std::string DecisionToText(const HttpDecision& decision) {
  std::string text = absl::StrCat(decision.status.ok() ? "Allowed" : "Denied", "\n",
                                  TextLine("HTTP status", absl::StrCat(decision.HttpStatus())));
  if (decision.caller != nullptr) {
    const Grants& caller = *decision.caller;
    absl::StrAppend(
        &text, TextLine("Caller", caller.identity),
        TextLine("Grants", GrantStateName(caller.state)),
        TextLine("Roles", caller.roles.empty() ? "(none)" : absl::StrJoin(caller.roles, ", ")),
        TextLine("Policy revision", absl::StrCat(caller.policy_revision)));
    if (caller.audience.has_value()) {
      absl::StrAppend(&text, TextLine("Audience", absl::StrJoin(*caller.audience, ", ")));
    }
    absl::StrAppend(&text, TextLine("Route", decision.route.empty() ? "(none)" : decision.route),
                    TextLine("Needed", decision.needed));
  }
  if (!decision.status.ok()) {
    absl::StrAppend(&text, TextLine("Reason", PrintableMessage(decision.status)));
  }
  return text;
}

std::string DecisionToJson(const HttpDecision& decision) {
  nlohmann::ordered_json json = {{"allowed", decision.status.ok()},
                                 {"http_status", decision.HttpStatus()}};
  if (decision.caller != nullptr) {
    const Grants& caller = *decision.caller;
    json["caller"] = caller.identity;
    json["grants"] = std::string(GrantStateName(caller.state));
    json["roles"] = caller.roles;
    json["attributes"] = nlohmann::ordered_json::object();
    for (const x509::AuthzAttribute& attribute : caller.attributes) {
      json["attributes"][attribute.name] = attribute.value;
    }
    json["policy_revision"] = caller.policy_revision;
    if (caller.audience.has_value()) {
      json["audience"] = *caller.audience;
    }
    json["not_after"] = TimeToJson(caller.not_after);
    json["route"] = decision.route;
    json["needed"] = decision.needed;
  }
  if (!decision.status.ok()) {
    json["reason"] = std::string(decision.status.message());
  }
  return JsonToText(json);
}

absl::StatusOr<int> Check(const CheckFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const auto authorizer, LoadHttpAuthorizer(FilesOf(flags.authz)));
  FLEETCA_ASSIGN_OR_RETURN(const std::string certificate,
                           ReadCallersCertificates(flags.certificate));
  const HttpDecision decision = authorizer->Judge({.certificate = certificate,
                                                   .method = flags.method,
                                                   .host = flags.host,
                                                   .target = flags.path});
  FLEETCA_RETURN_IF_ERROR(
      WriteData("", flags.form == "json" ? DecisionToJson(decision) : DecisionToText(decision)));
  if (decision.status.ok()) {
    return kExitOk;
  }
  // As text, the decision has said it.
  return GetErrorForm() == ErrorForm::kJson ? ReportStatus(decision.status) : kExitFailed;
}

int RunCheck(const CheckFlags& flags) {
  const absl::StatusOr<int> code = Check(flags);
  return code.ok() ? *code : ReportStatus(code.status());
}

}  // namespace

void AddAuthzCheckCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("check", "Say what a table of routes decides on a request, and why");
  auto flags = std::make_shared<CheckFlags>();
  AddAuthzFlags(*command, &flags->authz);
  command
      ->add_option("--cert", flags->certificate,
                   "The caller's certificate, PEM or DER, and those of CAs below the roots; - is "
                   "standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--method", flags->method, "The request's method")
      ->type_name("METHOD")
      ->required();
  command->add_option("--path", flags->path, "Its path, with a query or without")
      ->type_name("PATH")
      ->required();
  command->add_option("--host", flags->host, "Its host, where routes name hosts")
      ->type_name("HOST");
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = RunCheck(*flags); });
}

}  // namespace fleetca::client
