#include "service/authority/crl_shards_file.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "service/revocation/crl_shard.h"

namespace fleetca::service {
namespace {

constexpr mode_t kPublic = 0644;
constexpr absl::string_view kHeading =
    "# CRL shards of each issuing CA, by its key id. Certificates name theirs: never change a "
    "number.\n";

// "" where there is no file.
absl::StatusOr<std::string> ReadIfThere(absl::string_view path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok() && GetReason(text.status()) == Reason::kFileMissing) {
    return std::string();
  }
  return text;
}

std::string LineOf(absl::string_view key_id, uint16_t shards) {
  return absl::StrCat(absl::BytesToHexString(key_id), " ", shards);
}

}  // namespace

std::string CrlShardsFile(absl::string_view certificate_file) {
  return absl::StrCat(FolderOf(certificate_file), "/crl-shards");
}

absl::StatusOr<std::optional<uint16_t>> FindCrlShards(absl::string_view path,
                                                      absl::string_view key_id) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadIfThere(path));
  const std::string wanted = absl::BytesToHexString(key_id);
  std::optional<uint16_t> found;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || absl::StartsWith(line, "#")) {
      continue;
    }
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    uint32_t shards = 0;
    const bool fits = parts.size() == 2 && absl::SimpleAtoi(parts[1], &shards) && shards >= 1 &&
                      shards <= kMaxCrlShards;
    // Of two numbers for one issuing CA nobody knows which its certificates name.
    if (!fits || (parts[0] == wanted && found.has_value() && *found != shards)) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(path, ":", number, ": ",
                       fits ? "is a second number for the same issuing CA"
                            : "is not the key id of an issuing CA and its number of CRL shards",
                       "; restore the file from a backup of the CA's folder"));
    }
    if (parts[0] == wanted) {
      found = static_cast<uint16_t>(shards);
    }
  }
  return found;
}

absl::StatusOr<uint16_t> DecideCrlShards(absl::string_view path, absl::string_view key_id,
                                         std::optional<uint16_t> configured) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<uint16_t> kept, FindCrlShards(path, key_id));
  if (!kept.has_value()) {
    return configured.value_or(kDefaultCrlShards);
  }
  if (configured.has_value() && *configured != *kept) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "revocation.crl_shards",
        absl::StrCat("revocation.crl_shards is ", *configured, ", but the issuing CA ",
                     absl::BytesToHexString(key_id), " has issued certificates that name one of ",
                     *kept, " shards (", path, "); write crl_shards: ", *kept,
                     " or leave it out. Another number comes with the next issuing CA"));
  }
  return *kept;
}

absl::Status KeepCrlShards(absl::string_view path, absl::string_view key_id, uint16_t shards) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<uint16_t> kept, FindCrlShards(path, key_id));
  if (kept.has_value()) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string text, ReadIfThere(path));
  if (text.empty()) {
    text = std::string(kHeading);
  } else if (!absl::EndsWith(text, "\n")) {
    text += "\n";
  }
  absl::StrAppend(&text, LineOf(key_id, shards), "\n");
  const absl::Status written = WriteFileAtomic(path, text, kPublic);
  if (written.ok()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      GetReason(written).value_or(Reason::kFileInvalid),
      absl::StrCat(written.message(), "; how many CRL shards the issuing CA has must be kept in ",
                   path, ": let the server write there, or write the line \"",
                   LineOf(key_id, shards), "\" into it"));
}

}  // namespace fleetca::service
