#include "app/greeting.hpp"

#include <fmt/format.h>

#include "app/version.hpp"

namespace flux::app {

std::string greeting(const Settings& settings, const std::string& sandbox_level, const std::string& sandbox_detail,
                     std::string_view link) {
    const auto base = base_url(settings);
    const bool open = settings.tokens.empty();
    auto text =
        fmt::format("flux-mcp {} serves {} (workflow {})\n", version(), source_name(settings), settings.workflow_file);
    text +=
        fmt::format("  Web page      {}{}\n", page_url(settings, link), link.empty() ? "" : "  (signs you in once)");
    text += fmt::format("  MCP endpoint  {}/mcp  (Streamable HTTP; WebSocket at ws{}/mcp)\n", base, base.substr(4));
    text += open ? "  Token         no token needed: only this machine can reach it. MCP_AUTH_TOKEN changes that.\n"
                 : "  Token         send MCP_AUTH_TOKEN as \"Authorization: Bearer TOKEN\"\n";
    const bool local = settings.provider == ProviderChoice::local;
    if (local) {
        text +=
            fmt::format("  Previews      {}\n",
                        previews::SiteAddresses{settings.preview_port, settings.preview_public_origin}.url_of("ID"));
        text += fmt::format("  Sandbox       {}{}\n", sandbox_level,
                            sandbox_detail.empty() ? "" : fmt::format(" ({})", sandbox_detail));
    }
    text += fmt::format("  Claude Code   claude mcp add --transport http flux {}/mcp{}\n", base,
                        open ? "" : " --header \"Authorization: Bearer TOKEN\"");
    text += "  Others        flux-mcp connect --help\n";
    text += "  Try           flux-mcp preview main --follow\n";
    text += fmt::format("  State         {}; the log goes to stderr\n", settings.state_directory.string());
    return text;
}

}  // namespace flux::app
