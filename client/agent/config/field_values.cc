#include "client/agent/config/field_values.h"

#include <grp.h>
#include <pwd.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

// A group may have a thousand members.
constexpr size_t kFirstEntryBytes = size_t{16} << 10;
constexpr size_t kMaxEntryBytes = size_t{1} << 20;
constexpr size_t kMaxUnitBytes = 255;

// Calls a function of the user database with ever more room, until it has enough. Null where there
// is no entry of this name.
template <typename Entry, typename Lookup>
const Entry* FindEntry(Lookup lookup, const std::string& name, Entry* entry,
                       std::vector<char>* buffer) {
  for (size_t size = kFirstEntryBytes; size <= kMaxEntryBytes; size *= 2) {
    buffer->resize(size);
    Entry* found = nullptr;
    if (lookup(name.c_str(), entry, buffer->data(), buffer->size(), &found) != ERANGE) {
      return found;
    }
  }
  return nullptr;
}

// Digits alone; the greatest number stands for nobody.
std::optional<uint32_t> ParseId(absl::string_view text) {
  uint32_t id = 0;
  if (!absl::SimpleAtoi(text, &id) || absl::StrCat(id) != text || id == UINT32_MAX) {
    return std::nullopt;
  }
  return id;
}

bool FindUser(const std::string& name, FileOwner* owner) {
  passwd entry = {};
  std::vector<char> buffer;
  if (const passwd* found = FindEntry(getpwnam_r, name, &entry, &buffer)) {
    owner->user = found->pw_uid;
    owner->group = found->pw_gid;
    return true;
  }
  const std::optional<uint32_t> id = ParseId(name);
  owner->user = id.value_or(static_cast<uid_t>(-1));
  return id.has_value();
}

bool FindGroup(const std::string& name, FileOwner* owner) {
  group entry = {};
  std::vector<char> buffer;
  if (const group* found = FindEntry(getgrnam_r, name, &entry, &buffer)) {
    owner->group = found->gr_gid;
    return true;
  }
  const std::optional<uint32_t> id = ParseId(name);
  owner->group = id.value_or(static_cast<gid_t>(-1));
  return id.has_value();
}

}  // namespace

FileOwner ReadOwner(absl::string_view field, const std::string& written, ConfigReader* reader) {
  FileOwner owner;
  if (written.empty()) {
    return owner;
  }
  const size_t colon = written.find(':');
  const std::string user = written.substr(0, colon);
  if (user.empty() || !FindUser(user, &owner)) {
    reader->Mistake(field, absl::StrCat("this machine knows no user \"", user,
                                        "\"; make the user, or write USER or USER:GROUP with "
                                        "names or numbers"));
  }
  if (colon != std::string::npos) {
    const std::string group = written.substr(colon + 1);
    if (group.empty() || !FindGroup(group, &owner)) {
      reader->Mistake(field, absl::StrCat("this machine knows no group \"", group,
                                          "\"; make the group, or write USER:GROUP with names or "
                                          "numbers"));
    }
  }
  return owner;
}

std::optional<mode_t> ParseMode(absl::string_view text) {
  constexpr size_t kDigits = 4;
  if (text.size() != kDigits || text.front() != '0' ||
      text.find_first_not_of("01234567") != absl::string_view::npos) {
    return std::nullopt;
  }
  mode_t mode = 0;
  for (const char digit : text) {
    mode = mode * 8 + static_cast<mode_t>(digit - '0');
  }
  return mode;
}

void CheckUnit(absl::string_view field, absl::string_view unit, ConfigReader* reader) {
  const bool of_allowed = std::all_of(unit.begin(), unit.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains(":-_.\\@", absl::string_view(&c, 1));
  });
  const size_t dot = unit.rfind('.');
  if (!of_allowed || unit.size() > kMaxUnitBytes || dot == absl::string_view::npos || dot == 0 ||
      dot + 1 == unit.size() || unit.front() == '-') {
    reader->Mistake(field, absl::StrCat("\"", absl::CHexEscape(unit),
                                        "\" is not the name of a systemd unit; write it whole, as "
                                        "in \"web.service\""));
  }
}

void CheckSocketPath(absl::string_view field, absl::string_view path, ConfigReader* reader) {
  constexpr size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kMost) {
    reader->Mistake(field, absl::StrCat("is a path of ", path.size(),
                                        " octets, and a Unix socket "
                                        "has ",
                                        kMost, " at most; name a shorter one"));
  }
}

absl::Duration ReadDuration(absl::string_view field, const google::protobuf::Duration& written,
                            absl::Duration least, absl::Duration most, ConfigReader* reader) {
  const absl::Duration duration = reader->Duration(field, written);
  if (duration < least || duration > most) {
    reader->Mistake(field,
                    absl::StrCat("is ", absl::FormatDuration(duration), "; write ",
                                 absl::FormatDuration(least), " to ", absl::FormatDuration(most)));
    return least;
  }
  return duration;
}

std::string ReadFolder(absl::string_view field, const std::string& written, ConfigReader* reader) {
  std::string path = reader->Path(field, written);
  if (written.empty()) {
    return "";
  }
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

}  // namespace fleetca::client
