#include "client/cli/token_output.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/terminal/table.h"

namespace fleetca::client {
namespace {

// By the words of StateOf.
Meaning MeaningOf(absl::string_view state) {
  return state == "usable" ? Meaning::kGood : state == "revoked" ? Meaning::kBad : Meaning::kFaint;
}

}  // namespace

absl::string_view StateOf(const JoinToken& token, absl::Time now) {
  if (token.revoke_time.has_value()) {
    return "revoked";
  }
  if (token.uses_left == 0) {
    return "used up";
  }
  return now < token.expire_time ? "usable" : "expired";
}

nlohmann::ordered_json TokenToJson(const JoinToken& token, absl::Time now) {
  nlohmann::ordered_json json = {{"id", token.id},
                                 {"identity", token.identity},
                                 {"profile", token.profile},
                                 {"state", std::string(StateOf(token, now))},
                                 {"uses", token.uses},
                                 {"uses_left", token.uses_left},
                                 {"creator", token.creator},
                                 {"create_time", TimeToJson(token.create_time)},
                                 {"expire_time", TimeToJson(token.expire_time)}};
  if (!token.last_serial_number.empty()) {
    json["last_serial"] = absl::BytesToHexString(token.last_serial_number);
  }
  if (token.revoke_time.has_value()) {
    json["revoke_time"] = TimeToJson(*token.revoke_time);
    json["revoker"] = token.revoker;
  }
  return json;
}

std::string FormatTokens(const std::vector<JoinToken>& tokens, OutputForm form, absl::Time now) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({{.heading = "ID"},
               {.heading = "STATE"},
               {.heading = "USES LEFT"},
               {.heading = "EXPIRES"},
               {.heading = "PROFILE", .may_be_cut = true},
               {.heading = "IDENTITY", .may_be_cut = true}});
  for (const JoinToken& token : tokens) {
    json.push_back(TokenToJson(token, now));
    const std::string state(StateOf(token, now));
    table.Add({token.id,
               {state, MeaningOf(state)},
               absl::StrCat(token.uses_left, " of ", token.uses),
               TimeToWords(token.expire_time),
               token.profile,
               token.identity});
  }
  return form == OutputForm::kJson ? JsonToText(json) : table.Text();
}

}  // namespace fleetca::client
