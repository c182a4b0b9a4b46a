#pragma once

namespace flux::logs {

/// What an exit code means beyond "it failed", for codes that tools and shells agree on; nullptr for others. curl's own
/// (curl(1), "EXIT CODES") mean something only where `of_curl`.
const char* meaning_of_exit(int code, bool of_curl);

}  // namespace flux::logs
