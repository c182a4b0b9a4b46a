#include "admission/cookie.hpp"

#include <gmock/gmock.h>

#include <array>
#include <optional>
#include <string_view>

namespace flux::admission {
namespace {

TEST(Cookie, IsFoundOnlyWhereItIsAlone) {
    struct Row {
        const char* field;
        std::optional<std::string_view> value;
    };
    constexpr std::array rows{
        Row{"", std::nullopt},
        Row{"flux_session=abc", "abc"},
        Row{"a=1; flux_session=abc; b=2", "abc"},
        Row{"a=1;flux_session=abc", "abc"},
        Row{"flux_session=a=b", "a=b"},
        Row{"flux_session=", ""},
        Row{"flux_session", std::nullopt},
        Row{"xflux_session=abc", std::nullopt},
        Row{"flux_session_2=abc", std::nullopt},
        Row{"FLUX_SESSION=abc", std::nullopt},
        Row{"flux_session=planted; flux_session=abc", std::nullopt},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.field);
        EXPECT_EQ(only_cookie(row.field, "flux_session"), row.value);
    }
}

}  // namespace
}  // namespace flux::admission
