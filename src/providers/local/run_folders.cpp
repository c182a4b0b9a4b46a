#include "providers/local/run_folders.hpp"

#include <system_error>

namespace flux::providers::local {

void remove_tree(const std::filesystem::path& folder) {
    std::error_code refused;
    std::filesystem::remove_all(folder, refused);
    if (!refused) return;
    std::error_code ignored;
    const auto options = std::filesystem::directory_options::skip_permission_denied;
    const auto open_up = [](const std::filesystem::path& place) {
        std::error_code unchanged;
        std::filesystem::permissions(place, std::filesystem::perms::owner_all, std::filesystem::perm_options::add,
                                     unchanged);
    };
    open_up(folder);
    std::filesystem::recursive_directory_iterator place{folder, options, ignored};
    for (const std::filesystem::recursive_directory_iterator end; !ignored && place != end; place.increment(ignored)) {
        std::error_code gone;
        if (place->symlink_status(gone).type() == std::filesystem::file_type::directory) open_up(place->path());
    }
    std::filesystem::remove_all(folder, ignored);
}

}  // namespace flux::providers::local
