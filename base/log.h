// Structured log lines on standard error: a level, an event sentence, and named values.
#ifndef FLEETCA_BASE_LOG_H_
#define FLEETCA_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fleetca::log {

enum class Format { kText, kJson };
enum class Level { kDebug, kInfo, kWarning, kError };

// One named value. Values are escaped, so nothing a caller sends can forge a line.
struct Field {
  Field(absl::string_view name, const absl::AlphaNum& value)
      : name(name), value(value.data(), value.size()) {}
  absl::string_view name;
  std::string value;
};

// Chooses the form and the lowest level that is written; text from kInfo until called. Call it
// before threads start.
void Configure(Format format, Level lowest);

// True when lines of `level` are written: for callers whose fields cost something to make.
bool Enabled(Level level);

// Thread-safe; a line is written whole. Never pass a secret.
void Write(Level level, absl::string_view event, std::initializer_list<Field> fields = {});

inline void Info(absl::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kInfo, event, fields);
}
inline void Warning(absl::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kWarning, event, fields);
}
inline void Error(absl::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kError, event, fields);
}

}  // namespace fleetca::log

#endif  // FLEETCA_BASE_LOG_H_
