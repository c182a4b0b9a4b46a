#include "mcp/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::HasSubstr;

Outcome said(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    return outcome;
}

InputNeeded form(std::string key) {
    InputNeeded needed;
    needed.requests.push_back({std::move(key), InputRequest::Kind::elicitation, R"({"message":"?"})"});
    return needed;
}

Outcome ask_twice(Call& call) {
    if (call.input("one") == nullptr || call.input("two") == nullptr) {
        Outcome outcome;
        outcome.needs = form("one");
        outcome.needs->requests.push_back(form("two").requests[0]);
        return outcome;
    }
    return said("thanks");
}

struct Fetching : LibraryClient {
    explicit Fetching(Catalog catalog, ServerOptions options = quick_options())
        : LibraryClient{std::move(options), std::move(catalog)} {}

    static ServerOptions quick_options() {
        ServerOptions options;
        options.progress_interval = std::chrono::milliseconds{1};
        return options;
    }

    static std::string meta(bool tasks = true) {
        return R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
               R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{})" +
               std::string{tasks ? R"(,"extensions":{"io.modelcontextprotocol/tasks":{}})" : ""} + "}}";
    }
    boost::json::value call(const std::string& tool, bool tasks = true) {
        return ask("tools/call", R"("name":")" + tool + "\"," + meta(tasks));
    }
    /// The id of the task that a call becomes.
    std::string begin(const std::string& tool) {
        const auto result = call(tool).at("result");
        EXPECT_EQ(result.at("resultType").as_string(), "task");
        return std::string{result.at("taskId").as_string()};
    }
    boost::json::value about(const std::string& method, const std::string& id, const std::string& more = "") {
        return ask(method, R"("taskId":")" + id + "\"," + more + meta());
    }
    boost::json::object task(const std::string& id) { return about("tasks/get", id).at("result").as_object(); }
    std::string status(const std::string& id) { return std::string{task(id).at("status").as_string()}; }

    /// Until the pauses between two notices are over as well.
    void settle() {
        for (int i = 0; i < 5; ++i) {
            example.run();
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        }
        example.run();
    }
    /// What was said of tasks since the last time, without the envelope.
    std::vector<boost::json::object> notices() {
        std::vector<boost::json::object> heard;
        for (const auto& message : std::exchange(outbox->sent, {})) {
            const auto notice = parsed(message);
            if (notice.at("method").as_string() == "notifications/tasks") {
                heard.push_back(notice.at("params").as_object());
            }
        }
        return heard;
    }
};

async::Task<Outcome> wait(std::shared_ptr<async::Changes> release) {
    auto released = release->wait_beyond(0, std::chrono::steady_clock::time_point::max());
    co_await std::move(released);
    co_return said("done");
}

async::Task<Outcome> break_down() {
    throw std::runtime_error{"secret detail"};
    co_return Outcome{};
}

/// Begins something, which `stands` so, and leaves the waiting for it as the rest.
async::Task<Outcome> begin_and_wait(std::shared_ptr<async::Changes> release,
                                    std::shared_ptr<std::weak_ptr<Call>> last) {
    Outcome outcome;
    outcome.rest = Rest{"It is begun.", [release, last](std::shared_ptr<Call> call) {
                            *last = call;
                            return wait(release);
                        }};
    co_return outcome;
}

struct Tools {
    std::shared_ptr<async::Changes> release = std::make_shared<async::Changes>();
    std::shared_ptr<std::weak_ptr<Call>> last = std::make_shared<std::weak_ptr<Call>>();

    /// The call that waits.
    std::shared_ptr<Call> call() const { return last->lock(); }

    Catalog catalog() const {
        Catalog catalog;
        auto begin = ExampleServer::slow(
            "demo.begin", [*this](json::Arguments, std::shared_ptr<Call>) { return begin_and_wait(release, last); });
        begin.task = TaskUse::for_rest;
        auto at_once = ExampleServer::slow("demo.at_once",
                                           [*this](json::Arguments, std::shared_ptr<Call>) { return wait(release); });
        at_once.task = TaskUse::for_rest;
        catalog.tools = {begin, at_once};
        return catalog;
    }
};

Catalog task_catalog(const std::shared_ptr<async::Changes>& release) {
    Catalog catalog;
    auto slow =
        ExampleServer::slow("demo.slow", [release](json::Arguments, std::shared_ptr<Call>) { return wait(release); });
    slow.task = TaskUse::offered;
    auto broken =
        ExampleServer::slow("demo.broken", [](json::Arguments, std::shared_ptr<Call>) { return break_down(); });
    broken.task = TaskUse::required;
    auto asking = ExampleServer::quick("demo.ask", [](json::Arguments, Call& call) { return ask_twice(call); });
    asking.asks = true;
    asking.task = TaskUse::offered;
    auto first = ExampleServer::quick("demo.ask_first", [](json::Arguments, Call& call) {
        return said(call.input("name") != nullptr ? *call.input("name") : "nobody");
    });
    first.asks = true;
    first.task = TaskUse::offered;
    first.before_task = [](json::Arguments, Call& call) {
        return call.input("name") != nullptr ? std::nullopt : std::optional{form("name")};
    };
    catalog.tools = {slow, broken, asking, first};
    return catalog;
}

TEST(Tasks, AreFetchedUntilTheyAreDone) {
    const auto release = std::make_shared<async::Changes>();
    Fetching client{task_catalog(release)};

    const auto created = client.call("demo.slow").at("result");
    const std::string id{created.at("taskId").as_string()};

    EXPECT_EQ(created.at("status").as_string(), "working");
    EXPECT_EQ(created.at("createdAt").as_string(), "2026-01-02T00:00:00Z");
    EXPECT_EQ(created.at("ttlMs").as_int64(), 3'600'000);
    EXPECT_EQ(client.status(id), "working");
    release->bump();
    client.example.run();
    const auto fetched = client.about("tasks/get", id).at("result");
    EXPECT_EQ(fetched.at("resultType").as_string(), "complete");
    EXPECT_EQ(fetched.at("status").as_string(), "completed");
    EXPECT_EQ(fetched.at("result").at("content").at(0).at("text").as_string(), "done");
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Tasks, AreForClientsThatDeclareThem) {
    const auto release = std::make_shared<async::Changes>();
    release->bump();
    Fetching client{task_catalog(release)};
    const auto id = client.begin("demo.slow");

    EXPECT_EQ(client.call("demo.slow", false).at("result").at("content").at(0).at("text").as_string(), "done");
    const auto refused = client.call("demo.broken", false).at("error");
    EXPECT_EQ(refused.at("code").as_int64(), -32021);
    EXPECT_EQ(boost::json::serialize(refused.at("data")),
              R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    EXPECT_EQ(client.code("tasks/get", R"("taskId":")" + id + "\"," + Fetching::meta(false)), -32021);
    EXPECT_EQ(client.code("tasks/list", Fetching::meta()), -32601);
    EXPECT_EQ(client.code("tasks/get", R"("taskId":")" + id + "\""), -32601) << "without the envelope";
    const auto capabilities = client.result("server/discover", Fetching::meta()).at("capabilities");
    EXPECT_EQ(boost::json::serialize(capabilities.at("extensions")), R"({"io.modelcontextprotocol/tasks":{}})");
}

TEST(Tasks, FailWithTheErrorOfTheirCall) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};

    const auto id = client.begin("demo.broken");

    const auto fetched = client.about("tasks/get", id).at("result");
    EXPECT_EQ(fetched.at("status").as_string(), "failed");
    EXPECT_EQ(fetched.at("error").at("code").as_int64(), -32603);
    EXPECT_EQ(fetched.at("statusMessage"), fetched.at("error").at("message"));
    EXPECT_THAT(boost::json::serialize(fetched), testing::Not(HasSubstr("secret")));
}

TEST(Tasks, AreCancelledAndSayOnlyThatTheyHeard) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};
    const auto id = client.begin("demo.slow");

    for (int i = 0; i < 2; ++i) {
        const auto heard = client.about("tasks/cancel", id).at("result");
        EXPECT_EQ(heard.at("resultType").as_string(), "complete");
        EXPECT_EQ(heard.as_object().if_contains("taskId"), nullptr);
        EXPECT_EQ(client.status(id), "cancelled");
    }
}

TEST(Tasks, AskThroughTheirRecord) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};
    const auto id = client.begin("demo.ask");
    const auto asked = [&] { return client.about("tasks/get", id).at("result").as_object(); };

    EXPECT_EQ(boost::json::serialize(asked().at("inputRequests")),
              R"({"one":{"method":"elicitation/create","params":{"message":"?"}},)"
              R"("two":{"method":"elicitation/create","params":{"message":"?"}}})");
    client.about("tasks/update", id, R"("inputResponses":{"other":{},"one":{"action":"accept"}},)");
    EXPECT_EQ(boost::json::serialize(asked().at("inputRequests")),
              R"({"two":{"method":"elicitation/create","params":{"message":"?"}}})");
    client.about("tasks/update", id, R"("inputResponses":{"two":{"action":"accept"}},)");
    EXPECT_EQ(client.status(id), "completed");
    EXPECT_EQ(client.about("tasks/update", id).at("error").at("code").as_int64(), -32602);
}

TEST(Tasks, BeginOnceWhatHasToBeAskedFirstIsAnswered) {
    Fetching client{task_catalog(std::make_shared<async::Changes>())};

    EXPECT_EQ(client.call("demo.ask_first").at("result").at("resultType").as_string(), "input_required");
    const auto second = client.result(
        "tools/call", R"("name":"demo.ask_first","inputResponses":{"name":{"action":"accept"}},)" + Fetching::meta());

    EXPECT_EQ(second.at("resultType").as_string(), "task");
    const auto fetched = client.about("tasks/get", std::string{second.at("taskId").as_string()}).at("result");
    EXPECT_EQ(fetched.at("result").at("content").at(0).at("text").as_string(), R"({"action":"accept"})");
}

TEST(Tasks, BeginWhereACallCanOnlyWait) {
    Tools tools;
    Fetching client{tools.catalog()};

    const auto created = client.call("demo.begin").at("result");
    const std::string id{created.at("taskId").as_string()};

    EXPECT_EQ(created.at("resultType").as_string(), "task");
    EXPECT_EQ(created.at("statusMessage").as_string(), "It is begun.");
    ASSERT_TRUE(tools.call() && tools.call()->is_task());
    tools.call()->progress(1, {}, "It is half done.");
    EXPECT_EQ(client.task(id).at("statusMessage").as_string(), "It is half done.");
    EXPECT_THAT(client.outbox->sent, testing::IsEmpty()) << "progress of a task is nothing but its status";
    tools.release->bump();
    client.example.run();
    EXPECT_EQ(client.task(id).at("result").at("content").at(0).at("text").as_string(), "done");
    EXPECT_EQ(client.stream->in_flight(), 0u);
}

TEST(Tasks, AreNotMadeOfWhatIsAnsweredAtOnce) {
    Tools tools;
    tools.release->bump();
    Fetching client{tools.catalog()};

    EXPECT_EQ(client.call("demo.at_once").at("result").at("content").at(0).at("text").as_string(), "done");
}

TEST(Tasks, AreNotMadeForThoseWhoDoNotFetch) {
    Tools tools;
    Fetching client{tools.catalog()};
    client.stream->receive(request("7", "tools/call", R"("name":"demo.begin",)" + Fetching::meta(false)));
    client.example.run();
    EXPECT_THAT(client.outbox->responses, testing::IsEmpty());
    ASSERT_TRUE(tools.call() && !tools.call()->is_task());
    EXPECT_EQ(client.stream->in_flight(), 1u);

    tools.release->bump();
    client.example.run();
    const auto answer = parsed(client.outbox->only());
    EXPECT_EQ(answer.at("id").as_int64(), 7);
    EXPECT_EQ(answer.at("result").at("content").at(0).at("text").as_string(), "done");
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Tasks, OfWhichThereAreTooManyAreWaitedForInTheirCall) {
    Tools tools;
    Fetching client{tools.catalog()};
    for (int i = 0; i < 256; ++i) client.begin("demo.begin");
    client.outbox->responses.clear();

    client.stream->receive(request("\"more\"", "tools/call", R"("name":"demo.begin",)" + Fetching::meta()));
    client.example.run();
    EXPECT_THAT(client.outbox->responses, testing::IsEmpty());
    tools.release->bump();
    client.example.run();
    EXPECT_THAT(client.outbox->only(), HasSubstr(R"("text":"done")"));
}

TEST(Tasks, OutliveTheConnectionAndEndWithTheServer) {
    Tools tools;
    Fetching client{tools.catalog()};
    const auto id = client.begin("demo.begin");
    client.stream->close();
    client.stream = client.example.server.open({visitor_with(client.turns), true, NameStyle::automatic},
                                               client.example.executor(), client.outbox);
    EXPECT_EQ(client.status(id), "working");
    ASSERT_EQ(client.example.server.in_flight(), 1u);

    client.example.server.drain();
    client.example.run();
    EXPECT_EQ(client.example.server.in_flight(), 0u);
}

TEST(Tasks, ThatAreCancelledStillSayHowItStood) {
    Tools tools;
    Fetching client{tools.catalog()};
    const auto id = client.begin("demo.begin");

    client.about("tasks/cancel", id);

    EXPECT_EQ(client.status(id), "cancelled");
    EXPECT_EQ(client.task(id).at("statusMessage").as_string(), "It is begun.");
}

TEST(Tasks, AreToBeLookedAtTheLessOftenTheMoreThereAre) {
    Tools tools;
    Fetching client{tools.catalog()};
    const auto id = client.begin("demo.begin");
    const auto interval = [&] { return client.task(id).at("pollIntervalMs").as_int64(); };
    EXPECT_EQ(interval(), 5000);

    const auto other = client.begin("demo.begin");
    client.begin("demo.begin");
    EXPECT_EQ(interval(), 15000);
    client.about("tasks/cancel", other);
    EXPECT_EQ(interval(), 10000);
}

TEST(Tasks, AreToldOfToWhoeverListens) {
    Tools tools;
    Fetching client{tools.catalog()};
    const auto id = client.begin("demo.begin");

    client.stream->receive(request("\"s\"", "subscriptions/listen",
                                   R"("notifications":{"taskIds":["nothing",")" + id + R"("]},)" + Fetching::meta()));
    client.settle();
    const auto acknowledged = parsed(client.outbox->sent.at(0)).at("params").at("notifications");
    EXPECT_EQ(boost::json::serialize(acknowledged), R"({"taskIds":[")" + id + "\"]}");
    const auto first = client.notices();
    ASSERT_THAT(first, testing::SizeIs(1)) << "how it stands, so that nothing is missed between call and listening";
    EXPECT_EQ(first[0].at("status").as_string(), "working");
    EXPECT_EQ(first[0].at("_meta").at("io.modelcontextprotocol/subscriptionId").as_string(), "s");

    tools.call()->progress(1, {}, "It is half done.");
    tools.call()->progress(2, {}, "It is half done.");
    client.settle();
    const auto second = client.notices();
    ASSERT_THAT(second, testing::SizeIs(1)) << "what says the same is no news";
    EXPECT_EQ(second[0].at("statusMessage").as_string(), "It is half done.");

    tools.release->bump();
    client.settle();
    auto last = client.notices();
    ASSERT_THAT(last, testing::SizeIs(1));
    last[0].erase("_meta");
    auto fetched = client.task(id);
    fetched.erase("_meta");
    fetched.erase("resultType");
    EXPECT_EQ(last[0], fetched) << "a notice is what tasks/get would have said";
    EXPECT_EQ(fetched.at("status").as_string(), "completed");
}

TEST(Tasks, AreToldOfOnlyToTheirOwnClients) {
    Tools tools;
    Fetching client{tools.catalog()};
    const auto wish = R"("notifications":{"taskIds":[")" + client.begin("demo.begin") + "\"]},";
    const auto refused = client.ask("subscriptions/listen", wish + Fetching::meta(false)).at("error");
    EXPECT_EQ(refused.at("code").as_int64(), -32021);
    EXPECT_EQ(boost::json::serialize(refused.at("data")),
              R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");

    client.stream =
        client.example.server.open({visitor_with(client.turns, "somebody else"), true, NameStyle::automatic},
                                   client.example.executor(), client.outbox);
    client.stream->receive(request("1", "subscriptions/listen", wish + Fetching::meta()));
    client.settle();
    ASSERT_THAT(client.outbox->sent, testing::SizeIs(1));
    EXPECT_THAT(client.outbox->sent[0], HasSubstr(R"("notifications":{"taskIds":[]})"));
}

TEST(Tasks, AreListenedToByNamesAndNotByTooMany) {
    Tools tools;
    Fetching client{tools.catalog()};
    std::string many = "\"0\"";
    for (int i = 1; i <= 256; ++i) many += ",\"" + std::to_string(i) + "\"";
    for (const auto& ids : {std::string{"\"x\""}, std::string{"[7]"}, "[" + many + "]"}) {
        const auto wish = R"("notifications":{"taskIds":)" + ids + "},";
        EXPECT_EQ(client.code("subscriptions/listen", wish + Fetching::meta()), -32602) << ids;
    }
}

/// Remembers, and has it said when the test wants it to be.
struct FakeJournal final : TaskJournal {
    std::vector<KeptTask> load(WallTime) override { return tasks; }
    void begin(KeptTask task, std::function<void(bool)> done) override {
        if (works) tasks.push_back(std::move(task));
        say_later([done = std::move(done), safe = works] { done(safe); });
    }
    void end(std::string id, TaskEnd end, std::function<void()> done) override {
        for (auto& task : tasks) {
            if (task.id == id) task.end = end;
        }
        say_later(std::move(done));
    }
    void say_later(std::function<void()> what) {
        unsaid.push_back(std::move(what));
        if (!holds) say();
    }
    void say() {
        for (const auto& each : std::exchange(unsaid, {})) each();
    }

    bool works = true;
    bool holds = false;
    std::vector<KeptTask> tasks;
    std::vector<std::function<void()>> unsaid;
};

/// A tool whose rest is kept, on a server with a journal. Making another is starting the server anew.
struct Surviving {
    explicit Surviving(std::shared_ptr<FakeJournal> file) : journal{std::move(file)}, client{catalog(), options()} {}

    ServerOptions options() const {
        auto options = Fetching::quick_options();
        options.task_journal = journal;
        return options;
    }
    Catalog catalog() const {
        Catalog catalog;
        auto tool = ExampleServer::slow(
            "demo.begin", [made = rest("first")](json::Arguments, std::shared_ptr<Call>) { return leave(made); });
        tool.task = TaskUse::for_rest;
        tool.resume = [again = rest("again")](std::string_view kept) {
            return kept == "run 7" ? std::optional{again} : std::nullopt;
        };
        auto other = ExampleServer::quick("demo.task", [](json::Arguments, Call&) { return said("quick"); });
        other.task = TaskUse::offered;
        catalog.tools = {tool, other};
        return catalog;
    }
    Rest rest(std::string what) const {
        auto run = [release = release, what = std::move(what)](std::shared_ptr<Call> call) {
            call->progress(1, {}, "It goes.");
            return wait_and_say(release, what);
        };
        return {"It is begun.", std::move(run), "run 7"};
    }
    static async::Task<Outcome> leave(Rest rest) {
        Outcome outcome;
        outcome.rest = std::move(rest);
        co_return outcome;
    }
    static async::Task<Outcome> wait_and_say(std::shared_ptr<async::Changes> release, std::string what) {
        auto released = release->wait_beyond(0, std::chrono::steady_clock::time_point::max());
        co_await std::move(released);
        co_return said(what);
    }
    void let_go() {
        release->bump();
        client.example.run();
    }

    std::shared_ptr<FakeJournal> journal;
    std::shared_ptr<async::Changes> release = std::make_shared<async::Changes>();
    Fetching client;
};

std::string text_of(const boost::json::object& task) {
    return std::string{task.at("result").at("content").at(0).at("text").as_string()};
}

TEST(KeptTasks, AreHandedOutOnceTheyAreWrittenDown) {
    Surviving server{std::make_shared<FakeJournal>()};
    server.journal->holds = true;
    const auto answers = server.client.outbox->responses.size();
    server.client.stream->receive(request("7", "tools/call", R"("name":"demo.begin",)" + Fetching::meta()));
    server.client.example.run();
    EXPECT_EQ(server.client.outbox->responses.size(), answers);

    server.journal->say();
    server.client.example.run();
    ASSERT_EQ(server.client.outbox->responses.size(), answers + 1);
    const auto result = parsed(server.client.outbox->responses.back()).at("result");
    EXPECT_EQ(result.at("resultType").as_string(), "task");
    EXPECT_EQ(result.at("taskId").as_string(), server.journal->tasks.at(0).id);
}

TEST(KeptTasks, EndOnceThatIsWrittenDown) {
    Surviving server{std::make_shared<FakeJournal>()};
    const auto id = server.client.begin("demo.begin");
    server.journal->holds = true;
    server.let_go();
    EXPECT_EQ(server.client.status(id), "working");
    server.journal->say();
    EXPECT_EQ(server.client.status(id), "completed");
}

TEST(KeptTasks, AreWaitedForWithinTheCallWhereTheyCannotBeWrittenDown) {
    Surviving server{std::make_shared<FakeJournal>()};
    server.journal->works = false;
    server.client.stream->receive(request("7", "tools/call", R"("name":"demo.begin",)" + Fetching::meta()));
    server.client.example.run();
    EXPECT_TRUE(server.client.outbox->responses.empty());
    server.let_go();
    const auto result = parsed(server.client.outbox->responses.back()).at("result");
    EXPECT_EQ(result.at("resultType").as_string(), "complete");
}

TEST(KeptTasks, StandAfterARestartAsTheyStood) {
    const auto journal = std::make_shared<FakeJournal>();
    std::string done;
    std::string given_up;
    boost::json::object before;
    {
        Surviving server{journal};
        done = server.client.begin("demo.begin");
        given_up = server.client.begin("demo.begin");
        server.client.about("tasks/cancel", given_up);
        server.client.example.run();
        server.let_go();
        before = server.client.task(done);
        EXPECT_EQ(text_of(before), "first");
    }
    Surviving again{journal};
    EXPECT_EQ(again.client.task(done), before);
    EXPECT_EQ(again.client.status(given_up), "cancelled");
}

TEST(KeptTasks, GoOnAfterARestartForTheirPrincipal) {
    const auto journal = std::make_shared<FakeJournal>();
    std::string id;
    {
        Surviving server{journal};
        id = server.client.begin("demo.begin");
        server.client.example.server.drain();
        server.client.example.run();
        EXPECT_FALSE(journal->tasks.at(0).end) << "a server that goes ends no task that is kept";
    }
    Surviving again{journal};
    again.client.example.clock.advance(std::chrono::minutes{40});
    const auto stranger = again.client.example.server.open(
        {visitor_with(again.client.turns, "somebody else"), true, NameStyle::automatic},
        again.client.example.executor(), again.client.outbox);
    for (const auto* method : {"tasks/get", "tasks/cancel"}) {
        stranger->receive(request("9", method, R"("taskId":")" + id + "\"," + Fetching::meta()));
        EXPECT_EQ(code_of(again.client.outbox->responses.back()), -32602) << method;
    }
    const auto working = again.client.task(id);
    EXPECT_EQ(working.at("status").as_string(), "working");
    EXPECT_EQ(working.at("createdAt").as_string(), "2026-01-02T00:00:00Z");
    again.client.example.run();
    EXPECT_EQ(again.client.task(id).at("statusMessage").as_string(), "It goes.");
    again.let_go();
    EXPECT_EQ(text_of(again.client.task(id)), "again");
    ASSERT_TRUE(journal->tasks.at(0).end);
    EXPECT_EQ(journal->tasks.at(0).end->status, TaskStatus::completed);
}

TEST(KeptTasks, AreGivenUpAsleepToo) {
    const auto journal = std::make_shared<FakeJournal>();
    const auto id = Surviving{journal}.client.begin("demo.begin");
    Surviving again{journal};
    again.client.about("tasks/cancel", id);
    EXPECT_EQ(again.client.status(id), "cancelled");
    EXPECT_EQ(journal->tasks.at(0).end->status, TaskStatus::cancelled);
}

TEST(KeptTasks, GrowOldOverARestart) {
    const auto journal = std::make_shared<FakeJournal>();
    const auto id = Surviving{journal}.client.begin("demo.begin");
    Surviving again{journal};
    again.client.example.clock.advance(std::chrono::minutes{59});
    EXPECT_EQ(again.client.status(id), "working");
    again.client.example.clock.advance(std::chrono::minutes{2});
    EXPECT_EQ(again.client.about("tasks/get", id).at("error").at("code").as_int64(), -32602);
}

TEST(KeptTasks, FailWhereNobodyCanGoOn) {
    const auto journal = std::make_shared<FakeJournal>();
    auto id = Surviving{journal}.client.begin("demo.begin");
    journal->tasks.at(0).rest = "damaged";
    Surviving again{journal};
    const auto task = again.client.task(id);
    EXPECT_EQ(task.at("status").as_string(), "failed");
    EXPECT_THAT(std::string{task.at("error").at("message").as_string()}, HasSubstr("`demo.begin` can't go on"));
}

TEST(KeptTasks, AreOnlyThoseThatCanBeMadeAgain) {
    Surviving server{std::make_shared<FakeJournal>()};
    server.client.begin("demo.task");
    EXPECT_TRUE(server.journal->tasks.empty());
}

/// What a request brings along, for tasks without a server.
struct Site {
    explicit Site(std::string principal) : visitor{some_visitor(std::move(principal))} {}
    CallSite get() { return {scope, visitor, context.get_executor(), nullptr, reply}; }

    RequestScope scope;
    admission::Visitor visitor;
    asio::io_context context{1};
    Reply reply{nullptr, Reply::Carrier::exchange};
};

TEST(Tasks, AreBoundedAndOfOnePrincipalAndGrowOld) {
    ManualClock clock;
    const auto tasks =
        std::make_shared<Tasks>(Tasks::Limits{.in_all = 3, .per_principal = 2, .lifetime = std::chrono::seconds{60}},
                                clock, nullptr, std::vector<Tool>{});
    const CallRules rules{clock,
                          std::chrono::seconds{60},
                          std::chrono::milliseconds{100},
                          64,
                          std::chrono::minutes{10},
                          std::make_shared<std::atomic<std::size_t>>(0),
                          std::make_shared<const RequestStates>(clock, std::chrono::minutes{10})};
    const auto release = std::make_shared<async::Changes>();
    const Rest rest{{}, [release](std::shared_ptr<Call>) { return wait(release); }};
    Site a{"a"};
    Site b{"b"};
    const auto begin = [&](Site& site) -> std::string {
        const auto created = tasks->begin({"1"}, "demo", site.get(), rules, rest);
        if (!created) return {};
        const auto members = "{" + created->members + "}";
        return json::Raw{members}.member("taskId").string().value_or("");
    };

    const auto one = begin(a);
    ASSERT_NE(one, "");
    ASSERT_NE(begin(a), "");
    EXPECT_EQ(begin(a), "");
    EXPECT_NE(begin(b), "");
    EXPECT_EQ(begin(b), "");
    EXPECT_TRUE(tasks->find(one, a.get(), rules));
    EXPECT_FALSE(tasks->find(one, b.get(), rules));

    clock.advance(std::chrono::seconds{61});
    EXPECT_FALSE(tasks->find(one, a.get(), rules));
    EXPECT_NE(begin(b), "");
    EXPECT_NE(begin(a), "");
    tasks->end();
    a.context.poll();
    b.context.poll();
}

}  // namespace
}  // namespace flux::mcp
