#include "client/cli/local/chain_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/local/certificate_sources.h"
#include "client/cli/local/fetch_flags.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/slow_work.h"
#include "client/verdict/chain_fix.h"
#include "client/verdict/path_text.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Writes the chain of the certificate in FILE as servers send it: the certificate, then each issuer, the
root left out. What belongs to another chain is dropped, and what is missing is taken from --from.
A chain may end below a root that is not given, and a sentence says so. Where the issuer of the
certificate itself is missing, or what has an issuer's name did not sign, nothing is written; the
sentence says which, and where it could be had.

Examples:
  fleetca chain fix web.crt --from ca --out chain.pem
  cat ca/root-ca.crt ca/issuing-ca.crt web.crt | fleetca chain fix - --out ordered.pem
  fleetca chain fix web.crt --from ca/issuing-ca.crt --from ca/root-ca.crt --with-root
  fleetca chain fix web.crt --from ca -o json | jq -r '.chain[].subject'
)help";

struct FixFlags {
  std::string file;
  std::vector<std::string> from;
  bool fetch = false;
  std::string timeout = "10s";
  bool with_root = false;
  bool force = false;
  OutputFlags output;
};

absl::Status GapError(const CertificationPath& path) {
  absl::string_view remedy = "; get it from that CA and give it by --from";
  if (!path.unusable.empty()) {
    remedy = "; give another certificate of that CA by --from";
  } else if (!path.certificates.back()->ca_issuers_urls.empty()) {
    remedy = ", from where --fetch takes it";
  }
  return FailedPrecondition(Reason::kFileMissing, "--from",
                            absl::StrCat(GapSentence(path), remedy, "; nothing was written"));
}

// Whether what is there cannot be the chain that a server sends. A server does not send its root,
// so a chain may end below a CA that nobody gave; but the issuer of the certificate itself is
// hardly ever a root, and one that is there and does not fit is no chain's.
bool IsBroken(const CertificationPath& path, bool with_root) {
  return path.end == PathEnd::kGap && (path.certificates.size() == 1 || with_root ||
                                       !path.near_miss.empty() || !path.unusable.empty());
}

// The chain as it is written, and what of FILE is not in it.
struct Fixed {
  std::vector<const x509::Certificate*> chain;
  std::vector<const x509::Certificate*> dropped;
  bool root_left_out = false;
  // The name of the issuer of the last one, where it is not there; "" where a root is.
  std::string issuer_not_seen;
};

absl::StatusOr<Fixed> Fix(const FixFlags& flags, const CertificateIndex& given,
                          CertificateIndex* index) {
  // It may be the certificate whose chain this is, or stand in its chain.
  if (!given.unusable().empty()) {
    return Annotate(given.unusable().front().why,
                    "A certificate is there, but cannot be used, so nothing was written");
  }
  const x509::Certificate* const leaf = LeafOf(given.certificates());
  const absl::Time now = Clock::System().Now();
  if (flags.fetch) {
    std::vector<absl::Status> problems;
    const SlowWork slow("fetching the issuers that are missing");
    const absl::Duration timeout = ParseDurationFlag(flags.timeout).value_or(absl::Seconds(10));
    FetchMissing(
        *leaf, now, [timeout](const std::string& url) { return FetchIssuers(url, timeout); }, index,
        &problems);
    for (const absl::Status& problem : problems) {
      Say(problem.message());
    }
  }
  const CertificationPath path = FindPaths(*leaf, {.others = index, .at = now}).front();
  if (IsBroken(path, flags.with_root)) {
    return GapError(path);
  }
  Fixed fixed{.chain = path.certificates};
  if (path.end == PathEnd::kGap) {
    fixed.issuer_not_seen = x509::NameToText(path.certificates.back()->issuer);
  } else if (!flags.with_root && fixed.chain.size() > 1) {
    fixed.chain.pop_back();
    fixed.root_left_out = true;
  }
  for (const x509::Certificate* certificate : given.certificates()) {
    const bool used = std::any_of(
        path.certificates.begin(), path.certificates.end(),
        [certificate](const x509::Certificate* one) { return one->der == certificate->der; });
    if (!used) {
      fixed.dropped.push_back(certificate);
    }
  }
  return fixed;
}

nlohmann::ordered_json ToJson(const std::vector<const x509::Certificate*>& certificates,
                              const CertificateIndex& index) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const x509::Certificate* certificate : certificates) {
    list.push_back({{"subject", SubjectOf(*certificate)},
                    {"issuer", x509::NameToText(certificate->issuer)},
                    {"not_after", TimeToJson(certificate->not_after)},
                    {"from", std::string(index.OriginOf(*certificate))}});
  }
  return list;
}

std::string ToText(const Fixed& fixed, const CertificateIndex& index) {
  std::string text;
  for (const x509::Certificate* certificate : fixed.chain) {
    absl::StrAppend(&text, EscapeForDisplay(SubjectOf(*certificate)), " (",
                    EscapeForDisplay(index.OriginOf(*certificate)), ")\n");
  }
  return text;
}

std::string PemOf(const Fixed& fixed) {
  std::vector<std::string> ders;
  for (const x509::Certificate* certificate : fixed.chain) {
    ders.emplace_back(certificate->der);
  }
  return CertificatesToPem(ders);
}

std::string Shown(const FixFlags& flags, const Fixed& fixed, const CertificateIndex& index) {
  switch (ParseForm(flags.output.form)) {
    case OutputForm::kText:
      return ToText(fixed, index);
    case OutputForm::kJson:
      return JsonToText({{"chain", ToJson(fixed.chain, index)},
                         {"dropped", ToJson(fixed.dropped, index)},
                         {"root_left_out", fixed.root_left_out},
                         {"issuer_not_seen", fixed.issuer_not_seen},
                         {"pem", PemOf(fixed)}});
    case OutputForm::kPem:
      break;
  }
  return "";
}

std::vector<FlaggedFile> InputsOf(const FixFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"file", flags.file}};
  for (const std::string& path : flags.from) {
    inputs.push_back({"--from", path});
  }
  return inputs;
}

absl::Status CheckFiles(const FixFlags& flags, Replace replace) {
  CommandFiles files{.outputs = {DataOutput(flags.output, replace)}, .inputs = InputsOf(flags)};
  // FILE may be replaced by its own chain: so it is mended where it is.
  files.inputs.erase(files.inputs.begin());
  return CheckOutputs(files, NextStep::kMakeHere);
}

absl::Status Run(const FixFlags& flags) {
  const Replace replace = flags.force ? Replace::kAllButKeys : Replace::kNothing;
  FLEETCA_RETURN_IF_ERROR(CheckFiles(flags, replace));
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificateFile(flags.file));
  CertificateIndex given(CertificateIndex::Holds::kTrustAnchors);
  CertificateIndex index(CertificateIndex::Holds::kTrustAnchors);
  const std::string name = NameOfInput(flags.file);
  given.AddAll(ders, name);
  index.AddAll(std::move(ders), name);
  for (const std::string& path : flags.from) {
    FLEETCA_RETURN_IF_ERROR(AddFromFileOrFolder(path, &index));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Fixed fixed, Fix(flags, given, &index));
  SayUnusable(index);
  for (const x509::Certificate* certificate : fixed.dropped) {
    Say(absl::StrCat("dropped, as it belongs to no way from \"", SubjectOf(*fixed.chain.front()),
                     "\" to its root: \"", SubjectOf(*certificate), "\""));
  }
  if (!fixed.issuer_not_seen.empty()) {
    Say(absl::StrCat("the issuer of the last certificate, \"", fixed.issuer_not_seen,
                     "\", is not there: the chain is complete if that is a root, and else give "
                     "what is missing by --from"));
  }
  return WriteObject(flags.output, PemOf(fixed), Shown(flags, fixed, index), replace);
}

}  // namespace

void AddChainFixCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("fix", "Put a chain in order, complete it, and drop what is not of it");
  auto flags = std::make_shared<FixFlags>();
  command
      ->add_option("file", flags->file,
                   "The certificate, and others in any order: PEM, DER or PKCS#7; - is standard "
                   "input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--from", flags->from,
                   "A file, or a folder of files, where what is missing is looked for")
      ->type_name("FILE");
  command->add_flag("--fetch", flags->fetch,
                    "Fetch what is missing from where the certificates say, by http");
  AddFetchTimeoutFlag(*command, &flags->timeout);
  command->add_flag("--with-root", flags->with_root, "Write the root too");
  AddOutputFlags(*command, &flags->output);
  AddForceFlag(*command, &flags->force);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = StandardInputMistake(InputsOf(*flags));
    if (!mistake.empty()) {
      *exit_code = ReportUsageError(mistake);
      return;
    }
    *exit_code = ReportStatus(Run(*flags));
  });
}

}  // namespace fleetca::client
