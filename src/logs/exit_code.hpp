#pragma once

namespace flux::logs {

/// What an exit code means beyond "it failed", for codes that tools and shells agree on; nullptr for others.
const char* meaning_of_exit(int code);

}  // namespace flux::logs
