#include "service/authority/crl_shards_file.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
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
    "number or a URL.\n";

// "" where there is no file.
absl::StatusOr<std::string> ReadIfThere(absl::string_view path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok() && GetReason(text.status()) == Reason::kFileMissing) {
    return std::string();
  }
  return text;
}

std::string LineOf(absl::string_view key_id, const KeptCrlShards& kept) {
  return absl::StrCat(absl::BytesToHexString(key_id), " ", kept.shards,
                      kept.base_url.empty() ? "" : " ", kept.base_url);
}

// The line without its key id; nullopt for what is none.
std::optional<KeptCrlShards> ParseLine(absl::Span<const absl::string_view> parts) {
  uint32_t shards = 0;
  if (parts.size() < 2 || parts.size() > 3 || !absl::SimpleAtoi(parts[1], &shards) || shards < 1 ||
      shards > kMaxCrlShards || (parts.size() == 3 && !absl::StartsWith(parts[2], "http://"))) {
    return std::nullopt;
  }
  return KeptCrlShards{static_cast<uint16_t>(shards),
                       parts.size() == 3 ? std::string(parts[2]) : ""};
}

// The text with the line of the issuing CA, in place of the one that it has.
std::string WithLine(absl::string_view text, absl::string_view key_id, const KeptCrlShards& kept) {
  std::string out = text.empty() ? std::string(kHeading) : "";
  const std::string wanted = absl::StrCat(absl::BytesToHexString(key_id), " ");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (!absl::StartsWith(line, wanted)) {
      absl::StrAppend(&out, line, "\n");
    }
  }
  absl::StrAppend(&out, LineOf(key_id, kept), "\n");
  return out;
}

}  // namespace

std::string CrlShardsFile(absl::string_view certificate_file) {
  return absl::StrCat(FolderOf(certificate_file), "/crl-shards");
}

absl::StatusOr<std::optional<KeptCrlShards>> FindCrlShards(absl::string_view path,
                                                           absl::string_view key_id) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadIfThere(path));
  const std::string wanted = absl::BytesToHexString(key_id);
  std::optional<KeptCrlShards> found;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || absl::StartsWith(line, "#")) {
      continue;
    }
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    const std::optional<KeptCrlShards> kept = ParseLine(parts);
    // Of two lines for one issuing CA nobody knows which its certificates name.
    if (!kept.has_value() || (parts[0] == wanted && found.has_value() && *found != *kept)) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(path, ":", number, ": ",
                       kept.has_value()
                           ? "is a second line for the same issuing CA"
                           : "is not the key id of an issuing CA, its number of CRL shards and "
                             "their base_url",
                       "; restore the file from a backup of the CA's folder"));
    }
    if (parts[0] == wanted) {
      found = kept;
    }
  }
  return found;
}

absl::StatusOr<uint16_t> DecideCrlShards(absl::string_view path, absl::string_view key_id,
                                         std::optional<uint16_t> configured,
                                         absl::string_view base_url) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<KeptCrlShards> kept, FindCrlShards(path, key_id));
  if (!kept.has_value()) {
    return configured.value_or(kDefaultCrlShards);
  }
  if (configured.has_value() && *configured != kept->shards) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "revocation.crl_shards",
        absl::StrCat("revocation.crl_shards is ", *configured, ", but the issuing CA ",
                     absl::BytesToHexString(key_id), " has issued certificates that name one of ",
                     kept->shards, " shards (", path, "); write crl_shards: ", kept->shards,
                     " or leave it out. Another number comes with the next issuing CA"));
  }
  if (!kept->base_url.empty() && kept->base_url != base_url) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "http.base_url",
        absl::StrCat("http.base_url is ", base_url, ", but the issuing CA ",
                     absl::BytesToHexString(key_id),
                     " has issued certificates that name CRLs below ", kept->base_url, " (", path,
                     "), and a CRL that says another URL than a certificate is refused for it; "
                     "write base_url: \"",
                     kept->base_url,
                     "\" and have that name lead here. Once all those certificates have expired, "
                     "take it out of the line in that file; or another URL comes with the next "
                     "issuing CA"));
  }
  return kept->shards;
}

absl::Status KeepCrlShards(absl::string_view path, absl::string_view key_id,
                           const KeptCrlShards& kept) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<KeptCrlShards> there, FindCrlShards(path, key_id));
  if (there.has_value() && (!there->base_url.empty() || kept.base_url.empty())) {
    return absl::OkStatus();
  }
  const KeptCrlShards line = {there.has_value() ? there->shards : kept.shards, kept.base_url};
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadIfThere(path));
  const absl::Status written = WriteFileAtomic(path, WithLine(text, key_id, line), kPublic);
  if (written.ok()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      GetReason(written).value_or(Reason::kFileInvalid),
      absl::StrCat(written.message(),
                   "; how many CRL shards the issuing CA has, and where, must be kept in ", path,
                   ": let the server write there, or write the line \"", LineOf(key_id, line),
                   "\" into it"));
}

}  // namespace fleetca::service
