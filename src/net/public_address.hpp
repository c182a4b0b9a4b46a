#pragma once

struct sockaddr;

namespace flux::net {

/// Whether the address (AF_INET or AF_INET6) is one of the open internet: not loopback, private, link-local, carrier
/// NAT, documentation, benchmark, multicast, reserved or unspecified (the IANA special-purpose registries), neither by
/// itself nor as the IPv4 address inside an IPv6 one.
bool is_public_address(const sockaddr& address);

}  // namespace flux::net
