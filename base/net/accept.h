// What is the same for all that accept connections.
#ifndef FLEETCA_BASE_NET_ACCEPT_H_
#define FLEETCA_BASE_NET_ACCEPT_H_

namespace fleetca {

// What accept(2) failed of, by its errno. All functions are thread-safe.

// No connection waits.
bool IsNobodyThere(int error);

// This process, or the machine, has no descriptor left.
bool IsOutOfDescriptors(int error);

// The error is one of the connection that was about to be accepted, and says nothing of the next
// connection.
bool IsOfTheConnection(int error);

// The port that an IPv4 or IPv6 socket is bound to; 0 when it is not bound.
int BoundPort(int socket);

}  // namespace fleetca

#endif  // FLEETCA_BASE_NET_ACCEPT_H_
