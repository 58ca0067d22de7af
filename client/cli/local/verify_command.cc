#include "client/cli/local/verify_command.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/arc_flag.h"
#include "client/cli/local/certificate_sources.h"
#include "client/cli/local/fetch_flags.h"
#include "client/cli/local/verdict_output.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/slow_work.h"
#include "client/cli/terminal/time_flag.h"
#include "client/verdict/crl_input.h"
#include "client/verdict/system_roots.h"
#include "client/verdict/verdict.h"
#include "client/verdict/verdict_identity.h"
#include "client/verdict/verdict_revocation.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Says step by step what a program that relies on the certificate would decide: whether a chain of
signatures leads to a trusted root, dates, what the CAs may issue, purpose, host name, revocation, and
with --trust-domain who the caller is at a service and which roles it has there. The first certificate
of FILE is judged; the others are taken for intermediates. The exit status is 1 where it is refused.
Without --ca the roots of this system are trusted.

Examples:
  fleetca cert verify web.crt --ca ca/root-ca.crt
  fleetca cert verify ca/server.crt --ca ca/root-ca.crt --untrusted ca --host localhost
  fleetca cert verify web.crt --ca ca/root-ca.crt --crl web.crl
  fleetca cert verify reader.pem --ca ca/root-ca.crt --trust-domain fleet.example --audience svc/orders \
    --role reader
  fleetca cert verify web.crt --ca ca/root-ca.crt -o json | jq -r .accepted
)help";

struct VerifyFlags {
  std::string file;
  std::vector<std::string> ca;
  std::vector<std::string> untrusted;
  std::string purpose;
  std::string host;
  std::string at;
  std::vector<std::string> crls;
  OcspStep ocsp;
  std::string timeout = "10s";
  std::string trust_domain;
  std::string audience;
  std::vector<std::string> roles;
  std::string arc = std::string(x509::kDefaultFleetArcText);
  std::string form = "text";
};

// Without --purpose, --host means a server and --trust-domain a client.
Purpose PurposeOf(const VerifyFlags& flags) {
  if (!flags.purpose.empty()) {
    return ParsePurpose(flags.purpose).value_or(Purpose::kAny);
  }
  return !flags.host.empty()           ? Purpose::kServer
         : !flags.trust_domain.empty() ? Purpose::kClient
                                       : Purpose::kAny;
}

absl::StatusOr<CertificateIndex> RootsOf(const VerifyFlags& flags) {
  if (flags.ca.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(SystemRoots system, LoadSystemRoots());
    Say(absl::StrCat("no --ca is given, so the roots of this system are trusted, ", system.path));
    return std::move(system.roots);
  }
  CertificateIndex roots(CertificateIndex::Holds::kTrustAnchors);
  for (const std::string& path : flags.ca) {
    FLEETCA_RETURN_IF_ERROR(AddFromFileOrFolder(path, &roots));
  }
  SayUnusable(roots);
  return roots;
}

absl::StatusOr<std::vector<HeldCrl>> CrlsOf(const VerifyFlags& flags) {
  std::vector<HeldCrl> crls;
  for (const std::string& file : flags.crls) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<HeldCrl> more, ReadCrlsOfFile(file));
    std::move(more.begin(), more.end(), std::back_inserter(crls));
  }
  return crls;
}

// What the user can give, in the words of this command.
void AdviseByFlags(Verdict* verdict) {
  verdict->Advise(Lack::kIssuer,
                  "; give it by --ca if it is a root that you trust, and else by --untrusted, or "
                  "complete the chain: fleetca chain fix, with --fetch where it is named");
  verdict->Advise(Lack::kTrust,
                  "; give the right roots by --ca, or this one if you know whose it is");
}

void JudgeRevocation(const VerifyFlags& flags, absl::Span<const HeldCrl> crls, absl::Time at,
                     Verdict* verdict) {
  JudgeByCrls(crls, at, verdict);
  OcspStep ocsp = flags.ocsp;
  ocsp.asked = ocsp.asked || !ocsp.url.empty();
  ocsp.timeout = ParseDurationFlag(flags.timeout).value_or(absl::Seconds(10));
  std::optional<SlowWork> slow;
  if (ocsp.asked) {
    slow.emplace("asking the OCSP responder");
  }
  JudgeByOcsp(ocsp, at, verdict);
}

absl::StatusOr<Verdict> Judge(const VerifyFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificateFile(flags.file));
  FLEETCA_ASSIGN_OR_RETURN(const CertificateIndex roots, RootsOf(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<HeldCrl> crls, CrlsOf(flags));
  FLEETCA_ASSIGN_OR_RETURN(const x509::AuthzOids oids, x509::AuthzOids::FromArc(flags.arc));
  const std::string leaf = ders.front();
  CertificateIndex others;
  others.AddAll(std::move(ders), NameOfInput(flags.file));
  for (const std::string& path : flags.untrusted) {
    FLEETCA_RETURN_IF_ERROR(AddFromFileOrFolder(path, &others));
  }
  SayUnusable(others, leaf);
  const absl::Time now = Clock::System().Now();
  const absl::Time at = flags.at.empty() ? now : ParseTimeFlag(flags.at, now).value_or(now);
  const Purpose purpose = PurposeOf(flags);
  Verdict verdict = JudgeCertificate(
      leaf, {.roots = &roots, .others = &others, .at = at, .purpose = purpose, .host = flags.host});
  AdviseByFlags(&verdict);
  JudgeRevocation(flags, crls, at, &verdict);
  JudgeIdentity({.trust_domain = flags.trust_domain,
                 .audience = flags.audience,
                 .roles = flags.roles,
                 .oids = oids,
                 .purpose = purpose == Purpose::kAny ? Purpose::kClient : purpose},
                at, &verdict);
  return verdict;
}

absl::StatusOr<int> Verify(const VerifyFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const Verdict verdict, Judge(flags));
  FLEETCA_RETURN_IF_ERROR(flags.form == "json"
                              ? Show(OutputForm::kJson, JsonToText(VerdictToJson(verdict)))
                              : ShowText(VerdictToText(verdict)));
  // As text, the answer has said it.
  return verdict.accepted()                   ? kExitOk
         : GetErrorForm() == ErrorForm::kJson ? ReportStatus(verdict.first_failed()->status)
                                              : kExitFailed;
}

void AddQuestionFlags(CLI::App& command, VerifyFlags* flags) {
  command
      .add_option("--purpose", flags->purpose,
                  "What the certificate is wanted for; by default server with --host, client with "
                  "--trust-domain, and else any")
      ->type_name("PURPOSE")
      ->check(CLI::IsMember(PurposeNames()), "");
  command
      .add_option("--host", flags->host,
                  "The host that is connected to, a DNS name or an IP address")
      ->type_name("NAME");
  command.add_option("--at", flags->at, "When: RFC 3339, or how long ago; by default now")
      ->type_name("TIME")
      ->check(CheckTimeFlag, "");
}

void AddRevocationFlags(CLI::App& command, VerifyFlags* flags) {
  command
      .add_option("--crl", flags->crls,
                  "A CRL in which the certificate must not be; may be repeated")
      ->type_name("FILE");
  command.add_flag("--ocsp", flags->ocsp.asked,
                   "Ask the OCSP responder that the certificate names");
  command.add_option("--url", flags->ocsp.url, "The OCSP responder to ask instead")
      ->type_name("URL")
      ->check(CheckHttpUrlFlag, "");
  AddFetchTimeoutFlag(command, &flags->timeout);
}

void AddServiceFlags(CLI::App& command, VerifyFlags* flags) {
  CLI::Option* const domain =
      command
          .add_option("--trust-domain", flags->trust_domain,
                      "Decide as a service of this trust domain does of its caller")
          ->type_name("DOMAIN");
  command.add_option("--audience", flags->audience, "What audiences call the service")
      ->type_name("NAME")
      ->needs(domain);
  command.add_option("--role", flags->roles, "A role of which the caller needs one")
      ->type_name("ROLE")
      ->needs(domain);
  AddArcFlag(command, &flags->arc);
}

std::string InputMistake(const VerifyFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"file", flags.file}};
  for (const std::string& path : flags.ca) {
    inputs.push_back({"--ca", path});
  }
  for (const std::string& path : flags.untrusted) {
    inputs.push_back({"--untrusted", path});
  }
  for (const std::string& path : flags.crls) {
    inputs.push_back({"--crl", path});
  }
  return StandardInputMistake(inputs);
}

}  // namespace

void AddCertVerifyCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "verify", "Say step by step whether a certificate would be believed, and why not");
  auto flags = std::make_shared<VerifyFlags>();
  command
      ->add_option("file", flags->file,
                   "The certificate, and intermediates behind it: PEM, DER or PKCS#7; - is "
                   "standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option(
          "--ca", flags->ca,
          "Trusted roots, in a file or in the files of a folder; by default those of this system; "
          "may be repeated")
      ->type_name("FILE");
  command
      ->add_option(
          "--untrusted", flags->untrusted,
          "More certificates, in a file or in the files of a folder, of which the chain takes what "
          "it needs; may be repeated")
      ->type_name("FILE");
  AddQuestionFlags(*command, flags.get());
  AddRevocationFlags(*command, flags.get());
  AddServiceFlags(*command, flags.get());
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = InputMistake(*flags);
    if (!mistake.empty()) {
      *exit_code = ReportUsageError(mistake);
      return;
    }
    const absl::StatusOr<int> code = Verify(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
