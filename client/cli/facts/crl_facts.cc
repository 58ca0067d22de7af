#include "client/cli/facts/crl_facts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/sha256.h"
#include "base/time_text.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/style.h"
#include "client/cli/terminal/table.h"
#include "client/verdict/revocation_text.h"
#include "x509/name.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

// How many entries have each reason, by RFC 5280's numbers.
std::map<x509::RevocationReason, size_t> CountReasons(const x509::Crl& crl) {
  std::map<x509::RevocationReason, size_t> counts;
  for (const x509::CrlEntry& entry : crl.entries) {
    ++counts[entry.reason.value_or(x509::RevocationReason::kUnspecified)];
  }
  return counts;
}

std::string ScopeText(const x509::Crl& crl) {
  return crl.only_contains_user_certs ? "certificates that are no CA's"
         : crl.only_contains_ca_certs ? "certificates of CAs"
                                      : "all certificates of the issuer";
}

std::string EntryText(const x509::CrlEntry& entry) {
  return absl::StrCat(SerialText(entry.serial), " since ", TimeToWords(entry.revocation_date), " (",
                      ReasonText(entry), ")");
}

ordered_json EntryToJson(const x509::CrlEntry& entry) {
  return {{"serial", SerialText(entry.serial)},
          {"revoke_time", TimeToJson(entry.revocation_date)},
          {"reason", ReasonText(entry)}};
}

std::string AnswerLine(const x509::Crl& crl, const std::string& serial) {
  const std::optional<x509::CrlEntry> entry = crl.FindEntry(serial);
  return entry.has_value()
             ? TextLine("Asked", absl::StrCat("REVOKED: ", EntryText(*entry)), Meaning::kBad)
             : TextLine("Asked", absl::StrCat(SerialText(serial), " is not in it"));
}

// Shows the first `limit` entries.
template <typename Show>
void ForFirstEntries(const x509::Crl& crl, size_t limit, Show show) {
  size_t shown = 0;
  for (auto entry = crl.entries.begin(); shown < limit && entry != crl.entries.end(); ++entry) {
    show(*entry);
    ++shown;
  }
}

}  // namespace

std::string CrlNumberText(absl::string_view number) {
  // Digits from the last one on: the octets are divided by ten until nothing is left.
  std::string octets(number);
  std::string digits;
  while (octets.find_first_not_of('\0') != std::string::npos) {
    unsigned rest = 0;
    for (char& octet : octets) {
      const unsigned value = rest << 8 | static_cast<unsigned char>(octet);
      octet = static_cast<char>(value / 10);
      rest = value % 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  std::reverse(digits.begin(), digits.end());
  return digits.empty() && !number.empty() ? "0" : digits;
}

std::string CrlToText(const x509::Crl& crl, const CrlQuery& query, absl::Time now) {
  const auto shown = [](std::string text) { return text.empty() ? "(none)" : text; };
  std::string text = absl::StrCat(
      "CRL\n", TextLine("Issuer", x509::NameToText(crl.issuer)),
      TextLine("Authority key", shown(absl::BytesToHexString(crl.authority_key_id))),
      TextLine("Number", shown(CrlNumberText(crl.number))),
      TextLine("This update", TimeToWords(crl.this_update)),
      TextLine("Next update",
               absl::StrCat(TimeToWords(crl.next_update), " (",
                            ValidityInWords(crl.this_update, crl.next_update, now), ")"),
               MeaningOfValidity(crl.this_update, crl.next_update, now)),
      TextLine("Of", ScopeText(crl)));
  if (!crl.distribution_point.empty()) {
    absl::StrAppend(&text, TextLine("That name", crl.distribution_point));
  }
  absl::StrAppend(&text, TextLine("Entries", absl::StrCat(crl.entries.size())));
  for (const auto& [reason, count] : CountReasons(crl)) {
    absl::StrAppend(&text,
                    TextLine("", absl::StrCat(count, " ", x509::RevocationReasonName(reason))));
  }
  absl::StrAppend(&text, TextLine("Octets", absl::StrCat(crl.der.size())),
                  TextLine("SHA-256", HexSha256(crl.der)));
  if (!query.serial.empty()) {
    absl::StrAppend(&text, AnswerLine(crl, query.serial));
  }
  if (query.entries > 0 && !crl.entries.empty()) {
    Table table({{.heading = "REVOKED"}, {.heading = "SINCE"}, {.heading = "REASON"}});
    ForFirstEntries(crl, query.entries, [&table](const x509::CrlEntry& entry) {
      table.Add({SerialText(entry.serial), TimeToWords(entry.revocation_date), ReasonText(entry)});
    });
    absl::StrAppend(&text, "\n", table.Text());
  }
  return text;
}

ordered_json CrlToJson(const x509::Crl& crl, const CrlQuery& query, absl::Time now) {
  ordered_json json = {{"issuer", x509::NameToText(crl.issuer)},
                       {"authority_key_id", absl::BytesToHexString(crl.authority_key_id)},
                       {"number", CrlNumberText(crl.number)},
                       {"this_update", TimeToJson(crl.this_update)},
                       {"next_update", TimeToJson(crl.next_update)},
                       {"expired", now > crl.next_update},
                       {"only_contains_user_certs", crl.only_contains_user_certs},
                       {"only_contains_ca_certs", crl.only_contains_ca_certs},
                       {"distribution_point", std::string(crl.distribution_point)},
                       {"entry_count", crl.entries.size()},
                       {"reasons", ordered_json::object()},
                       {"size", crl.der.size()},
                       {"sha256", HexSha256(crl.der)}};
  for (const auto& [reason, count] : CountReasons(crl)) {
    json["reasons"][std::string(x509::RevocationReasonName(reason))] = count;
  }
  if (!query.serial.empty()) {
    const std::optional<x509::CrlEntry> entry = crl.FindEntry(query.serial);
    json["asked"] = {{"serial", SerialText(query.serial)}, {"revoked", entry.has_value()}};
    if (entry.has_value()) {
      json["asked"] = EntryToJson(*entry);
      json["asked"]["revoked"] = true;
    }
  }
  if (query.entries > 0) {
    json["entries"] = ordered_json::array();
    ForFirstEntries(crl, query.entries, [&json](const x509::CrlEntry& entry) {
      json["entries"].push_back(EntryToJson(entry));
    });
  }
  return json;
}

}  // namespace fleetca::client
