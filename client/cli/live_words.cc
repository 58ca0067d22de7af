#include "client/cli/live_words.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/display_escape.h"
#include "base/durable_file.h"
#include "client/cli/ca_folder.h"
#include "client/cli/certificates_here.h"
#include "client/cli/connection_flags.h"
#include "client/cli/contexts.h"
#include "client/cli/manual/time_limited.h"
#include "client/join_token_client.h"
#include "client/renewal_client.h"
#include "client/revocation_client.h"
#include "client/statistics_client.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kSignsOfWords = "._-:/@%+=,[]";

// Whether every shell takes `word` for a word, and this program for no flag. What files and servers
// name comes from others, and a person who presses Tab and Enter runs what was inserted.
bool IsPlainWord(absl::string_view word) {
  return !word.empty() && (absl::ascii_isalnum(word.front()) || word.front() == '[') &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return absl::ascii_isalnum(c) || absl::StrContains(kSignsOfWords, c);
         });
}

// Writes each word as soon as it is known, so that what came in time is not lost.
class Words {
 public:
  explicit Words(int descriptor) : descriptor_(descriptor) {}

  void Add(absl::string_view word, absl::string_view description) {
    if (IsPlainWord(word) && !reader_has_gone_) {
      reader_has_gone_ =
          WriteAll(descriptor_, absl::StrCat(word, "\t", EscapeForDisplay(description), "\n")) != 0;
    }
  }

 private:
  const int descriptor_;
  bool reader_has_gone_ = false;
};

// A shell that completes leaves "~" as it is typed.
std::string Expanded(const std::string& path) {
  const char* const home = std::getenv("HOME");
  return home != nullptr && absl::StartsWith(path, "~/") ? absl::StrCat(home, path.substr(1))
                                                         : path;
}

ConnectionFlags FlagsOf(const HalfTyped& typed) {
  const auto value = [&typed](const char* flag) {
    const auto found = typed.values.find(flag);
    return found == typed.values.end() ? "" : found->second;
  };
  ConnectionFlags flags;
  flags.server = value("server");
  flags.dir = Expanded(value("dir"));
  flags.ca = Expanded(value("ca"));
  flags.certificate = Expanded(value("cert"));
  flags.key = Expanded(value("key"));
  flags.server_name = value("server-name");
  flags.server_identity = value("server-identity");
  flags.timeout = "1s";
  return flags;
}

// Where a folder of `fleetca ca init` is named, by the strongest source that names one.
std::string FolderOf(const ConnectionFlags& flags) {
  if (!flags.dir.empty()) {
    return flags.dir;
  }
  if (const char* const variable = std::getenv("FLEETCA_DIR"); variable != nullptr) {
    return variable;
  }
  const absl::StatusOr<Contexts> contexts = LoadContexts();
  if (!contexts.ok()) {
    return "";
  }
  const auto current = contexts->by_name.find(contexts->current);
  return current == contexts->by_name.end() ? "" : current->second.dir;
}

template <typename Client>
std::unique_ptr<Client> ConnectFor(const ConnectionFlags& flags) {
  if (!MissingConnectionFlag(flags).empty()) {
    return nullptr;
  }
  absl::StatusOr<std::unique_ptr<Client>> client = ConnectTo<Client>(flags);
  return client.ok() ? *std::move(client) : nullptr;
}

template <typename Visit>
void ForEachToken(const ConnectionFlags& flags, Visit visit) {
  const auto client = ConnectFor<JoinTokenClient>(flags);
  if (client == nullptr) {
    return;
  }
  std::string page_token;
  do {
    const absl::StatusOr<TokenPage> page = client->ListTokens({}, page_token);
    if (!page.ok()) {
      return;
    }
    for (const JoinToken& token : page->tokens) {
      visit(token);
    }
    page_token = page->next_page_token;
  } while (!page_token.empty());
}

template <typename Visit>
void ForEachRenewal(const ConnectionFlags& flags, Visit visit) {
  const auto client = ConnectFor<RenewalClient>(flags);
  if (client == nullptr) {
    return;
  }
  if (const auto orders = client->List(); orders.ok()) {
    for (const EarlyRenewal& order : *orders) {
      visit(order);
    }
  }
}

template <typename Visit>
void ForEachBlock(const ConnectionFlags& flags, Visit visit) {
  const auto client = ConnectFor<RevocationClient>(flags);
  if (client == nullptr) {
    return;
  }
  if (const auto blocks = client->ListBlocks(); blocks.ok()) {
    for (const Blocked& block : *blocks) {
      visit(block);
    }
  }
}

void AddContexts(Words* words) {
  const absl::StatusOr<Contexts> contexts = LoadContexts();
  if (!contexts.ok()) {
    return;
  }
  for (const auto& [name, settings] : contexts->by_name) {
    words->Add(name, absl::StrCat(name == contexts->current ? "in use: " : "",
                                  settings.server.empty() ? settings.dir : settings.server));
  }
}

void AddAddresses(const ConnectionFlags& flags, Words* words) {
  if (const auto address = ServerAddressOf(FolderOf(flags)); address.ok()) {
    words->Add(*address, "of the CA's folder");
  }
  const absl::StatusOr<Contexts> contexts = LoadContexts();
  if (!contexts.ok()) {
    return;
  }
  for (const auto& [name, settings] : contexts->by_name) {
    words->Add(settings.server, absl::StrCat("of the context ", name));
  }
}

void AddProfiles(const ConnectionFlags& flags, Words* words) {
  for (const std::string& profile : ProfilesOf(FolderOf(flags))) {
    words->Add(profile, "a profile of the policy");
  }
  ForEachToken(flags, [words](const JoinToken& token) {
    words->Add(token.profile, "a profile of join tokens");
  });
  ForEachRenewal(flags, [words](const EarlyRenewal& order) {
    words->Add(order.profile, "a profile that is renewed early");
  });
}

void AddIdentities(const ConnectionFlags& flags, Words* words) {
  ForEachBlock(flags, [words](const Blocked& block) {
    if (block.kind == "identity") {
      words->Add(block.target, "is blocked");
    }
  });
  ForEachToken(flags,
               [words](const JoinToken& token) { words->Add(token.identity, "has a join token"); });
  ForEachRenewal(flags, [words](const EarlyRenewal& order) {
    words->Add(order.identity, "is renewed early");
  });
}

void AddSerials(const ConnectionFlags& flags, Words* words) {
  // Before anybody is asked: what lies here is known at once.
  for (const CertificateHere& here : CertificatesHere(FilesOf(flags).certificate_file, ".")) {
    words->Add(here.serial, here.description);
  }
  ForEachBlock(flags, [words](const Blocked& block) {
    if (block.kind == "lineage") {
      words->Add(block.target, "a blocked line of renewals");
    }
  });
  ForEachToken(flags, [words](const JoinToken& token) {
    words->Add(absl::BytesToHexString(token.last_serial_number),
               absl::StrCat("the last one of ", token.identity));
  });
  const auto client = ConnectFor<StatisticsClient>(flags);
  if (client == nullptr) {
    return;
  }
  if (const auto statistics = client->Get(); statistics.ok()) {
    for (const OwnCertificate& own : statistics->own_certificates) {
      words->Add(absl::BytesToHexString(own.serial_number), own.what);
    }
  }
}

void AddTokenIds(const ConnectionFlags& flags, Words* words) {
  ForEachToken(flags, [words](const JoinToken& token) {
    words->Add(token.id, absl::StrCat("of ", token.identity));
  });
}

void AddRenewalIds(const ConnectionFlags& flags, Words* words) {
  ForEachRenewal(flags, [words](const EarlyRenewal& order) {
    words->Add(absl::StrCat(order.id),
               absl::StrCat(order.certificates, " certificates ",
                            order.identity.empty() ? order.profile : order.identity));
  });
}

void AddWords(ValueKind kind, const ConnectionFlags& flags, Words* words) {
  switch (kind) {
    case ValueKind::kContext:
      return AddContexts(words);
    case ValueKind::kAddress:
      return AddAddresses(flags, words);
    case ValueKind::kProfile:
      return AddProfiles(flags, words);
    case ValueKind::kIdentity:
      return AddIdentities(flags, words);
    case ValueKind::kSerial:
    case ValueKind::kSerialOrFile:
      return AddSerials(flags, words);
    case ValueKind::kTokenId:
      return AddTokenIds(flags, words);
    case ValueKind::kRenewalId:
      return AddRenewalIds(flags, words);
    case ValueKind::kText:
    case ValueKind::kChoice:
    case ValueKind::kFile:
    case ValueKind::kFolder:
    case ValueKind::kName:
    case ValueKind::kCommand:
      return;
  }
}

}  // namespace

std::vector<CompletionWord> LiveWords(ValueKind kind, const HalfTyped& typed) {
  const std::string text = RunForAtMost(kLiveWordsLimit, [&](int descriptor) {
    Words words(descriptor);
    AddWords(kind, FlagsOf(typed), &words);
  });
  std::vector<CompletionWord> words;
  std::set<std::string> seen;
  // A line without its end was cut off.
  const absl::string_view whole = absl::string_view(text).substr(0, text.rfind('\n') + 1);
  for (const absl::string_view line : absl::StrSplit(whole, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    if (seen.insert(std::string(parts.first)).second) {
      words.push_back({std::string(parts.first), std::string(parts.second)});
    }
  }
  return words;
}

}  // namespace fleetca::client
