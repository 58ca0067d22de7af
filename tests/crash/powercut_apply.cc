// Leaves of a folder what a power cut would have left: see powercut_shim.c.
//
//   powercut_apply <POWERCUT_DIR> <POWERCUT_JOURNAL>
//
// Run it after the process was killed; it empties the journal, so the next run starts afresh.
// Prints what it took back, one line each.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// A change of names that is not durable until its folder was synced.
struct NameChange {
  enum class Kind { kCreate, kRemove, kRemoveFolder, kRename } kind;
  std::string path;    // what was made or removed, or renamed to
  std::string from;    // of a renaming
  std::string kept;    // a second name of what was removed or replaced; may be empty
  uint64_t inode = 0;  // of a renaming
};

struct Journal {
  std::vector<NameChange> pending;
  std::map<uint64_t, uint64_t> synced_sizes;  // by inode
};

std::string FolderOf(const std::string& path) { return fs::path(path).parent_path().string(); }

// A renaming between folders is durable once the new name is.
void CommitNames(const std::string& folder, Journal& journal) {
  std::erase_if(journal.pending,
                [&folder](const NameChange& change) { return FolderOf(change.path) == folder; });
}

void ReadLine(const std::string& line, Journal& journal) {
  const size_t space = line.find(' ');
  const std::string word = line.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  std::istringstream numbers(rest);
  uint64_t inode = 0;
  uint64_t size = 0;
  if (word == "create") {
    journal.pending.push_back({NameChange::Kind::kCreate, rest, "", "", 0});
  } else if (word == "remove") {
    journal.pending.push_back({NameChange::Kind::kRemove, rest, "", "", 0});
  } else if (word == "removedir") {
    journal.pending.push_back({NameChange::Kind::kRemoveFolder, rest, "", "", 0});
  } else if (word == "rename") {
    numbers >> inode;
    journal.pending.push_back({NameChange::Kind::kRename, "", "", "", inode});
  } else if (word == "from") {
    journal.pending.back().from = rest;
  } else if (word == "to") {
    journal.pending.back().path = rest;
  } else if (word == "kept") {
    journal.pending.back().kept = rest;
  } else if (word == "syncdir") {
    CommitNames(rest, journal);
  } else if (word == "new") {
    numbers >> inode;
    journal.synced_sizes[inode] = 0;
  } else if (word == "open") {
    // Its first size in this journal is taken to be durable.
    numbers >> inode >> size;
    journal.synced_sizes.emplace(inode, size);
  } else if (word == "sync") {
    numbers >> inode >> size;
    journal.synced_sizes[inode] = size;
  }
}

uint64_t InodeOf(const std::string& path) {
  struct stat info = {};
  return lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

void PutBack(const NameChange& change) {
  // A link is there also where it leads nowhere.
  if (!change.kept.empty() && fs::exists(fs::symlink_status(change.kept)) &&
      !fs::exists(fs::symlink_status(change.path))) {
    fs::rename(change.kept, change.path);
  }
}

void TakeBack(const NameChange& change) {
  switch (change.kind) {
    case NameChange::Kind::kCreate:
      if (fs::remove_all(change.path) > 0) {
        std::cout << "not created: " << change.path << "\n";
      }
      return;
    case NameChange::Kind::kRemove:
      PutBack(change);
      std::cout << "not removed: " << change.path << "\n";
      return;
    case NameChange::Kind::kRemoveFolder:
      if (fs::create_directory(change.path)) {
        std::cout << "not removed: " << change.path << "\n";
      }
      return;
    case NameChange::Kind::kRename:
      // Not done when the kill came between the note and the deed.
      if (change.inode != 0 && InodeOf(change.path) == change.inode) {
        fs::rename(change.path, change.from);
        PutBack(change);
        std::cout << "not renamed: " << change.from << " to " << change.path << "\n";
      }
      return;
  }
}

void CutFiles(const fs::path& folder, const Journal& journal) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const auto synced = journal.synced_sizes.find(InodeOf(entry.path().string()));
    if (!entry.is_regular_file() || synced == journal.synced_sizes.end() ||
        entry.file_size() <= synced->second) {
      continue;
    }
    std::cout << "cut from " << entry.file_size() << " to " << synced->second << ": "
              << entry.path().string() << "\n";
    fs::resize_file(entry.path(), synced->second);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !fs::is_directory(argv[1]) || !fs::is_directory(argv[2])) {
    std::cerr << "usage: powercut_apply <watched folder> <journal folder>\n";
    return 2;
  }
  const fs::path notes = argv[2];
  std::ifstream file(notes / "journal");
  if (!file.is_open()) {
    std::cerr << "powercut_apply: " << (notes / "journal").string()
              << " is missing: did the program run with libpowercut.so?\n";
    return 1;
  }
  Journal journal;
  for (std::string line; std::getline(file, line);) {
    ReadLine(line, journal);
  }
  for (auto change = journal.pending.rbegin(); change != journal.pending.rend(); ++change) {
    TakeBack(*change);
  }
  CutFiles(argv[1], journal);
  for (const fs::directory_entry& entry : fs::directory_iterator(notes)) {
    const std::string name = entry.path().filename().string();
    if (name == "journal" || name.starts_with("kept.")) {
      fs::remove(entry.path());
    }
  }
  return 0;
}
