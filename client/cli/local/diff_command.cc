#include "client/cli/local/diff_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/arc_flag.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/local/object_difference.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/certificate_chain.h"
#include "client/objects/object_reader.h"
#include "x509/authz/authz_oids.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The first certificate of each file is compared, or its first CSR where it holds no certificate. Names,
roles and other lists are compared as sets; of a certificate and a CSR, the subject, the names and the
key; and of one that is not accepted here, as of X.509 version 1, no extensions. Exit status: 0 the same contents, 1 they differ, 2 they could not be compared.

Examples:
  fleetca cert diff web.crt web.crt
  fleetca cert diff web.crt web.csr || echo 'not what was asked for'
  (fleetca cert diff -o json ca/root-ca.crt ca/issuing-ca.crt || true) | jq -r '.differences[].field'
)help";

struct DiffFlags {
  std::string a;
  std::string b;
  std::string form = "text";
  std::string arc = std::string(x509::kDefaultFleetArcText);
};

// The names of keys alone are the same for many, so their digests are compared too.
absl::StatusOr<nlohmann::ordered_json> ComparedCsr(absl::string_view der) {
  FLEETCA_ASSIGN_OR_RETURN(const CsrFacts facts, FactsOfCsr(der));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Csr csr, x509::ParseCsr(der, x509::CsrLimits()));
  nlohmann::ordered_json json = CsrToJson(facts);
  json["public_key_sha256"] = HexSha256(csr.public_key.spki);
  return json;
}

absl::StatusOr<nlohmann::ordered_json> Compared(absl::string_view contents,
                                                const x509::AuthzOids& oids) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<FoundObject> objects, FindObjects(contents));
  const auto is_certificate = [](const FoundObject& object) {
    return object.kind == ObjectKind::kCertificate || object.kind == ObjectKind::kPkcs7;
  };
  const auto csr = std::find_if(objects.begin(), objects.end(), [](const FoundObject& object) {
    return object.kind == ObjectKind::kCsr;
  });
  // A certificate is what is compared, wherever in the file it stands.
  if (csr != objects.end() && std::none_of(objects.begin(), objects.end(), is_certificate)) {
    return ComparedCsr(csr->der);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, CertificatesOf(std::move(objects)));
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfAnyCertificate(ders.front(), oids));
  nlohmann::ordered_json json = CertificateToJson(facts);
  const absl::StatusOr<x509::Certificate> accepted = x509::ParseCertificate(ders.front());
  json["public_key_sha256"] =
      accepted.ok() ? HexSha256(accepted->public_key.spki) : PublicKeyFingerprint(ders.front());
  return json;
}

// Of such a certificate extensions and grants are not read, so that both might seem to have none.
void SayIfNotAccepted(const std::string& file, const nlohmann::ordered_json& side) {
  const auto reason = side.find("not_accepted");
  if (reason != side.end()) {
    Say(absl::StrCat(NameOfInput(file),
                     " is not accepted here, so its extensions are not read and "
                     "not compared: ",
                     reason->get<std::string>()));
  }
}

absl::StatusOr<nlohmann::ordered_json> ReadSide(const std::string& file,
                                                const x509::AuthzOids& oids) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  absl::StatusOr<nlohmann::ordered_json> json = Compared(contents.view(), oids);
  return json.ok() ? std::move(json) : Annotate(json.status(), NameOfInput(file));
}

std::string SideText(absl::string_view sign, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    absl::StrAppend(&text, "  ", sign, " ", EscapeForDisplay(value), "\n");
  }
  return text;
}

std::string ToText(const std::vector<FieldDifference>& differences, const DiffFlags& flags) {
  if (differences.empty()) {
    return absl::StrCat(EscapeForDisplay(flags.a), " and ", EscapeForDisplay(flags.b),
                        " have the same contents\n");
  }
  std::string text =
      absl::StrCat("- ", EscapeForDisplay(flags.a), "\n+ ", EscapeForDisplay(flags.b), "\n");
  for (const FieldDifference& difference : differences) {
    absl::StrAppend(&text, difference.field, "\n", SideText("-", difference.only_a),
                    SideText("+", difference.only_b));
  }
  return text;
}

std::string ToJson(const std::vector<FieldDifference>& differences) {
  nlohmann::ordered_json json = {{"same", differences.empty()},
                                 {"differences", nlohmann::ordered_json::array()}};
  for (const FieldDifference& difference : differences) {
    json["differences"].push_back({{"field", difference.field},
                                   {"only_a", difference.only_a},
                                   {"only_b", difference.only_b}});
  }
  return JsonToText(json);
}

absl::StatusOr<int> Diff(const DiffFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::AuthzOids oids, x509::AuthzOids::FromArc(flags.arc));
  FLEETCA_ASSIGN_OR_RETURN(const nlohmann::ordered_json a, ReadSide(flags.a, oids));
  FLEETCA_ASSIGN_OR_RETURN(const nlohmann::ordered_json b, ReadSide(flags.b, oids));
  SayIfNotAccepted(flags.a, a);
  SayIfNotAccepted(flags.b, b);
  const std::vector<FieldDifference> differences = DifferencesOf(a, b);
  FLEETCA_RETURN_IF_ERROR(
      WriteData("", flags.form == "json" ? ToJson(differences) : ToText(differences, flags)));
  return differences.empty() ? kExitOk : kExitDiffer;
}

int RunDiff(const DiffFlags& flags) {
  const std::string mistake = StandardInputMistake({{"a", flags.a}, {"b", flags.b}});
  if (!mistake.empty()) {
    return ReportUsageError(mistake);
  }
  const absl::StatusOr<int> code = Diff(flags);
  if (!code.ok()) {
    ReportStatus(code.status());
    return kExitNotCompared;
  }
  return *code;
}

}  // namespace

void AddDiffCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "diff", "Show what differs between two certificates, or a certificate and a CSR");
  auto flags = std::make_shared<DiffFlags>();
  command->add_option("a", flags->a, "A certificate or a CSR, in any form; - is standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("b", flags->b, "The other one")->type_name("FILE")->required();
  AddTextOrJsonFlag(*command, &flags->form);
  AddArcFlag(*command, &flags->arc);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = RunDiff(*flags); });
}

}  // namespace fleetca::client
