// The one source that compiles the whole of CLI11. Its formatters and its reader of configuration
// files define their key functions in headers, so whoever includes CLI/CLI.hpp compiles all of them
// once more: two seconds of each source. Everybody else includes CLI/App.hpp and links this.
#include "CLI/CLI.hpp"
