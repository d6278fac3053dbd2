#ifndef AKTENSPUR_CPEER_H
#define AKTENSPUR_CPEER_H

#include <stdint.h>

/// Who is at the other end of a connected Unix socket, as the kernel noted at connect(2) (SO_PEERCRED, unix(7)).
struct aktenspur_peer {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

/// Fills `peer` for the connected socket `fd`. Returns 0, or the errno of getsockopt(2).
/// On a TCP socket the call succeeds with uid 4294967295: the caller must refuse that.
int aktenspur_peer_of(int fd, struct aktenspur_peer *peer);

#endif
