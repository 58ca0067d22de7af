#include "service/jwt/json.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/errors.h"
#include "base/text.h"

namespace fleetca::service {
namespace {

// A stranger chose the name, and people read it.
constexpr size_t kMaxShownName = 64;

// Builds the value from the parser's events; an event that answers false ends the parse.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit JsonBuilder(RepeatedNames repeated) : repeated_(repeated) {}

  JsonValue TakeRoot() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

  bool null() override { return Place(JsonValue()) != nullptr; }
  bool boolean(bool value) override { return Place(JsonValue(value)) != nullptr; }
  bool number_integer(int64_t value) override { return Number(static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) override { return Number(static_cast<double>(value)); }
  bool number_float(double value, const std::string& text) override { return Number(value); }
  bool string(std::string& text) override { return Place(JsonValue(std::move(text))) != nullptr; }
  bool binary(nlohmann::json::binary_t& octets) override { return false; }
  bool start_object(size_t size) override { return Open(JsonValue(JsonValue::Object())); }
  bool end_object() override { return Close(); }
  bool start_array(size_t size) override { return Open(JsonValue(JsonValue::Array())); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    if (left_out_ > 0) {
      return true;
    }
    if (open_.back()->Member(name) != nullptr) {
      if (repeated_ == RepeatedNames::kMarkObject) {
        open_.back()->MarkAmbiguous();
        name_ = std::move(name);
        return true;
      }
      problem_ = absl::StrCat("has the name \"",
                              absl::CHexEscape(absl::string_view(name).substr(0, kMaxShownName)),
                              "\" twice in one object");
      return false;
    }
    name_ = std::move(name);
    return true;
  }

  // `last_token` and the error's text quote the input, which may be a secret: neither is kept.
  bool parse_error(size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override {
    problem_ = absl::StrCat("is not JSON at octet ", position);
    return false;
  }

 private:
  bool Number(double value) { return Place(JsonValue(value)) != nullptr; }

  // Where the value now stands. Pointers into open_ hold: a container grows only when none of its
  // elements is open.
  JsonValue* Place(JsonValue value) {
    if (left_out_ > 0) {
      return &nowhere_;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (JsonValue::Array* array = open_.back()->AsArray()) {
      return &array->emplace_back(std::move(value));
    }
    return &open_.back()
                ->AsObject()
                ->insert_or_assign(std::move(name_), std::move(value))
                .first->second;
  }

  bool Open(JsonValue container) {
    if (left_out_ > 0 ||
        (open_.size() == kMaxJsonDepth && repeated_ == RepeatedNames::kMarkObject)) {
      Place(JsonValue());
      ++left_out_;
      return true;
    }
    if (open_.size() == kMaxJsonDepth) {
      problem_ = absl::StrCat("has arrays and objects more than ", kMaxJsonDepth, " deep");
      return false;
    }
    open_.push_back(Place(std::move(container)));
    return true;
  }

  bool Close() {
    if (left_out_ > 0) {
      --left_out_;
      return true;
    }
    open_.pop_back();
    return true;
  }

  const RepeatedNames repeated_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  size_t left_out_ = 0;  // how many arrays and objects are open that are too deep
  JsonValue nowhere_;    // where what is in them is placed
  std::string name_;
  std::string problem_;
};

void AppendCanonical(const JsonValue& value, std::string* out);

void AppendText(absl::string_view text, std::string* out) {
  absl::StrAppend(out, "\"", absl::CHexEscape(text), "\"");
}

void AppendMembers(const JsonValue::Object& object, std::string* out) {
  out->push_back('{');
  for (const auto& [name, member] : object) {
    AppendText(name, out);
    out->push_back(':');
    AppendCanonical(member, out);
    out->push_back(',');
  }
  out->push_back('}');
}

// No deeper than the parser lets a value be.
void AppendCanonical(const JsonValue& value, std::string* out) {
  if (value.IsAmbiguous()) {
    out->push_back('!');
  }
  if (const JsonValue::Object* object = value.AsObject()) {
    AppendMembers(*object, out);
  } else if (const JsonValue::Array* array = value.AsArray()) {
    out->push_back('[');
    for (const JsonValue& element : *array) {
      AppendCanonical(element, out);
      out->push_back(',');
    }
    out->push_back(']');
  } else if (const std::string* text = value.AsString()) {
    AppendText(*text, out);
  } else if (const double* number = value.AsNumber()) {
    absl::StrAppendFormat(out, "%.17g", *number);
  } else {
    const bool* truth = value.AsBool();
    out->append(truth == nullptr ? "null" : *truth ? "true" : "false");
  }
}

}  // namespace

std::string CanonicalText(const JsonValue& value) {
  std::string text;
  AppendCanonical(value, &text);
  return text;
}

const JsonValue* JsonValue::Member(absl::string_view name) const {
  const Object* object = AsObject();
  if (object == nullptr) {
    return nullptr;
  }
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &found->second;
}

absl::StatusOr<JsonValue> ParseJson(absl::string_view text, RepeatedNames repeated) {
  // The parser takes a NUL for the end of its input, whatever follows, and skips a byte order mark.
  // Neither is JSON.
  if (absl::StrContains(text, '\0') || absl::StartsWith(text, kByteOrderMark)) {
    return InvalidArgument(Reason::kConfigInvalid, "",
                           "the text is not JSON: it has a NUL or a byte order mark");
  }
  JsonBuilder builder(repeated);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return InvalidArgument(Reason::kConfigInvalid, "",
                           absl::StrCat("the text ", builder.problem()));
  }
  return builder.TakeRoot();
}

}  // namespace fleetca::service
