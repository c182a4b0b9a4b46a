#include "logs/places.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace flux::logs {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const re2::StringPiece& piece) { return {piece.data(), piece.size()}; }

/// By their endings, so that `db.internal:5432` and `10.0.0.1:80` are none.
constexpr const char* source_file =
    R"re((?:[A-Za-z]:[\\/]|[.~/]*/)?(?:[\w.@+~()\[\]-]+[\\/])*)re"
    R"re((?:[\w.@+~()\[\]-]*[\w)\]-]\.(?:[chm]|cc|cpp|cxx|c\+\+|hh|hpp|hxx|ipp|inl|mm|swift|rs|go|pyx?|pyi|rb|erb|rake|)re"
    R"re(gemspec|cr|php|phtml|p[lm]|t|lua|[cm]?[jt]sx?|vue|svelte|astro|java|kts?|scala|sc|groovy|gradle|clj[sc]?|cs|)re"
    R"re(cshtml|razor|fsx?|vb|l?hs|mli?|exs?|heex|erl|hrl|nim|d|zig|dart|[rR]|Rmd|qmd|jl|sh|bash|zsh|bats|ps1|psm1|bat|)re"
    R"re(cmd|sql|tf|tfvars|hcl|rego|ya?ml|jsonc?|json5|toml|xml|xsd|csproj|html?|css|s[ac]ss|less|styl|mdx?|rst|adoc|tex|txt|csv|)re"
    R"re(proto|graphql|gql|prisma|cmake|mk|nix|bzl|bazel|s?vh?|vhdl?|[fF](?:90|95|03|08)?|cob|cbl|ad[bs]|feature|ipynb|ini|)re"
    R"re(cfg|conf|tcl|hbs|ejs|pug|liquid|tera|njk|elm|purs|sol|vy|cu|glsl|wgsl|el|lisp|scm|rkt|pas|ps|asm|s|S|ld|mod|sum)|)re"
    R"re((?:Dockerfile|Containerfile|(?:GNU)?[Mm]akefile|Jenkinsfile|Gemfile|Rakefile|Podfile|Fastfile|Vagrantfile|)re"
    R"re(Justfile|justfile|Earthfile|CMakeLists\.txt|BUILD|WORKSPACE|SConstruct|SConscript|meson\.build|dune)))re";

constexpr const char* position =
    R"re((?::(\d{1,7})(?:[:,.](\d{1,5}))?|\((\d{1,7})(?:[,:] ?(\d{1,5}))?\)| \((\d{1,7})[:,] ?(\d{1,5})\)|)re"
    R"re(["'’]?(?:,|:)? (?:on |at |in )?line:? (\d{1,7})(?:,? (?:column|col|characters?|char):? (\d{1,5}))?))re";

/// Where files lie that are nobody's own.
bool is_foreign(std::string_view file) {
    static constexpr std::array places{
        "node_modules/",   "site-packages/",
        "dist-packages/",  "/usr/lib",
        "/usr/share",      "/usr/local/lib",
        "/usr/include",    "/opt/homebrew/",
        "/opt/conda/",     "/usr/local/go/",
        "/_temp/",         "/_temp.",
        "/_actions/",      "/_tool/",
        "/.cargo/",        "/rustc/",
        "/rustlib/",       "/pkg/mod/",
        "/gems/",          "vendor/",
        "/.gradle/",       "/.nvm/",
        "/.bun/",          "/.yarn/",
        ".pnpm/",          ".next/",
        "deno_fs/",        "eunit_",
        "/lib/python",     "/dist/node/",
        "/toolcache/",     "hostedtoolcache",
        "/usr/src/linux",  "/usr/src/googletest",
        "/usr/src/python",
    };
    if (file.starts_with("//") || file.starts_with("webpack/")) return true;
    // Node's own, as old ones write it; of Go's packages `internal/` is part of the project.
    if (file.starts_with("internal/") && file.ends_with(".js")) return true;
    return std::any_of(places.begin(), places.end(),
                       [&](const char* each) { return file.find(each) != std::string_view::npos; });
}

/// Without what stands before a parenthesis that the file doesn't close: `at load (src/a.js:3:4)`, `a.B.c(B.java:3)`.
std::string_view without_call(std::string_view file) {
    std::size_t open = 0;
    for (auto at = file.size(); at-- > 0;) {
        if (file[at] == ')') ++open;
        if (file[at] == '(' && open-- == 0) return file.substr(at + 1);
    }
    return file;
}

/// A frame of the JVM's own or of what runs its tests: its file has no path.
bool is_foreign_frame(std::string_view text) {
    static const RE2 frame{
        R"(^\s*(?:at |\[.*\] )(?:java|javax|jdk|sun|com\.sun|kotlin|scala|groovy|clojure|org\.(?:junit|gradle|apache|codehaus|hamcrest|assertj|testng|mockito|opentest4j|spockframework|springframework|scalatest)|junit)\b)"};
    return RE2::PartialMatch(piece(text), frame);
}

/// A line of a stack, or one by which a compiler points at its source.
bool is_a_frame(std::string_view text) {
    static const RE2 frame{
        R"(^\s*(?:at |❯ |from |# |#\d+ |-->|╭─|┌─|→ |➜ |@ |↳ |»|in |File "|Location: |\[\w*:?\d+\] |\S+\.\w+:\d+(?::\d+)?:?\s*(?:in [`'].*)?$))"};
    return RE2::PartialMatch(piece(text), frame);
}

bool is_frame_of_python(std::string_view text) {
    static const RE2 frame{R"(^\s*File ")"};
    return RE2::PartialMatch(piece(text), frame);
}

/// `12 | let x =`: a line of the source with its number.
bool is_quoted_code(std::string_view text) {
    static const RE2 quoted{R"(^\d+ \|)"};
    return RE2::PartialMatch(piece(text), quoted);
}

/// Trouble outside of any source: only a stack may lead from it to one.
bool is_about_the_world(FailureClass kind) {
    switch (kind) {
    case FailureClass::network:
    case FailureClass::auth:
    case FailureClass::permission:
    case FailureClass::missing_secret:
    case FailureClass::deprecated_action:
    case FailureClass::out_of_memory:
    case FailureClass::disk_full:
    case FailureClass::timeout:
    case FailureClass::cancelled:
    case FailureClass::runner_lost: return true;
    default: return false;
    }
}

/// Longer lines are minified code or data.
constexpr std::size_t looked_at = 1000;

/// The lines around a cause, from the likeliest to name its place to the least.
class Surroundings {
public:
    Surroundings(const Cause& cause, const RawLog& log, std::size_t first, std::size_t last)
        : cause_{cause}, log_{log}, first_{first}, last_{last}, own_{cause.log_line - 1} {}

    std::optional<SourcePlace> search(const std::vector<std::size_t>& placed) const {
        if (auto own = place_in(text(own_))) return own;
        // A summary has no place, whatever stands around it, unless its own stack follows.
        if (cause_.weight < convincing) return of_its_stack();
        const auto next = std::upper_bound(placed.begin(), placed.end(), own_);
        const auto end = next == placed.end() ? last_ : std::min(last_, *next - 1);
        if (auto behind = of_the_traceback()) return behind;
        if (auto below = search_below(end)) return below;
        const auto before = std::lower_bound(placed.begin(), placed.end(), own_);
        return search_above(before == placed.begin() ? first_ : std::max(first_, *(before - 1) + 1));
    }

private:
    static constexpr std::size_t furthest_below = 24;
    static constexpr std::size_t furthest_above = 6;
    static constexpr std::size_t longest_traceback = 60;
    static constexpr int convincing = 60;

    std::string_view text(std::size_t line) const {
        return log_.line(line).role == RawLine::Role::output ? log_.text(line).substr(0, looked_at)
                                                             : std::string_view{};
    }

    bool believes_neighbours() const { return !is_about_the_world(cause_.kind); }

    /// Python's frames stand above the error, the last call lowest; so does OCaml's place, with the code below it.
    std::optional<SourcePlace> of_the_traceback() const {
        for (auto line = own_; line > first_ && line + longest_traceback > own_; --line) {
            const auto above = text(line - 1);
            if (is_frame_of_python(above)) {
                if (auto place = place_in(above)) return place;
            } else if (!above.starts_with(' ') && !above.starts_with('\t') && !is_quoted_code(above)) {
                break;
            }
        }
        return std::nullopt;
    }

    std::optional<SourcePlace> of_its_stack() const {
        for (auto line = own_ + 1; line <= last_ && line <= own_ + furthest_below; ++line) {
            const auto below = text(line);
            if (!is_a_frame(below)) break;
            if (auto place = place_in(below)) return place;
        }
        return std::nullopt;
    }

    std::optional<SourcePlace> search_below(std::size_t end) const {
        for (auto line = own_ + 1; line <= std::min(end, own_ + furthest_below); ++line) {
            const auto below = text(line);
            const bool in_excerpt = line < cause_.excerpt_last && believes_neighbours();
            if (!in_excerpt && !is_a_frame(below)) continue;
            if (auto place = place_in(below)) return place;
        }
        return std::nullopt;
    }

    std::optional<SourcePlace> search_above(std::size_t begin) const {
        for (auto line = own_; line > begin && line + furthest_above > own_; --line) {
            const auto above = text(line - 1);
            const bool in_excerpt = line >= cause_.excerpt_first && believes_neighbours();
            if (!in_excerpt && !is_a_frame(above)) continue;
            if (auto place = place_in(above)) return place;
        }
        return std::nullopt;
    }

    const Cause& cause_;
    const RawLog& log_;
    std::size_t first_;
    std::size_t last_;
    std::size_t own_;
};

}  // namespace

std::optional<SourcePlace> place_in(std::string_view text) {
    static const RE2 place{fmt::format(R"((?:^|[^\w./\\@~+-])(?:file://)?({}){}(?:[^\w]|$))", source_file, position)};
    static const RE2 any_position{
        R"(\.\w+["'’]?(?::\d| ?\(\d|[,:]? (?:on |at |in )?line)|[a-zA-Z](?::|", line |: line )\d)"};
    if (!RE2::PartialMatch(piece(text), any_position) || is_foreign_frame(text)) return std::nullopt;
    constexpr int groups = 10;
    std::array<re2::StringPiece, groups> found;
    for (std::size_t at = 0; at < text.size();) {
        if (!place.Match(piece(text), at, text.size(), RE2::UNANCHORED, found.data(), groups)) return std::nullopt;
        const auto file = without_call(view(found[1]));
        SourcePlace result{file};
        for (std::size_t i = 2; i + 1 < groups; i += 2) {
            if (found[i].empty()) continue;
            result.line = to_integer(view(found[i])).value_or(0);
            result.column = to_integer(view(found[i + 1])).value_or(0);
        }
        if (result.line > 0 && !is_foreign(file)) return result;
        at = static_cast<std::size_t>(file.data() + file.size() - text.data());
    }
    return std::nullopt;
}

std::string annotation_text(std::string_view file, std::int64_t line, std::int64_t column, std::string_view message) {
    const auto first_line = message.substr(0, message.find('\n'));
    const bool named = first_line.find(file) != std::string_view::npos || place_in(first_line);
    if (file.empty() || named || file.find('\n') != std::string_view::npos) return std::string{message};
    std::string text{file};
    if (line > 0) text += fmt::format(":{}", line);
    if (line > 0 && column > 0) text += fmt::format(":{}", column);
    return fmt::format("{}: {}", text, message);
}

void complete_place(Cause& cause, const RawLog& log, std::size_t first, std::size_t last,
                    const std::vector<std::size_t>& placed) {
    // What a runner or a package manager names of itself is its own source.
    if (!cause.file.empty() || cause.tool == "actions" || cause.tool == "composer") return;
    const auto place = Surroundings{cause, log, first, last}.search(placed);
    if (!place) return;
    cause.file = place->file;
    // A tool that said a line alone meant it.
    if (cause.line == 0) {
        cause.line = place->line;
        cause.column = place->column;
    }
    const std::string_view message{cause.message};
    if (!message.starts_with(cause.file)) return;
    static const RE2 position_at_front{R"(^(?::\d+){1,2}:? +)"};
    auto rest = piece(message.substr(cause.file.size()));
    if (RE2::Consume(&rest, position_at_front) && !rest.empty()) cause.message = std::string{view(rest)};
}

}  // namespace flux::logs
