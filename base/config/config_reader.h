// Values of the configuration file, each checked as it is read.
#ifndef FLEETCA_BASE_CONFIG_CONFIG_READER_H_
#define FLEETCA_BASE_CONFIG_CONFIG_READER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/config/config_text.h"
#include "google/protobuf/duration.pb.h"

namespace fleetca {

// Each function adds a mistake for a value that cannot be, and returns something harmless then: the
// caller reads on and asks the text for its mistakes in the end. Thread-compatible.
class ConfigReader {
 public:
  // Relative paths are taken from `folder`; "" is the current one. `text` must outlive this.
  ConfigReader(ConfigText* text, absl::string_view folder) : text_(*text), folder_(folder) {}

  void Mistake(absl::string_view field, absl::string_view problem) {
    text_.AddMistake(field, problem);
  }

  void Warning(absl::string_view field, absl::string_view advice) {
    text_.AddWarning(field, advice);
  }

  // Where the field is written: "fleetca.textproto:12".
  std::string PlaceOf(absl::string_view field) const { return text_.PlaceOf(field); }

  // A text that must be there.
  std::string Required(absl::string_view field, const std::string& value,
                       absl::string_view example);

  // A path that must be there; paths() has it when it is one.
  std::string Path(absl::string_view field, const std::string& value);

  // The trust domain alone, without "spiffe://" and path. A stand-in when it is not one, so that
  // the rules built on it are not blamed.
  std::string TrustDomain(absl::string_view field, const std::string& value);

  // "HOST:PORT".
  std::string Address(absl::string_view field, const std::string& value);

  // A duration as it stands, for the reader of the value to bound.
  absl::Duration Duration(absl::string_view field, const google::protobuf::Duration& value);

  // The value, or `fallback` where it is 0, which is the same as absent.
  uint64_t Limit(absl::string_view field, uint64_t value, uint64_t fallback, uint64_t max);

  // Each path that was read, after the field that gave it.
  const std::vector<std::pair<std::string, std::string>>& paths() const { return paths_; }

 private:
  ConfigText& text_;
  const std::string folder_;
  std::vector<std::pair<std::string, std::string>> paths_;
};

// The name of a field below another: Below("listener", "address") is "listener.address".
inline std::string Below(absl::string_view parent, absl::string_view field) {
  return absl::StrCat(parent, ".", field);
}

// "profiles[2]".
inline std::string At(absl::string_view field, int index) {
  return absl::StrCat(field, "[", index, "]");
}

// What is wrong with "HOST:PORT"; empty when nothing is.
std::string AddressProblem(absl::string_view address);

}  // namespace fleetca

#endif  // FLEETCA_BASE_CONFIG_CONFIG_READER_H_
