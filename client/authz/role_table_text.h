// What tables of roles have in common as text: mistakes with their lines, and entries with roles.
#ifndef FLEETCA_CLIENT_AUTHZ_ROLE_TABLE_TEXT_H_
#define FLEETCA_CLIENT_AUTHZ_ROLE_TABLE_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/standard_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/text_format.h"

namespace fleetca::client {

// Collects what is wrong with one file. Unknown fields come as warnings, as the parser is told to
// go on after them.
class TableMistakes : public google::protobuf::io::ErrorCollector {
 public:
  // `path` is what messages call the file; "-" is standard input.
  explicit TableMistakes(absl::string_view path)
      : path_(IsStandardStream(path) ? absl::string_view("standard input") : path) {}

  // Lines are counted from 0, as protobuf does.
  void Add(int line, absl::string_view field, absl::string_view sentence);
  void AddError(int line, int column, const std::string& message) override;
  void AddWarning(int line, int column, const std::string& message) override;

  // INVALID_ARGUMENT kConfigInvalid with all mistakes in the order of the file, each as "path:line:
  // sentence"; the field is the first one's.
  absl::Status ToStatus();

 private:
  struct Mistake {
    int line;
    std::string field;
    std::string sentence;
  };

  const std::string path_;
  std::vector<Mistake> found_;
};

// Parses protobuf's text format into *message. False when it is not even that; unknown fields are
// mistakes, and true.
[[nodiscard]] bool ParseTableText(absl::string_view text, TableMistakes* mistakes,
                                  google::protobuf::TextFormat::ParseInfoTree* locations,
                                  google::protobuf::Message* message);

// One entry of a table, and where it stands. All that it is made from must outlive it.
class TableEntry {
 public:
  // The entry `index` of the repeated field `list` of `table`.
  TableEntry(const google::protobuf::Message& table, int list, int index,
             const google::protobuf::TextFormat::ParseInfoTree& locations, TableMistakes* mistakes);

  // Of the entry.
  int line() const { return line_; }
  // Of a field of it, or of an item of a repeated one; -1 is not an item. The values of a list in
  // brackets have one location, which is the first one's.
  int LineOf(int field, int index = -1) const;

  // `field` is a path within the entry.
  void Add(int line, absl::string_view field, absl::string_view sentence) const;

  // The rules of the fields "roles", whose number is `field`, and "any_identity". `name` is what
  // sentences call the entry.
  void CheckRoles(int field, const google::protobuf::RepeatedPtrField<std::string>& roles,
                  bool any_identity, absl::string_view name) const;

 private:
  const google::protobuf::Message* entry_;
  std::string field_;
  TableMistakes* const mistakes_;
  int line_;
  const google::protobuf::TextFormat::ParseInfoTree* fields_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_ROLE_TABLE_TEXT_H_
