// JSON (RFC 8259) from strangers, read strictly.
#ifndef FLEETCA_SERVICE_JWT_JSON_H_
#define FLEETCA_SERVICE_JWT_JSON_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Arrays and objects in each other.
inline constexpr size_t kMaxJsonDepth = 16;

// A value of any kind. Thread-compatible.
class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::map<std::string, JsonValue, std::less<>>;
  using Value = std::variant<std::monostate, bool, double, std::string, Array, Object>;

  JsonValue() = default;  // null
  explicit JsonValue(Value value) : value_(std::move(value)) {}

  bool IsNull() const { return std::holds_alternative<std::monostate>(value_); }
  // Null when it is of another kind. They alias this object.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const double* AsNumber() const { return std::get_if<double>(&value_); }
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }
  Array* AsArray() { return std::get_if<Array>(&value_); }
  Object* AsObject() { return std::get_if<Object>(&value_); }

  // The member called so; null when there is none or this is not an object.
  const JsonValue* Member(absl::string_view name) const;

  // Whether this is an object in which a name appears twice: two readers would choose differently.
  bool IsAmbiguous() const { return ambiguous_; }
  void MarkAmbiguous() { ambiguous_ = true; }

 private:
  Value value_;
  bool ambiguous_ = false;
};

// What becomes of an object in which a name appears twice, and of what is too deep. The second is
// for lists whose elements stand each for itself: the object is marked, and an array or object
// deeper than kMaxJsonDepth is null.
enum class RepeatedNames { kRefuseAll, kMarkObject };

// The one value that `text` is. INVALID_ARGUMENT kConfigInvalid: not JSON, invalid UTF-8, anything
// after the value and, with kRefuseAll, a name that appears twice in one object and what is deeper
// than kMaxJsonDepth. Numbers become doubles. The caller limits the size.
absl::StatusOr<JsonValue> ParseJson(absl::string_view text,
                                    RepeatedNames repeated = RepeatedNames::kRefuseAll);

// A text that two values share exactly when they say the same, whatever the order and the spelling
// of their members. To compare, not to be read.
std::string CanonicalText(const JsonValue& value);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JSON_H_
