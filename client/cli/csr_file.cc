#include "client/cli/csr_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/terminal/timed_read.h"
#include "client/issued.h"
#include "client/objects/file_wrapping.h"
#include "x509/pem.h"

namespace fleetca::client {

namespace {

// Base64 as it stands between the BEGIN and END lines of PEM, without them.
bool IsBareBase64(absl::string_view contents) {
  std::string der;
  return absl::Base64Unescape(contents, &der) && CsrPublicKey(der).ok();
}

absl::StatusOr<std::string> ParseCsr(absl::string_view contents) {
  if (absl::StripAsciiWhitespace(contents).empty()) {
    return InvalidArgument(Reason::kFileInvalid, "csr",
                           "there is no CSR here: the input is empty. Did the program that was to "
                           "write it fail? Give a PKCS#10 CSR, PEM or DER, or --new-key to have "
                           "a key made; nothing was asked for yet");
  }
  if (const std::string wrapping = WrappingOf(contents);
      !wrapping.empty() && !IsBareBase64(contents)) {
    return InvalidArgument(Reason::kFileInvalid, "csr", wrapping);
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string der,
                           x509::DecodeOnePemOrDer(x509::kPemCertificateRequest, contents));
  if (const absl::Status wrong = CsrPublicKey(der).status(); !wrong.ok()) {
    return IsBareBase64(contents)
               ? InvalidArgument(
                     Reason::kFileInvalid, "csr",
                     "this is the base64 of a CSR without the lines around it: put "
                     "-----BEGIN CERTIFICATE REQUEST----- before it and -----END CERTIFICATE "
                     "REQUEST----- after it, or decode it with 'base64 -d'")
               : wrong;
  }
  return der;
}

}  // namespace

absl::StatusOr<std::string> ReadCsr(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(path));
  absl::StatusOr<std::string> der = ParseCsr(contents.view());
  if (!der.ok()) {
    return Annotate(der.status(), NameOfInput(path));
  }
  return der;
}

absl::StatusOr<std::vector<std::string>> ListCsrs(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    // Windows does not tell the cases of a name apart.
    const std::string ending = absl::AsciiStrToLower(entry->path().extension().string());
    if (ending == ".csr" || ending == ".req" || ending == ".p10") {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    return FileError("read", folder, error.value());
  }
  if (files.empty()) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat(folder,
                                           " holds no CSR: no file in it ends in .csr, "
                                           ".req or .p10"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace fleetca::client
