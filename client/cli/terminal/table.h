// Rows under headings, as wide as the terminal allows (libsmartcols), coloured by meaning.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_TABLE_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "client/cli/terminal/style.h"

namespace fleetca::client {

struct Column {
  std::string heading;
  // Cut with "…" where the terminal is too narrow for all columns, the widest first; others stay
  // whole. Nothing is cut where the output is not a terminal.
  bool may_be_cut = false;
  bool right = false;  // figures
};

// `meaning` colours it on a terminal (ShowsColours); the words must say the same.
struct Cell {
  Cell(std::string text, Meaning meaning = Meaning::kPlain)  // NOLINT: a text is a plain cell.
      : text(std::move(text)), meaning(meaning) {}

  std::string text;
  Meaning meaning = Meaning::kPlain;
};

// Not thread-safe.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns. What a terminal would obey is shown escaped
  // (base/display_escape.h).
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  // For standard output as it is: its width and colours where it is a terminal; otherwise as wide
  // as it needs, without colours. Two blanks at least are between columns and none at the end of a
  // line; an empty cell is "-", so that a line always has as many words as it should. Ends with a
  // line end.
  std::string Text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_TABLE_H_
