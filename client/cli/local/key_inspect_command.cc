#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/key_commands.h"
#include "client/cli/local/key_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/key_facts.h"
#include "client/objects/object_kind.h"
#include "client/objects/object_reader.h"
#include "client/objects/pkcs7_certificates.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Says what key it is, how strong, its fingerprint (SHA-256 of the public half, as in 'openssl pkey -pubout
-outform DER | sha256sum'), and how it is encrypted; the key itself is not shown. With --fits also whether
a certificate or a CSR is for this key, in whatever file: of a chain, PKCS#7, or the key with its
certificate behind it, the first certificate counts. The exit status is 1
where one is not.

Examples:
  fleetca key new --out plain.key
  fleetca key inspect plain.key
  fleetca csr new --key plain.key --name DNS:web.fleet.example --out plain.csr
  fleetca key inspect plain.key --fits plain.csr
  fleetca key inspect -o json plain.key --fits plain.csr | jq '.fits[].fits'
)help";

struct InspectFlags {
  std::string file;
  std::vector<std::string> fits;
  PassphraseFlag passphrase;
  std::string form = "text";
};

// Of each certificate and CSR, whatever holds it, in their order: whether it is for the key. At
// least one; what else there is does no harm, such as the key of HAProxy's files.
absl::StatusOr<std::vector<bool>> FitsOf(const EVP_PKEY* key, absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<FoundObject> objects, FindObjects(contents));
  std::vector<bool> fits;
  for (const FoundObject& object : objects) {
    if (object.kind == ObjectKind::kCsr) {
      FLEETCA_ASSIGN_OR_RETURN(const bool is_for_key, FitsCsr(key, object.der));
      fits.push_back(is_for_key);
    } else if (object.kind == ObjectKind::kCertificate) {
      FLEETCA_ASSIGN_OR_RETURN(const bool is_for_key, FitsCertificate(key, object.der));
      fits.push_back(is_for_key);
    } else if (object.kind == ObjectKind::kPkcs7) {
      FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, Pkcs7Certificates(object.der));
      for (const std::string& der : ders) {
        FLEETCA_ASSIGN_OR_RETURN(const bool is_for_key, FitsCertificate(key, der));
        fits.push_back(is_for_key);
      }
    }
  }
  if (fits.empty()) {
    return CertificatesOf(std::move(objects)).status();
  }
  return fits;
}

struct Fit {
  std::string file;
  bool fits = false;
  // Where the first does not fit and another does: which, from 1.
  size_t other = 0;
};

absl::StatusOr<Fit> Compare(const EVP_PKEY* key, const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  const absl::StatusOr<std::vector<bool>> fits = FitsOf(key, contents.view());
  if (!fits.ok()) {
    return Annotate(fits.status(), NameOfInput(file));
  }
  const auto first = std::find(fits->begin(), fits->end(), true);
  const size_t number = static_cast<size_t>(first - fits->begin()) + 1;
  return Fit{
      .file = file, .fits = number == 1, .other = number == 1 || first == fits->end() ? 0 : number};
}

std::string FitText(const Fit& fit) {
  if (fit.fits) {
    return absl::StrCat(fit.file, ": yes");
  }
  return fit.other == 0
             ? absl::StrCat(fit.file, ": NO, it is for another key")
             : absl::StrCat(fit.file, ": NO, its first certificate is for another key; number ",
                            fit.other, " of it is for this key, and should stand first");
}

std::string Mistake(const InspectFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"FILE", flags.file},
                                     {flags.passphrase.name, flags.passphrase.file}};
  for (const std::string& file : flags.fits) {
    inputs.push_back({"--fits", file});
  }
  return StandardInputMistake(inputs);
}

absl::StatusOr<int> Inspect(const InspectFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ReadKey read, ReadKeyFile(flags.file, flags.passphrase));
  FLEETCA_ASSIGN_OR_RETURN(nlohmann::ordered_json json,
                           KeyToJson(read.key.get(), flags.file, read.form, read.encryption));
  FLEETCA_ASSIGN_OR_RETURN(std::string text, KeyToText(read.key.get(), read.form, read.encryption));
  json["fits"] = nlohmann::ordered_json::array();
  std::vector<std::string> lines, others;
  for (const std::string& file : flags.fits) {
    FLEETCA_ASSIGN_OR_RETURN(const Fit fit, Compare(read.key.get(), file));
    json["fits"].push_back({{"file", file}, {"fits", fit.fits}});
    lines.push_back(FitText(fit));
    if (!fit.fits) {
      others.push_back(NameOfInput(file));
    }
  }
  if (!lines.empty()) {
    absl::StrAppend(&text, TextLines("Fits", lines));
  }
  FLEETCA_RETURN_IF_ERROR(WriteData("", flags.form == "json" ? JsonToText(json) : text));
  if (others.empty()) {
    return kExitOk;
  }
  return ReportStatus(FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(NameOfInput(flags.file), " is not the key of ", absl::StrJoin(others, ", "))));
}

}  // namespace

void AddKeyInspectCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("inspect", "Show what a private key is, and what it fits");
  auto flags = std::make_shared<InspectFlags>();
  AddKeyInput(*command, &flags->file);
  command
      ->add_option("--fits", flags->fits,
                   "A certificate or a CSR: whether it is for this key; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);
  AddPassphraseFlag(*command, "passphrase-file",
                    "The passphrase of the key, in the first line of this file",
                    &flags->passphrase);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = Mistake(*flags);
    if (!mistake.empty()) {
      *exit_code = ReportUsageError(mistake);
      return;
    }
    const absl::StatusOr<int> code = Inspect(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
