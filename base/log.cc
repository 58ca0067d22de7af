#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/log_escape.h"

namespace fleetca::log {
namespace {

std::atomic<Format> g_format{Format::kText};
std::atomic<Level> g_lowest{Level::kInfo};

// UTC, to the millisecond. What %v stands for is escaped before spdlog sees it.
constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr char kJsonPattern[] = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

// Lives for ever: destructors of other static objects may still log.
spdlog::logger& Logger() {
  static spdlog::logger* const logger = [] {
    auto* made = new spdlog::logger("fleetca", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    made->set_pattern(kTextPattern, spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum SpdlogLevel(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string TextLine(absl::string_view event, std::initializer_list<Field> fields) {
  std::string line;
  AppendEscaped(event, line);
  for (const Field& field : fields) {
    line.push_back(' ');
    AppendWord(field.name, line);
    line.push_back('=');
    AppendWord(field.value, line);
  }
  return line;
}

std::string JsonLine(absl::string_view event, std::initializer_list<Field> fields) {
  std::string line = "\"event\":";
  AppendQuoted(event, line);
  for (const Field& field : fields) {
    line.push_back(',');
    AppendQuoted(field.name, line);
    line.push_back(':');
    AppendQuoted(field.value, line);
  }
  return line;
}

}  // namespace

void Configure(Format format, Level lowest) {
  g_format.store(format);
  g_lowest.store(lowest);
  Logger().set_pattern(format == Format::kJson ? kJsonPattern : kTextPattern,
                       spdlog::pattern_time_type::utc);
}

bool Enabled(Level level) { return level >= g_lowest.load(std::memory_order_relaxed); }

void Write(Level level, absl::string_view event, std::initializer_list<Field> fields) {
  if (!Enabled(level)) {
    return;
  }
  const std::string line = g_format.load(std::memory_order_relaxed) == Format::kJson
                               ? JsonLine(event, fields)
                               : TextLine(event, fields);
  Logger().log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace fleetca::log
