#include "process.hpp"

#include <dirent.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace flux::bench {

std::chrono::nanoseconds processor_time_of(int process) {
    // schedstat counts in nanoseconds, /proc/PID/stat in hundredths of a second. Threads that have ended are left out,
    // which servers have none of while they are measured.
    const auto folder = "/proc/" + std::to_string(process) + "/task";
    DIR* const tasks = ::opendir(folder.c_str());
    if (tasks == nullptr) throw std::runtime_error{"the server has gone"};
    long long all = 0;
    while (const auto* entry = ::readdir(tasks)) {
        if (entry->d_name[0] == '.') continue;
        std::ifstream file{folder + "/" + entry->d_name + "/schedstat"};
        long long time = 0;
        if (file >> time) all += time;
    }
    ::closedir(tasks);
    return std::chrono::nanoseconds{all};
}

long resident_bytes_of(int process) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/statm"};
    long size = 0;
    long resident = 0;
    if (!(file >> size >> resident)) throw std::runtime_error{"the server has gone"};
    return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace flux::bench
