#pragma once

#include <span>

#include "logs/matcher.hpp"

namespace flux::logs::matchers {

std::span<const Matcher> actions();
std::span<const Matcher> checks();
std::span<const Matcher> compilers();
std::span<const Matcher> containers();
std::span<const Matcher> deploys();
std::span<const Matcher> javascript();
std::span<const Matcher> jvm();
std::span<const Matcher> languages();
std::span<const Matcher> machine();
std::span<const Matcher> php();
std::span<const Matcher> python();
std::span<const Matcher> ruby();
std::span<const Matcher> shell();

}  // namespace flux::logs::matchers
