// A process with a store, for tests that end it in bad ways. Answers commands on its input, one
// line each; every answer is one line.
//
//   durability_driver <folder> <sync: 0 or 1>     answers "open", or the error of opening
//   append <number> <count>     Write of TestRecords(number, count)
//   get <number>                GetBySerial of TestRecord(number), and that it is the same
//   token <number> <uses>       Write of the new TestJoinToken(number, uses)
//   use <number> <token>        Write of TestRecord(number), by TestJwtUse(number) and by
//                               TestJoinToken(token)
//   jwt <number>                GetJwtUse of TestJwtUse(number)
//   revoke <token>              Write of its revocation
//   state <token>               "uses <uses> revoked <0 or 1>"
//   tokens <number>             for ever, with four threads: adds TestJoinToken(number) with
//                               kFloodBatch uses, uses it for the records from `number` on one by
//                               one, and revokes it; answers "added", "used" (once a use) and
//                               "revoked", each with the number, after each
//   flood <number>              appends for ever with four threads, kFloodBatch records at a time
//                               from <number> on, and answers "ack <number>" after each
//   renew <generation>          Write of that certificate of the lineage of TestRecord(1), renewed
//                               from the one before
//   withdraw <reason>           Write of the revocation of TestRecord(1)
//   block, unblock              Write of that, of an identity
//   number <number>             Write of that CRL number
//   drop                        DropRevocations of TestRecord(1) and what expires as early
//   describe                    what came of all these, on one line
//   lineages <number>           for ever, with four threads: what LifeOfALineage
//                               (store/testing/durability_lineages.h) does
// An answer is "OK", or the status code's name and the reason's.
#include "store/testing/durability_driver.h"

#include <unistd.h>

#include <atomic>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/durability_lineages.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"

namespace fleetca::store {
namespace {

// One write, so that lines of several threads stay whole.
void Answer(const std::string& text) {
  const std::string line = text + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    _exit(3);
  }
}

void AnswerStatus(const absl::Status& status) {
  if (status.ok()) {
    return Answer("OK");
  }
  std::cerr << status << "\n";
  const std::optional<Reason> reason = GetReason(status);
  Answer(absl::StrCat(absl::StatusCodeToString(status.code()), " ",
                      reason.has_value() ? ReasonName(*reason) : "no reason"));
}

absl::Status Get(const Store& store, uint64_t number) {
  const CertificateRecord expected = TestRecord(number);
  const absl::StatusOr<CertificateRecord> record = store.GetBySerial(expected.serial);
  if (record.ok() && !(*record == expected)) {
    return Internal(Reason::kInternal, "another record came back");
  }
  return record.status();
}

absl::Status Add(Store& store, uint64_t token, uint32_t uses) {
  return store.Write({.new_tokens = {TestJoinToken(token, uses)}}).status();
}

absl::Status Use(Store& store, uint64_t number, uint64_t token) {
  const CertificateRecord record = TestRecord(number);
  return WriteStored(store, {.certificates = {record},
                             .token_uses = {{TestJoinToken(token).hash, record.serial}},
                             .jwt_uses = {TestJwtUse(number)}});
}

absl::Status Revoke(Store& store, uint64_t token) {
  return store.Write({.revoked_tokens = {{TestJoinToken(token).hash, TestRevocation()}}}).status();
}

void AnswerState(const Store& store, uint64_t token) {
  const absl::StatusOr<JoinTokenState> state = store.GetJoinToken(TestJoinToken(token).hash);
  if (!state.ok()) {
    return AnswerStatus(state.status());
  }
  Answer(absl::StrCat("uses ", state->uses, " revoked ", state->revocation.has_value() ? 1 : 0));
}

// Answers `what` and the number when it went well.
bool Note(const absl::Status& status, absl::string_view what, uint64_t number) {
  if (status.ok()) {
    Answer(absl::StrCat(what, " ", number));
  } else {
    AnswerStatus(status);
  }
  return status.ok();
}

bool AppendBatch(Store& store, uint64_t number) {
  return Note(WriteStored(store, {.certificates = TestRecords(number, kFloodBatch)}), "ack",
              number);
}

bool LifeOfAToken(Store& store, uint64_t number) {
  bool good = Note(Add(store, number, kFloodBatch), "added", number);
  for (uint64_t record = number; good && record < number + kFloodBatch; ++record) {
    good = Note(Use(store, record, number), "used", number);
  }
  return good && Note(Revoke(store, number), "revoked", number);
}

bool LineageStepByStep(Store& store, uint64_t number) {
  return LifeOfALineage(store, number,
                        [number](const absl::Status& status, absl::string_view what) {
                          return Note(status, what, number);
                        });
}

// False when it is no such command.
bool AnswerLineageCommand(Store& store, const std::string& command, uint64_t number) {
  const std::optional<absl::StatusOr<std::string>> answer =
      RunLineageCommand(store, command, number);
  if (!answer.has_value()) {
    return false;
  }
  if (answer->ok()) {
    Answer(**answer);
  } else {
    AnswerStatus(answer->status());
  }
  return true;
}

// Calls `step` with number after number until it says false.
[[noreturn]] void Flood(Store& store, uint64_t first, bool (*step)(Store&, uint64_t)) {
  std::atomic<uint64_t> next = first;
  std::vector<std::thread> threads;
  for (int i = 0; i < kFloodThreads; ++i) {
    threads.emplace_back([&store, &next, step] {
      while (step(store, next.fetch_add(kFloodBatch))) {
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  _exit(kFloodRefused);
}

int Main(const std::string& folder, bool sync_writes) {
  RocksDbOptions options;
  options.path = folder;
  options.sync_writes = sync_writes;
  // Small, so that logs are switched and files written while the test lasts.
  options.memtable_bytes = size_t{1} << 20;
  const absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(options);
  if (!store.ok()) {
    AnswerStatus(store.status());
    return 1;
  }
  Answer("open");
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    uint64_t number = 0;
    size_t count = 0;
    words >> command >> number >> count;
    if (command == "append") {
      AnswerStatus(WriteStored(**store, {.certificates = TestRecords(number, count)}));
    } else if (command == "get") {
      AnswerStatus(Get(**store, number));
    } else if (command == "flood") {
      Flood(**store, number, AppendBatch);
    } else if (command == "tokens") {
      Flood(**store, number, LifeOfAToken);
    } else if (command == "lineages") {
      Flood(**store, number, LineageStepByStep);
    } else if (AnswerLineageCommand(**store, command, number)) {
      continue;
    } else if (command == "token") {
      AnswerStatus(Add(**store, number, static_cast<uint32_t>(count)));
    } else if (command == "use") {
      AnswerStatus(Use(**store, number, count));
    } else if (command == "jwt") {
      AnswerStatus((*store)->GetJwtUse(TestJwtUse(number).id_hash).status());
    } else if (command == "revoke") {
      AnswerStatus(Revoke(**store, number));
    } else if (command == "state") {
      AnswerState(**store, number);
    } else {
      return 2;
    }
  }
  return 0;
}

}  // namespace
}  // namespace fleetca::store

int main(int argc, char** argv) {
  return argc == 3 ? fleetca::store::Main(argv[1], std::string(argv[2]) == "1") : 2;
}
