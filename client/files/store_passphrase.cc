#include "client/files/store_passphrase.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxBytes = 128;

}  // namespace

absl::StatusOr<SecretBytes> ReadStorePassphrase(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadSecretFile(path));
  absl::string_view line = contents.view().substr(0, contents.view().find('\n'));
  absl::ConsumeSuffix(&line, "\r");
  if (line.empty() || line.size() > kMaxBytes ||
      !std::all_of(line.begin(), line.end(), [](char c) { return absl::ascii_isprint(c); })) {
    return FailedPrecondition(
        Reason::kPassphraseInvalid,
        absl::StrCat("The first line of ", path, " is not 1 to ", kMaxBytes,
                     " printable characters of ASCII; write such a passphrase"));
  }
  return SecretBytes(line);
}

}  // namespace fleetca::client
