#include "service/jwt/key_log.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/log.h"

namespace fleetca::service {
namespace {

// As many as fit into a value of the log, where their kids are of the usual length.
constexpr size_t kMaxNamed = 10;

std::string LeftOutText(const JwkSet& keys) {
  const auto named = absl::MakeConstSpan(keys.left_out()).subspan(0, kMaxNamed);
  std::string text = absl::StrJoin(named, "; ", [](std::string* out, const LeftOutJwk& one) {
    absl::StrAppend(out, one.ToText());
  });
  if (keys.left_out_count() > named.size()) {
    absl::StrAppend(&text, "; and ", keys.left_out_count() - named.size(), " more");
  }
  return text;
}

}  // namespace

void LogNewKeys(absl::string_view source, const JwkSet& keys) {
  if (keys.size() > 0 && keys.left_out_count() == 0) {
    log::Info("The keys of a token issuer were read", {{"source", source}, {"keys", keys.size()}});
    return;
  }
  log::Warning(keys.size() == 0
                   ? "A token issuer has no usable key, so its tokens are refused"
                   : "The keys of a token issuer were read, and some of them cannot be used: what "
                     "these sign is refused",
               {{"source", source}, {"keys", keys.size()}, {"left_out", LeftOutText(keys)}});
}

void LogKeysMissing(absl::string_view source, const absl::Status& error) {
  log::Error("A token issuer's keys could not be had; until they can, its tokens are refused",
             {{"source", source}, {"error", error.message()}});
}

void LogKeysKept(absl::string_view source, const absl::Status& error) {
  log::Error("A token issuer's keys could not be had; those before stay in use",
             {{"source", source}, {"error", error.message()}});
}

}  // namespace fleetca::service
