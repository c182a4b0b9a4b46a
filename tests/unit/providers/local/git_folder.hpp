#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "fakes/temporary_folder.hpp"

namespace flux::providers::local {

/// A git repository of a test's own.
class GitFolder {
public:
    GitFolder() { git("init --quiet --initial-branch=main"); }

    const std::filesystem::path& path() const { return folder_.path(); }

    void git(const std::string& arguments) const {
        const auto command = "cd '" + path().string() +
                             "' && GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null git -c user.name=Test "
                             "-c user.email=test@example.com -c commit.gpgsign=false " +
                             arguments + " >/dev/null 2>&1";
        if (std::system(command.c_str()) != 0) throw std::runtime_error{"git " + arguments};
    }

    void write(const std::string& file, const std::string& text) const {
        std::filesystem::create_directories((path() / file).parent_path());
        std::ofstream{path() / file} << text;
    }

    void commit(const std::string& file, const std::string& text, const std::string& subject = "Change") const {
        write(file, text);
        git("add --all");
        git("commit --quiet --allow-empty -m '" + subject + "'");
    }

    void workflow(const std::string& text, const std::string& file = "deploy.yml") const {
        commit(".github/workflows/" + file, text, "Add " + file);
    }

private:
    TemporaryFolder folder_;
};

}  // namespace flux::providers::local
