// Keeping keys out of core dumps, debuggers and swap.
#ifndef FLEETCA_BASE_PROCESS_HARDENING_H_
#define FLEETCA_BASE_PROCESS_HARDENING_H_

#include <cstddef>

#include "absl/status/status.h"

namespace fleetca {

// How much locked memory OpenSSL has for private numbers. When it runs out, handshakes and
// signatures fail, so it must outlast a flood of connections: each open TLS 1.3 connection keeps
// its key share, 32 bytes with X25519 or P-256 and up to 128 where the client chose P-521; each
// thread keeps 512 bytes of random generators. 4 MiB hold 30,000 connections of the largest kind,
// and are below the 8 MiB that Linux lets a process lock by default.
inline constexpr size_t kSecureHeapBytes = size_t{4} << 20;

// For a process that holds a CA key. Call it first in main, before anything of OpenSSL is used and
// before threads start: only keys made afterwards are protected. Again is harmless.
//
// - No core dumps (RLIMIT_CORE 0), and none by a handler either, nor a debugger of the same user,
//   nor its /proc/<pid>/mem (PR_SET_DUMPABLE 0).
// - OpenSSL keeps private numbers (EC scalars, RSA primes and exponents, Ed25519 seeds, nonces) in
//   its secure heap: locked into memory, left out of dumps, between guard pages, zeroed when freed.
// - All other memory that OpenSSL frees is zeroed as well: its decoders leave copies of keys.
//
// One exception is OpenSSL's: from its first signature on, an RSA key's primes are also cached in
// ordinary memory. Core dumps never have them, but an unencrypted swap may.
//
// Does all it can, whatever fails. OK when all is in force; otherwise FAILED_PRECONDITION
// kConfigInvalid with a sentence for each thing that failed, and what to change. The commonest is a
// process that may not lock memory: then keys may reach the swap, and the caller decides whether a
// warning is enough.
absl::Status HardenProcess();

}  // namespace fleetca

#endif  // FLEETCA_BASE_PROCESS_HARDENING_H_
