#include "client/objects/file_wrapping.h"

#include <cstddef>
#include <cstdint>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/secret.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";

// The octets in base64, blanks aside; 0 where there is another character.
size_t CountBase64(absl::string_view text) {
  size_t characters = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      continue;
    }
    const bool pads = c == '=';
    if ((!pads && (padding > 0 || (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
                                   c != '+' && c != '/'))) ||
        (pads && ++padding > 2)) {
      return 0;
    }
    characters += pads ? 0 : 1;
  }
  return characters * 3 / 4;
}

// Whether DER or BER that begins with these octets is a SEQUENCE of just `size` octets.
bool BeginsWhole(absl::string_view der, size_t size) {
  if (der.size() < 6 || der[0] != 0x30) {
    return false;
  }
  const auto first = static_cast<uint8_t>(der[1]);
  if (first < 0x80) {
    return size == size_t{2} + first;
  }
  const size_t octets = first & 0x7f;
  if (octets == 0 || octets > 4) {
    return octets == 0;
  }
  size_t length = 0;
  for (size_t i = 0; i < octets; ++i) {
    length = length << 8 | static_cast<uint8_t>(der[2 + i]);
  }
  return size == 2 + octets + length;
}

// "PEM" or "DER" where the text is base64 of it; "" otherwise.
absl::string_view Base64Of(absl::string_view text) {
  const size_t size = CountBase64(text);
  if (size == 0) {
    return "";
  }
  // It may be a private key.
  std::string beginning;
  std::string decoded;
  const absl::Cleanup wipe = [&beginning, &decoded] {
    WipeString(beginning);
    WipeString(decoded);
  };
  for (size_t i = 0; i < text.size() && beginning.size() < 16; ++i) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(text[i])) || text[i] == '+' ||
        text[i] == '/') {
      beginning.push_back(text[i]);
    }
  }
  if (beginning.size() < 16 || !absl::Base64Unescape(beginning, &decoded)) {
    return "";
  }
  if (absl::StartsWith(decoded, kBegin)) {
    return "PEM";
  }
  return BeginsWhole(decoded, size) ? "DER" : "";
}

std::string PemOnOneLine(absl::string_view contents) {
  const size_t begin = contents.find(kBegin);
  if (begin == absl::string_view::npos) {
    return "";
  }
  absl::string_view block = contents.substr(begin + kBegin.size());
  const size_t dashes = block.find(kDashes);
  const size_t end = block.find(kEnd);
  if (dashes == absl::string_view::npos || end == absl::string_view::npos ||
      block.substr(0, end).find_first_of("\r\n") != absl::string_view::npos) {
    return "";
  }
  block.remove_prefix(dashes + kDashes.size());
  if (absl::StartsWith(block, "\\n") || absl::StartsWith(block, "\\r\\n")) {
    return "it is PEM whose line ends are written out as \"\\n\"; make them line ends: printf "
           "'%b\\n' \"$(cat <this file>)\" >FILE";
  }
  return "it is PEM whose lines are joined to one; part them: sed -E 's/(-----BEGIN [^-]*-----) "
         "*/\\1\\n/g; s/ *(-----END [^-]*-----) */\\n\\1\\n/g' <this file> >FILE";
}

std::string JavaKeystore(absl::string_view contents) {
  const bool jks = absl::StartsWith(contents, "\xfe\xed\xfe\xed");
  if (!jks && !absl::StartsWith(contents, "\xce\xce\xce\xce")) {
    return "";
  }
  return absl::StrCat("it is a Java keystore of the old form (", jks ? "JKS" : "JCEKS",
                      "), not PKCS#12; `keytool -importkeystore -srckeystore OLD -destkeystore NEW "
                      "-deststoretype pkcs12` makes PKCS#12 of it, which fleetca p12 import reads");
}

}  // namespace

std::string WrappingOf(absl::string_view contents) {
  std::string wrapping = JavaKeystore(contents);
  if (wrapping.empty()) {
    wrapping = PemOnOneLine(contents);
  }
  if (!wrapping.empty()) {
    return wrapping;
  }
  const absl::string_view inside = Base64Of(contents);
  return inside.empty()
             ? ""
             : absl::StrCat("it is base64 of ", inside,
                            ", as Kubernetes and key vaults hand it out; decode it first: base64 "
                            "-d <this file> >FILE");
}

absl::string_view WithoutLineEnd(absl::string_view der) {
  x509::der::Reader reader(der);
  absl::string_view element;
  if (!reader.ReadElement(x509::der::kSequence, &element) ||
      (reader.rest() != "\n" && reader.rest() != "\r\n")) {
    return der;
  }
  return element;
}

}  // namespace fleetca::client
