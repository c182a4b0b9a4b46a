#pragma once

struct sockaddr;

namespace flux::net {

/// Whether the address (AF_INET or AF_INET6) is one of the open internet: not loopback, private, link-local, carrier
/// NAT, documentation, benchmark, multicast, reserved or unspecified (the IANA special-purpose registries), neither by
/// itself nor as the IPv4 address inside an IPv6 one.
bool is_public_address(const sockaddr& address);

/// Whether the address is a link-local one (169.254.0.0/16, fe80::/10), by itself or inside an IPv6 one.
bool is_link_local_address(const sockaddr& address);

}  // namespace flux::net
