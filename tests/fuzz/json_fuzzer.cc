// JSON. What parses keeps its limits, and written out again it parses to the same.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "service/jwt/json.h"
#include "tests/fuzz/fuzz_target.h"

namespace fleetca {
namespace {

using service::JsonValue;

void WriteText(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    char escaped[8];
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
      absl::StrAppend(out, escaped);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// Appends the value as JSON. What is neither text, number, list nor object
// is null, true or false, which the interface does not tell apart.
void Write(const JsonValue& value, int depth, std::string* out) {
  if (const double* number = value.AsNumber()) {
    FLEETCA_FUZZ_REQUIRE(std::isfinite(*number));
    char text[40];
    std::snprintf(text, sizeof(text), "%.17e", *number);
    absl::StrAppend(out, text);
  } else if (const std::string* text = value.AsString()) {
    WriteText(*text, out);
  } else if (const JsonValue::Array* array = value.AsArray()) {
    FLEETCA_FUZZ_REQUIRE(depth < static_cast<int>(service::kMaxJsonDepth));
    absl::StrAppend(out, "[");
    for (const JsonValue& element : *array) {
      absl::StrAppend(out, &element == array->data() ? "" : ",");
      Write(element, depth + 1, out);
    }
    absl::StrAppend(out, "]");
  } else if (const JsonValue::Object* object = value.AsObject()) {
    FLEETCA_FUZZ_REQUIRE(depth < static_cast<int>(service::kMaxJsonDepth));
    absl::StrAppend(out, "{");
    for (const auto& [name, member] : *object) {
      absl::StrAppend(out, out->back() == '{' ? "" : ",");
      WriteText(name, out);
      absl::StrAppend(out, ":");
      FLEETCA_FUZZ_REQUIRE(value.Member(name) == &member);
      Write(member, depth + 1, out);
    }
    absl::StrAppend(out, "}");
  } else {
    absl::StrAppend(out, "null");
  }
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  return {
      R"({"a":[1,-2.5e3,true,null,"x"],"b":{"c":"\u00e9\ud83d\ude00\n"}})",
      R"([[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]])",
      R"({"a":1,"a":2})",
      R"("text")",
      "[1e308,1e309,-0,0.1]",
      "{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
      " { } ",
  };
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto value = service::ParseJson(input);
  if (!value.ok()) {
    FLEETCA_FUZZ_REQUIRE(value.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetReason(value.status()) == Reason::kConfigInvalid);
    return 0;
  }
  std::string once;
  Write(*value, 0, &once);
  const auto again = service::ParseJson(once);
  FLEETCA_FUZZ_REQUIRE(again.ok());
  std::string twice;
  Write(*again, 0, &twice);
  FLEETCA_FUZZ_REQUIRE(once == twice);
  return 0;
}
