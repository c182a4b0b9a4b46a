#include "net/proxy.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

namespace flux::net {
namespace {

/// The environment's words about proxies, and nothing that was there before, for as long as it lives.
class Proxies {
public:
    explicit Proxies(const std::map<std::string, std::string>& given) {
        clear();
        for (const auto& [name, value] : given) ::setenv(name.c_str(), value.c_str(), 1);
    }
    Proxies(const Proxies&) = delete;
    Proxies& operator=(const Proxies&) = delete;
    ~Proxies() { clear(); }

private:
    static void clear() {
        for (const auto* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                 "no_proxy", "NO_PROXY"}) {
            ::unsetenv(name);
        }
    }
};

bool goes(const std::string& url) { return goes_through_proxy(Url::parse(url).value()); }

TEST(Proxy, IsThatOfTheSchemeOrOfAll) {
    struct Row {
        const char* variable;
        bool https;
        bool http;
    };
    for (const auto& row :
         {Row{"https_proxy", true, false}, Row{"HTTPS_PROXY", true, false}, Row{"http_proxy", false, true},
          Row{"HTTP_PROXY", false, false}, Row{"all_proxy", true, true}, Row{"ALL_PROXY", true, true}}) {
        const Proxies proxies{{{row.variable, "http://proxy:3128"}}};
        EXPECT_EQ(goes("https://example.com/"), row.https) << row.variable;
        EXPECT_EQ(goes("http://example.com/"), row.http) << row.variable;
    }
    const Proxies none{{}};
    EXPECT_FALSE(goes("https://example.com/"));
}

TEST(Proxy, IsNotForWhatNoProxyNames) {
    struct Row {
        const char* excepted;
        const char* url;
        bool through;
    };
    for (const auto& row : {
             Row{"*", "https://example.com/", false},
             Row{"example.com", "https://example.com/", false},
             Row{"example.com", "https://EXAMPLE.com.:8443/", false},
             Row{"example.com", "https://www.example.com/", false},
             Row{".example.com", "https://www.example.com/", false},
             Row{".example.com", "https://example.com/", false},
             Row{"example.com", "https://notexample.com/", true},
             Row{"www.example.com", "https://example.com/", true},
             Row{"a.org, example.com", "https://example.com/", false},
             Row{"a.org example.com", "https://example.com/", false},
             Row{"a.org,*", "https://example.com/", true},
             Row{" , ,", "https://example.com/", true},
             Row{".", "https://example.com/", true},
             Row{"10.0.0.0/8", "https://10.1.2.3/", false},
             Row{"10.0.0.0/8", "https://11.1.2.3/", true},
             Row{"192.168.16.0/20", "https://192.168.31.255/", false},
             Row{"192.168.16.0/20", "https://192.168.32.0/", true},
             Row{"0.0.0.0/0", "https://8.8.8.8/", false},
             Row{"10.0.0.1", "https://10.0.0.1/", false},
             Row{"10.0.0.1/33", "https://10.0.0.1/", true},
             Row{"10.0.0.0/8", "https://10.example.com/", true},
             Row{"::1", "https://[::1]/", false},
             Row{"[::1]", "https://[::1]/", false},
             Row{"fd00::/8", "https://[fdab::1]/", false},
             Row{"fd00::/8", "https://[fe80::1]/", true},
             Row{"0.0.0.1", "https://[::1]/", true},
         }) {
        for (const auto* name : {"no_proxy", "NO_PROXY"}) {
            const Proxies proxies{{{"https_proxy", "http://proxy:3128"}, {name, row.excepted}}};
            EXPECT_EQ(goes(row.url), row.through) << name << "=" << row.excepted << " " << row.url;
        }
    }
}

}  // namespace
}  // namespace flux::net
