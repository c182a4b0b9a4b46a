#include "providers/github/request_records.hpp"

#include <array>
#include <string_view>

namespace flux::providers::github {

namespace {

constexpr std::array<std::string_view, 1> migrations{R"sql(
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT, principal TEXT NOT NULL, digest TEXT NOT NULL, workflow_file TEXT NOT NULL,
    branch TEXT NOT NULL, sha TEXT NOT NULL, correlation TEXT NOT NULL, sent_at INTEGER NOT NULL, state TEXT NOT NULL,
    run INTEGER NOT NULL DEFAULT 0);
CREATE INDEX request_by_digest ON request (principal, digest, sha);
CREATE INDEX request_by_time ON request (sent_at);
CREATE TABLE request_key (
    principal TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, request INTEGER NOT NULL REFERENCES request,
    PRIMARY KEY (principal, key)) WITHOUT ROWID;
CREATE TABLE preview (
    run INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, branch TEXT NOT NULL, state TEXT NOT NULL, url TEXT NOT NULL,
    reason TEXT NOT NULL, updated_at INTEGER NOT NULL);
)sql"};

constexpr std::string_view columns =
    "SELECT request.id, request.principal, request.digest, workflow_file, branch, sha, correlation, sent_at, state, "
    "run FROM request ";

std::int64_t to_field(WallTime time) { return time.time_since_epoch().count(); }
WallTime from_field(std::int64_t field) { return WallTime{std::chrono::microseconds{field}}; }

const char* name_of(RequestRecord::State state) {
    switch (state) {
    case RequestRecord::State::sent: return "sent";
    case RequestRecord::State::bound: return "bound";
    case RequestRecord::State::refused: return "refused";
    }
    return "sent";
}

RequestRecord record_from(const store::Statement& row) {
    RequestRecord record;
    record.id = row.integer(0);
    record.principal = row.text(1);
    record.digest = row.text(2);
    record.workflow_file = row.text(3);
    record.branch = row.text(4);
    record.sha = row.text(5);
    record.correlation = row.text(6);
    record.sent_at = from_field(row.integer(7));
    const auto state = row.text(8);
    record.state = state == "bound"     ? RequestRecord::State::bound
                   : state == "refused" ? RequestRecord::State::refused
                                        : RequestRecord::State::sent;
    record.run = row.integer(9);
    return record;
}

builds::Preview preview_from(const store::Statement& row) {
    builds::Preview preview;
    preview.run_id = row.integer(0);
    preview.branch = row.text(2);
    preview.state = builds::preview_state_from(row.text(3)).value_or(builds::PreviewState::failed);
    preview.url = row.text(4);
    preview.reason = row.text(5);
    return preview;
}

}  // namespace

Result<std::unique_ptr<RequestRecords>> RequestRecords::open(const std::filesystem::path& file) {
    auto database = store::Database::open(file, migrations);
    if (!database) return fail(std::move(database.error()));
    return std::unique_ptr<RequestRecords>{new RequestRecords{*std::move(database)}};
}

void RequestRecords::add(RequestRecord& record) {
    auto transaction = database_->write();
    transaction.run(
        "INSERT INTO request (principal, digest, workflow_file, branch, sha, correlation, sent_at, state, run) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        record.principal, record.digest, record.workflow_file, record.branch, record.sha, record.correlation,
        to_field(record.sent_at), std::string_view{name_of(record.state)}, record.run);
    record.id = transaction.last_id();
    if (record.key) {
        transaction.run("INSERT OR REPLACE INTO request_key (principal, key, digest, request) VALUES (?, ?, ?, ?)",
                        record.principal, *record.key, record.digest, record.id);
    }
    transaction.commit();
}

void RequestRecords::bind(std::int64_t request, builds::RunId run) {
    auto transaction = database_->write();
    transaction.run("UPDATE request SET state = 'bound', run = ? WHERE id = ?", run, request);
    transaction.commit();
}

void RequestRecords::refuse(std::int64_t request) {
    auto transaction = database_->write();
    transaction.run("UPDATE request SET state = 'refused' WHERE id = ?", request);
    transaction.commit();
}

void RequestRecords::bind_key(const std::string& principal, const std::string& key, const std::string& digest,
                              std::int64_t request) {
    auto transaction = database_->write();
    transaction.run("INSERT OR REPLACE INTO request_key (principal, key, digest, request) VALUES (?, ?, ?, ?)",
                    principal, key, digest, request);
    transaction.commit();
}

std::optional<RequestRecord> RequestRecords::find_key(const std::string& principal, const std::string& key) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        std::string{columns} +
            "JOIN request_key ON request_key.request = request.id WHERE request_key.principal = ? AND "
            "request_key.key = ? AND state <> 'refused'",
        principal, key);
    if (!rows.step()) return {};
    auto record = record_from(rows);
    record.key = key;
    return record;
}

std::optional<RequestRecord> RequestRecords::find_same(const std::string& principal, const std::string& digest,
                                                       const std::string& sha, WallTime since) {
    auto transaction = database_->read();
    auto rows =
        transaction.query(std::string{columns} +
                              "WHERE request.principal = ? AND request.digest = ? AND sha = ? AND sent_at >= ? AND "
                              "state <> 'refused' ORDER BY request.id DESC LIMIT 1",
                          principal, digest, sha, to_field(since));
    if (!rows.step()) return {};
    return record_from(rows);
}

std::set<builds::RunId> RequestRecords::runs_since(WallTime since) {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT run FROM request WHERE sent_at >= ? AND run > 0", to_field(since));
    std::set<builds::RunId> runs;
    while (rows.step()) runs.insert(rows.integer(0));
    return runs;
}

bool RequestRecords::has_rivals(const RequestRecord& record, WallTime since) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        "SELECT 1 FROM request WHERE state = 'sent' AND workflow_file = ? AND branch = ? AND sent_at >= ? AND id <> ? "
        "LIMIT 1",
        record.workflow_file, record.branch, to_field(since), record.id);
    return rows.step();
}

void RequestRecords::save_preview(const builds::Preview& preview, int attempt, WallTime now) {
    auto transaction = database_->write();
    transaction.run(
        "INSERT OR REPLACE INTO preview (run, attempt, branch, state, url, reason, updated_at) VALUES (?, ?, ?, ?, ?, "
        "?, ?)",
        preview.run_id, attempt, preview.branch, std::string_view{builds::name_of(preview.state)}, preview.url,
        preview.reason, to_field(now));
    transaction.commit();
}

std::optional<RequestRecords::KnownPreview> RequestRecords::find_preview(builds::RunId run) {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT run, attempt, branch, state, url, reason FROM preview WHERE run = ?", run);
    if (!rows.step()) return {};
    return KnownPreview{.preview = preview_from(rows), .attempt = static_cast<int>(rows.integer(1))};
}

std::vector<builds::Preview> RequestRecords::previews(const std::string& branch, const std::string& state,
                                                      builds::RunId before, std::size_t limit) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        "SELECT run, attempt, branch, state, url, reason FROM preview WHERE (?1 = '' OR branch = ?1) AND "
        "(?2 = '' OR state = ?2) AND (?3 = 0 OR run < ?3) ORDER BY run DESC LIMIT ?4",
        branch, state, before, static_cast<std::int64_t>(limit));
    std::vector<builds::Preview> found;
    while (rows.step()) found.push_back(preview_from(rows));
    return found;
}

}  // namespace flux::providers::github
