// A configuration file as it is written: the parsed message, the line of each field, and the list
// of mistakes found in it.
#ifndef FLEETCA_BASE_CONFIG_CONFIG_TEXT_H_
#define FLEETCA_BASE_CONFIG_CONFIG_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace fleetca {

// Parses on construction; syntax errors and unknown fields are mistakes from the start. The rest of
// the validation adds its own, and in the end all are reported together. Thread-compatible.
class ConfigText {
 public:
  // Parses into *message, which must outlive this and stay as it is. `path` is what messages call
  // the file; "-" is standard input.
  ConfigText(absl::string_view text, absl::string_view path, google::protobuf::Message* message);
  ConfigText(const ConfigText&) = delete;
  ConfigText& operator=(const ConfigText&) = delete;

  // False when the text is not text format at all: then the message is not worth judging.
  bool parsed() const { return parsed_; }

  // Adds a mistake in a field, named by its path as in "profiles[0].names.dns_suffixes[1]".
  void AddMistake(absl::string_view field, absl::string_view problem);

  // Notes something that is right and yet worth a change, in a field that is named as above.
  void AddWarning(absl::string_view field, absl::string_view advice);

  // "fleetca.textproto:12: listener.address: ...", in the order in which they were added.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The line, from 1, on which the field stands; for an absent one, on which what should hold it
  // begins.
  int LineOf(absl::string_view field) const;

  // "fleetca.textproto:12": the file, and the line of the field.
  std::string PlaceOf(absl::string_view field) const;

  // OK without mistakes; else INVALID_ARGUMENT kConfigInvalid, a line for each in the order of the
  // file, and the first one's field.
  absl::Status ToStatus() const;

 private:
  class Collector;
  struct Mistake {
    int line;
    std::string field;  // empty for a syntax error
    std::string text;
  };

  const std::string path_;
  const google::protobuf::Message& message_;
  google::protobuf::TextFormat::ParseInfoTree locations_;
  bool parsed_ = false;
  std::vector<Mistake> mistakes_;
  std::vector<std::string> warnings_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_CONFIG_CONFIG_TEXT_H_
