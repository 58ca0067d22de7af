// What a user is called, for messages.
#ifndef FLEETCA_BASE_USER_NAME_H_
#define FLEETCA_BASE_USER_NAME_H_

#include <sys/types.h>

#include <string>

namespace fleetca {

// "fleetca"; the number where this machine knows no name for it, as in a container. Thread-safe.
std::string UserName(uid_t user);

// In the form that `sudo -u` takes: fleetca, or '#1000' where there is no name.
std::string UserForSudo(uid_t user);

}  // namespace fleetca

#endif  // FLEETCA_BASE_USER_NAME_H_
