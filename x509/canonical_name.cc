#include "x509/canonical_name.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/openssl.h"

namespace fleetca::x509 {
namespace {

using X509NamePtr = std::unique_ptr<X509_NAME, OpenSslDeleter<X509_NAME_free>>;

std::string WithLength(absl::string_view octets) {
  return absl::StrCat(octets.size(), ":", octets);
}

absl::string_view OctetsOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

// The types that hold text, which is compared as text.
bool IsText(int type) {
  switch (type) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
      return true;
    default:
      return false;
  }
}

// Every other value is compared as it is encoded.
std::string CanonicalValue(const ASN1_STRING* value) {
  unsigned char* octets = nullptr;
  const int size = IsText(ASN1_STRING_type(value)) ? ASN1_STRING_to_UTF8(&octets, value) : -1;
  if (size < 0) {
    return absl::StrCat("type ", ASN1_STRING_type(value), " ", OctetsOf(value));
  }
  std::string text(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
  OPENSSL_free(octets);
  absl::RemoveExtraAsciiWhitespace(&text);
  // A space is a space, and a tab that parts words is one too.
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isspace(c); }, ' ');
  return absl::StrCat("text ", absl::AsciiStrToLower(text));
}

std::string CanonicalEntry(const X509_NAME_ENTRY* entry) {
  const ASN1_OBJECT* const type = X509_NAME_ENTRY_get_object(entry);
  return absl::StrCat(
      WithLength({reinterpret_cast<const char*>(OBJ_get0_data(type)), OBJ_length(type)}),
      WithLength(CanonicalValue(X509_NAME_ENTRY_get_data(entry))));
}

}  // namespace

std::string CanonicalName(absl::string_view name) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(name);
  const X509NamePtr parsed(d2i_X509_NAME(nullptr, &at, static_cast<long>(name.size())));
  if (parsed == nullptr || at != AsUnsigned(name) + name.size()) {
    return absl::StrCat("unreadable ", name);
  }
  // One list for each RelativeDistinguishedName, which is a set.
  std::vector<std::vector<std::string>> sets;
  for (int i = 0; i < X509_NAME_entry_count(parsed.get()); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(parsed.get(), i);
    sets.resize(std::max(sets.size(), static_cast<size_t>(X509_NAME_ENTRY_set(entry)) + 1));
    sets[static_cast<size_t>(X509_NAME_ENTRY_set(entry))].push_back(CanonicalEntry(entry));
  }
  std::string canonical;
  for (std::vector<std::string>& set : sets) {
    std::sort(set.begin(), set.end());
    absl::StrAppend(&canonical, set.size(), "=");
    for (const std::string& entry : set) {
      absl::StrAppend(&canonical, WithLength(entry));
    }
  }
  return canonical;
}

bool SameName(absl::string_view one, absl::string_view other) {
  return one == other || CanonicalName(one) == CanonicalName(other);
}

}  // namespace fleetca::x509
