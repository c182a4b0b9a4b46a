// Runs a fuzz target without libFuzzer, so that g++ and the everyday sanitizers see it too: every seed as it is, then a
// fixed number of mutations of seeds and of small made-up inputs. The same inputs every time: replay ROUNDS [FOLDER…]
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

void feed(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

std::vector<Bytes> read_seeds(int count, char** folders) {
    std::vector<Bytes> seeds;
    for (int index = 0; index < count; ++index) {
        if (!std::filesystem::is_directory(folders[index])) continue;
        for (const auto& entry : std::filesystem::directory_iterator{folders[index]}) {
            std::ifstream file{entry.path(), std::ios::binary};
            seeds.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
        }
    }
    return seeds;
}

void mutate(Bytes& input, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return random() % std::max<std::size_t>(bound, 1); };
    for (auto changes = 1 + below(6); changes > 0; --changes) {
        const auto at = static_cast<std::ptrdiff_t>(below(input.size()));
        const auto byte = static_cast<std::uint8_t>(random());
        switch (below(5)) {
        case 0: input.insert(input.begin() + at, byte); break;
        case 1:
            if (!input.empty()) input.erase(input.begin() + at);
            break;
        case 2:
            if (!input.empty()) input[static_cast<std::size_t>(at)] = byte;
            break;
        case 3: {  // Punctuation is what grammars turn on.
            constexpr char turns[] = "{}[]()\"':,\\ \r\n\t-+.*$0";
            input.insert(input.begin() + at, static_cast<std::uint8_t>(turns[below(sizeof turns)]));
            break;
        }
        default:
            if (const auto rest = input.size() - static_cast<std::size_t>(at); rest > 0) {
                const auto length = static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(rest, 32)) + 1);
                const Bytes piece(input.begin() + at, input.begin() + at + length);
                input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size())), piece.begin(),
                             piece.end());
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
    auto seeds = read_seeds(argc - 2, argv + 2);
    for (const auto& seed : seeds) feed(seed);

    seeds.emplace_back();
    std::mt19937 random{20'260'728};
    for (long round = 0; round < rounds; ++round) {
        auto input = seeds[random() % seeds.size()];
        mutate(input, random);
        feed(input);
        // A chain of mutations gets further than one; small ones only, so that it stays quick.
        if (input.size() < 4096 && round % 4 == 0) seeds[random() % seeds.size()] = std::move(input);
    }
    std::printf("%zu seeds, %ld mutations\n", seeds.size() - 1, rounds);
}
