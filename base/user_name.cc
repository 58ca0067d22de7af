#include "base/user_name.h"

#include <pwd.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace fleetca {
namespace {

// Far more than an entry of the user database takes.
constexpr size_t kEntryBytes = size_t{16} << 10;

// Empty where there is none.
std::string NameOf(uid_t user) {
  std::vector<char> buffer(kEntryBytes);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return "";
  }
  return found->pw_name;
}

}  // namespace

std::string UserName(uid_t user) {
  const std::string name = NameOf(user);
  return name.empty() ? absl::StrCat(user) : name;
}

std::string UserForSudo(uid_t user) {
  const std::string name = NameOf(user);
  return name.empty() ? absl::StrCat("'#", user, "'") : name;
}

}  // namespace fleetca
