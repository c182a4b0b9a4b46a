#include "logs/secret_shapes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "logs/line_cleaner.hpp"
#include "logs/secret_anchors.hpp"

namespace flux::logs {
namespace {

std::string masked(std::string_view line) {
    LineCleaner cleaner{Escapes::none, {}};
    return std::string{cleaner.clean(line).text};
}

/// Written apart, so that nobody takes the tests themselves for a leak.
std::string glued(std::initializer_list<const char*> parts) {
    std::string whole;
    for (const auto* part : parts) whole += part;
    return whole;
}

TEST(SecretShapes, HideTokensByTheirForm) {
    struct Row {
        const char* name;
        std::string token;
    };
    const std::array rows{
        // The documented example of the checksum: base 62 of the CRC-32, in the last six characters.
        Row{"GitHub, classic", glued({"gh", "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"})},
        Row{"GitHub, wrong checksum", glued({"gh", "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq18"})},
        Row{"GitHub, installation", glued({"gh", "s_16C7e42F292c6912E7710c838347Ae178B4a"})},
        Row{"GitHub, stateless",
            glued({"gh", "s_123456_eyJhbGciOiJSUzI1NiJ9.", "eyJpc3MiOiJnaXRodWIifQ.c2lnbmF0dXJl-_x"})},
        Row{"GitHub, fine-grained", glued({"github", "_pat_11ABCDEFG0abcdefghijkl_",
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456"})},
        Row{"npm", glued({"np", "m_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF2hJ4"})},
        Row{"AWS", glued({"AKIA", "IOSFODNN7EXAMPLE"})},
        Row{"Slack", glued({"xox", "b-123456789012-abcdefABCDEF"})},
        Row{"Google", glued({"AI", "zaSyA1234567890abcdefghijklmnopqrstuv"})},
        Row{"Stripe", glued({"sk_", "live_4eC39HqLyjWDarjtT1zdp7dc"})},
        Row{"JWT",
            glued({"ey", "JhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"})},
        Row{"GitLab", glued({"glp", "at-abcDEF123456ghiJKL78"})},
        Row{"SendGrid", glued({"S", "G.abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno12"})},
        Row{"Hugging Face", glued({"h", "f_abcdefghijABCDEFGHIJ1234567890abcd"})},
        Row{"Anthropic", glued({"sk-", "ant-api03-abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789"})},
        Row{"DigitalOcean", glued({"dop", "_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})},
        Row{"Docker", glued({"dckr", "_pat_abcdefghijklmnopqrstuvwxy12"})},
        Row{"AWS, temporary", glued({"ASIA", "IOSFODNN7EXAMPLE"})},
        Row{"AWS, bearer", glued({"ABIA", "IOSFODNN7EXAMPLE"})},
        Row{"AWS, context", glued({"ACCA", "IOSFODNN7EXAMPLE"})},
        Row{"Slack, user", glued({"xox", "p-123456789012-abcdefABCDEF"})},
        Row{"Slack, workspace", glued({"xox", "a-123456789012-abcdefABCDEF"})},
        Row{"Slack, refresh", glued({"xox", "e-123456789012-abcdefABCDEF"})},
        Row{"Slack, rotated", glued({"xox", "e.xoxb-1-abcdefABCDEF012345"})},
        Row{"Slack, old", glued({"xox", "o-123456789012-abcdefABCDEF"})},
        Row{"Slack, rotation", glued({"xox", "r-123456789012-abcdefABCDEF"})},
        Row{"Slack, session", glued({"xox", "s-123456789012-abcdefABCDEF"})},
        Row{"Slack, app", glued({"xap", "p-1-A0123456789-abcdefABCDEF"})},
        Row{"Google, access", glued({"ya", "29.a0AfH6SMBabcdefghijKLMN"})},
        Row{"Google, client", glued({"GOCS", "PX-abcdefghijklmnopqrstuvwxyz12"})},
        Row{"Stripe, test", glued({"sk_", "test_4eC39HqLyjWDarjtT1zdp7dc"})},
        Row{"Stripe, restricted", glued({"rk_", "live_4eC39HqLyjWDarjtT1zdp7dc"})},
        Row{"Stripe, restricted test", glued({"rk_", "test_4eC39HqLyjWDarjtT1zdp7dc"})},
        Row{"Stripe, web hook", glued({"whs", "ec_abcdefghijklmnopqrstuvwx1234"})},
        Row{"OpenAI", glued({"sk-", "proj-abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789"})},
        Row{"OpenAI, service", glued({"sk-", "svcacct-abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789"})},
        Row{"Netlify", glued({"nf", "p_aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF2hJ4"})},
        Row{"Shopify", glued({"shp", "at_0123456789abcdef0123456789abcdef"})},
        Row{"age", glued({"AGE-SECRET", "-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"})},
        Row{"PyPI", glued({"pypi-", "AgEIcHlwaS5vcmcCJGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc"})},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(masked("token " + row.token + " end"), "token *** end");
        EXPECT_EQ(masked("TOKEN=\"" + row.token + "\""), "TOKEN=\"***\"");
        EXPECT_EQ(masked(row.token), "***");
        EXPECT_EQ(masked("?next=%2F%3Ftoken%3D" + row.token), "?next=%2F%3Ftoken%3D***");
        EXPECT_EQ(masked(R"("token:\n)" + row.token + R"(\n")"), R"("token:\n***\n")");
    }
}

TEST(SecretShapes, HideWhatStandsWhereASecretBelongs) {
    struct Row {
        const char* name;
        std::string line;
        const char* expected;
    };
    const std::array rows{
        Row{"password in a URL", "fatal: 'https://me:pa55w0rd@github.com/x.git/' not found",
            "fatal: 'https://me:***@github.com/x.git/' not found"},
        Row{"database", "postgres://app:p%40ss@db:5432/app?sslmode=off", "postgres://app:***@db:5432/app?sslmode=off"},
        Row{"an @ in the password", "ftp://u:p@ss@host/", "ftp://u:***@host/"},
        Row{"token as a name", "https://0123456789abcdef0123456789abcdef01234567@github.com/",
            "https://***@github.com/"},
        Row{"short token as a name", "https://hunter2tokenonly@github.com/o/r.git", "https://***@github.com/o/r.git"},
        Row{"pip's address", "git+https://hunter2tokenonly@github.com/o/r.git@v1.2",
            "git+https://***@github.com/o/r.git@v1.2"},
        Row{"a slash behind an @ in the password", "postgres://u:p@ss/w0rdsecret@db", "postgres://u:***@db"},
        Row{"a slash in the password", "'postgres://u:pa/ss?w0#rd@db.example.org:5432/app'",
            "'postgres://u:***@db.example.org:5432/app'"},
        Row{"a path with an @ behind a host", "git+https://u:pw@github.com/o/r.git@main",
            "git+https://u:***@github.com/o/r.git@main"},
        Row{"a scope behind a host without a dot", "http://u:pw@registry/@scope/pkg@1.2.3",
            "http://u:***@registry/@scope/pkg@1.2.3"},
        Row{"two addresses at once", "redis://u:p1@h1/0,redis://u:p2@h2/1", "redis://u:***@h1/0,redis://u:***@h2/1"},
        Row{"encoded", "?next=https%3A//u%3Apw0rdlong%40h/x", "?next=https%3A//u%3A***%40h/x"},
        Row{"encoded wholly", "?next=https%3A%2F%2Fu%3Apw0rdlong%40h%2Fx", "?next=https%3A%2F%2Fu%3A***%40h%2Fx"},
        Row{"two in one query", "http://a/?token=abcdefgh1&b=https://c/?sig=abcdefgh2&d=1",
            "http://a/?token=***&b=https://c/?sig=***&d=1"},
        Row{"signed address", "GET https://x.blob.core/y?se=2026&sig=AbCdEf123456%3D&sp=r 200",
            "GET https://x.blob.core/y?se=2026&sig=***&sp=r 200"},
        Row{"Slack's hook", "POST https://hooks.slack.com/services/T0000/B0000/XXXXXXXXXXXXXXXX",
            "POST https://hooks.slack.com/services/***"},
        Row{"header", "> Authorization: Basic dXNlcjpwYXNzd29yZA==", "> Authorization: Basic ***"},
        Row{"header in JSON", R"({"authorization":"Bearer abc.def.ghi-jkl"})", R"({"authorization":"Bearer ***"})"},
        Row{"AWS secret", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key = ***"},
        Row{"AWS secret of the environment", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_SECRET_ACCESS_KEY=***"},
        Row{"AWS secret in YAML", "aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'",
            "aws_secret_access_key: '***'"},
        Row{"AWS secret in JSON in JSON", R"({\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"})",
            R"({\"SecretAccessKey\": \"***\"})"},
        Row{"AWS session",
            "export AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjEJr+/wEaCXVzLWVhc3QtMQ==", "export AWS_SESSION_TOKEN=***"},
        Row{"AWS session in a profile",
            "aws_session_token = IQoJb3JpZ2luX2VjEJr//wEaCXVzLWVhc3QtMQ==", "aws_session_token = ***"},
        Row{"AWS session in JSON", R"("SessionToken": "IQoJb3JpZ2luX2VjEJr//wEaCXVzLWVhc3QtMQ==")",
            R"("SessionToken": "***")"},
        Row{"Azure storage",
            "AccountName=x;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
            "K1SZFPTOtr/KBHBeksoGMGw==;EndpointSuffix=core",
            "AccountName=x;AccountKey=***;EndpointSuffix=core"},
        Row{"Azure Service Bus",
            "SharedAccessKeyName=Root;SharedAccessKey=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG=",
            "SharedAccessKeyName=Root;SharedAccessKey=***"},
        Row{"npmrc", "//npm.example.org/:_authToken=9a1d5d5f-77aa-4c0e", "//npm.example.org/:_authToken=***"},
        Row{"npmrc without a registry", "npm config set _authToken=hunter2tokenonly", "npm config set _authToken=***"},
        Row{"key in one line", R"("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n")",
            R"("-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\n")"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(masked(row.line), row.expected);
    }
}

TEST(SecretShapes, LeaveWhatIsNone) {
    for (const std::string line : {
             "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
             "npm_config_registry=https://registry.example.org/",
             "https://git@github.com/owner/repository.git and ssh://git@host/path",
             "https://me@github.com/x https://first.last@bitbucket.org/x https://x-access-token@github.com/x",
             "https://organisation1@dev.azure.com/organisation1/project/_git/repository",
             "ssh://deployer2tokenonly@host/path git@github.com:owner/repository.git "
             "postgres://application1user@db/app",
             "write to build2automation@example.org, or see https://example.org, build2automation@example.org",
             "http://localhost:3000/@vite/client http://localhost:3000/node_modules/x@1.2.3/y",
             "https://cdn.jsdelivr.net/npm/x@1.2.3/+esm http://host:PORT/pkg@latest webpack://app:main/x@1",
             "git+ssh://git@github.com:owner/repository.git@main file://C:/x/y@host/z",
             "https://${USER}@host/ https%3A%2F%2Fexample.org%2F%40scope%2Fname",
             "docker://node:18-alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
             "//registry.example.org/:_authToken=${NPM_TOKEN} //registry.example.org/:_authToken=",
             "const SessionToken = getServerSideSessionToken(request); sessionToken: string",
             "AWS_SESSION_TOKEN: *** AWS_SESSION_TOKEN= AccountKey=$key SharedAccessKeyName=RootManageSharedAccessKey1",
             "error TS2339: Property 'sessionToken' does not exist on type 'NextAuth4Session'",
             "https://user:***@host/ and https://x:${TOKEN}@host/",
             "at Object.<anonymous> (/home/runner/work/x/node_modules/@scope/name/index.js:1:2)",
             "task_key sk_id risk-free disk-usage xoxb- AIza eyJ.x",
             "authorization: the token is missing",
             "uses: actions/checkout@0123456789abcdef0123456789abcdef01234567",
             "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
             "integrity sha512-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789==",
             "http://localhost:3000/callback?code=",
             "AKIAXXXXXXXXXXXXXXXX",
         }) {
        EXPECT_EQ(masked(line), line);
    }
}

TEST(SecretShapes, AreFoundInALongLineOfAddressesAtOnce) {
    // Quadratic, this would take minutes.
    std::string line;
    while (line.size() < 3'000'000) line += "://a:b";
    EXPECT_EQ(masked(line), line);
    EXPECT_EQ(masked(line + "?token=abcdefgh1"), line + "?token=***");
}

TEST(SecretShapes, AreWorthALookWhereverOneIsFound) {
    // The quick look must see a token at any place of its blocks.
    const auto token = glued({"gh", "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"});
    for (std::size_t before = 0; before < 100; ++before) {
        const auto line = std::string(before, '.') + token;
        ASSERT_TRUE(has_secret_anchor(line)) << before;
        ASSERT_EQ(masked(line), std::string(before, '.') + "***");
    }
}

}  // namespace
}  // namespace flux::logs
