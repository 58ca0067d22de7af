#include "client/cli/terminal/table.h"

#include <libsmartcols/libsmartcols.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/display_escape.h"
#include "client/cli/terminal/display_text.h"
#include "client/cli/terminal/screen.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kBetween = "  ";
// A column that is cut stays at least so wide, and as wide as its heading.
constexpr size_t kLeastWidth = 4;

using Rows = std::vector<std::vector<Cell>>;

struct TableUnref {
  void operator()(libscols_table* table) const { scols_unref_table(table); }
};
using ScolsTable = std::unique_ptr<libscols_table, TableUnref>;

Rows ForDisplay(const Rows& rows) {
  Rows shown = rows;
  for (std::vector<Cell>& row : shown) {
    for (Cell& cell : row) {
      cell.text = cell.text.empty() ? "-" : EscapeForDisplay(cell.text);
    }
  }
  return shown;
}

std::vector<size_t> WidthsOf(const std::vector<Column>& columns, const Rows& rows) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = DisplayWidth(columns[i].heading);
    for (const std::vector<Cell>& row : rows) {
      width = std::max(width, DisplayWidth(row[i].text));
    }
    widths.push_back(width);
  }
  return widths;
}

// The widest column that may become narrower; nullopt where there is none.
std::optional<size_t> WidestToCut(const std::vector<Column>& columns,
                                  const std::vector<size_t>& widths) {
  std::optional<size_t> widest;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t least = std::max(kLeastWidth, DisplayWidth(columns[i].heading));
    if (columns[i].may_be_cut && widths[i] > least &&
        (!widest.has_value() || widths[i] > widths[*widest])) {
      widest = i;
    }
  }
  return widest;
}

// Cuts cells until every line has `available` columns at most, as far as columns may be cut. That
// is done here because libsmartcols cuts without a sign that it did.
void Fit(const std::vector<Column>& columns, size_t available, Rows* rows) {
  std::vector<size_t> widths = WidthsOf(columns, *rows);
  size_t total = kBetween.size() * (columns.size() - 1);
  for (const size_t width : widths) {
    total += width;
  }
  for (; total > available; --total) {
    const std::optional<size_t> widest = WidestToCut(columns, widths);
    if (!widest.has_value()) {
      break;
    }
    --widths[*widest];
  }
  for (std::vector<Cell>& row : *rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      row[i].text = CutToWidth(row[i].text, widths[i]);
    }
  }
}

// Memory alone can be wanting: libsmartcols says so by its results, and the C++ library by ending
// the process.
void Must(bool done) {
  if (!done) {
    std::abort();
  }
}

ScolsTable NewTable(const std::vector<Column>& columns, bool colours) {
  ScolsTable table(scols_new_table());
  Must(table != nullptr);
  Must(scols_table_set_column_separator(table.get(), kBetween.data()) == 0);
  // The cells are escaped and fit already.
  scols_table_enable_noencoding(table.get(), 1);
  scols_table_set_termforce(table.get(), SCOLS_TERMFORCE_NEVER);
  scols_table_enable_colors(table.get(), colours ? 1 : 0);
  for (const Column& column : columns) {
    Must(scols_table_new_column(table.get(), column.heading.c_str(), 0,
                                column.right ? SCOLS_FL_RIGHT : 0) != nullptr);
  }
  return table;
}

void AddRow(const std::vector<Cell>& row, libscols_table* table) {
  libscols_line* const line = scols_table_new_line(table, nullptr);
  Must(line != nullptr);
  for (size_t i = 0; i < row.size(); ++i) {
    Must(scols_line_set_data(line, i, row[i].text.c_str()) == 0);
    if (row[i].meaning != Meaning::kPlain) {
      Must(scols_cell_set_color(scols_line_get_cell(line, i), ColourOf(row[i].meaning).data()) ==
           0);
    }
  }
}

// libsmartcols writes nothing of a table without rows.
std::string HeadingsOf(const std::vector<Column>& columns) {
  return absl::StrCat(absl::StrJoin(columns, kBetween,
                                    [](std::string* out, const Column& column) {
                                      absl::StrAppend(out, column.heading);
                                    }),
                      "\n");
}

}  // namespace

std::string Table::Text() const {
  const Utf8Characters utf8;
  Rows rows = ForDisplay(rows_);
  if (const std::optional<ScreenSize> screen = ScreenOfStandardOutput(); screen.has_value()) {
    Fit(columns_, screen->columns, &rows);
  }
  if (rows.empty()) {
    return HeadingsOf(columns_);
  }
  const ScolsTable table = NewTable(columns_, ShowsColours());
  for (const std::vector<Cell>& row : rows) {
    AddRow(row, table.get());
  }
  char* text = nullptr;
  Must(scols_print_table_to_string(table.get(), &text) == 0);
  std::string owned(text);
  std::free(text);
  // The last line has no end.
  return owned + "\n";
}

}  // namespace fleetca::client
