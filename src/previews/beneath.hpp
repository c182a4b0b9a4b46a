#pragma once

#include <sys/stat.h>

#include <string>

#include "base/file_descriptor.hpp"

namespace flux::previews {

/// What to do with symbolic links on the way.
enum class Links { refuse, follow_inside };

/// Finds `path` (relative, no leading slash) beneath the folder `root` without opening it for use: pipes and devices
/// that a job left behind stay asleep. Empty with errno set on failure; EXDEV or ELOOP for a link that isn't followed.
///
/// Where the kernel has no openat2, links are refused whatever is asked.
FileDescriptor find_beneath(int root, const std::string& path, Links links);

/// Opens for reading what `find_beneath` found: the very same file, whatever its name means by now.
FileDescriptor open_found(const FileDescriptor& found, int flags);

}  // namespace flux::previews
