// Ctrl-C: the first ends the measurement, the second the program.
#ifndef FLEETCA_BENCH_LOADGEN_INTERRUPTION_H_
#define FLEETCA_BENCH_LOADGEN_INTERRUPTION_H_

namespace fleetca::loadgen {

// From now on SIGINT and SIGTERM are noted, once each, and then have their usual effect.
void NoteInterruptions();

// Whether one came. Thread-safe.
bool Interrupted();

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_INTERRUPTION_H_
