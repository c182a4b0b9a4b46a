#include "providers/local/run_records.hpp"

#include <array>
#include <string_view>

#include "previews/site_store.hpp"
#include "providers/local/record_fields.hpp"

namespace flux::providers::local {

namespace {

constexpr std::array<std::string_view, 2> migrations{R"sql(
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT, workflow_file TEXT NOT NULL, workflow_name TEXT NOT NULL, title TEXT NOT NULL,
    branch TEXT NOT NULL, sha TEXT NOT NULL, principal TEXT NOT NULL, inputs TEXT NOT NULL, digest TEXT NOT NULL,
    run_number INTEGER NOT NULL, created_at INTEGER NOT NULL, newest_attempt INTEGER NOT NULL DEFAULT 1);
CREATE INDEX run_by_request ON run (principal, digest, sha);
CREATE INDEX run_by_workflow ON run (workflow_file, run_number);
CREATE TABLE attempt (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, number INTEGER NOT NULL, status TEXT NOT NULL,
    conclusion TEXT, reason TEXT NOT NULL DEFAULT '', isolation TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL,
    debug INTEGER NOT NULL, updated_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,
    version INTEGER NOT NULL DEFAULT 0, site TEXT NOT NULL, preview_state TEXT NOT NULL,
    preview_reason TEXT NOT NULL DEFAULT '', preview_expires_at INTEGER, PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE INDEX attempt_unfinished ON attempt (status) WHERE status <> 'completed';
CREATE INDEX attempt_by_site ON attempt (site);
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    attempt INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, conclusion TEXT,
    reason TEXT NOT NULL DEFAULT '', started_at INTEGER, completed_at INTEGER, needs TEXT NOT NULL,
    log_lines INTEGER NOT NULL DEFAULT 0, log_job INTEGER NOT NULL DEFAULT 0, log_attempt INTEGER NOT NULL DEFAULT 0,
    outputs TEXT NOT NULL DEFAULT '[]', site TEXT NOT NULL DEFAULT '');
CREATE INDEX job_by_run ON job (run, attempt);
CREATE TABLE step (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, number INTEGER NOT NULL, name TEXT NOT NULL,
    status TEXT NOT NULL, conclusion TEXT, started_at INTEGER, completed_at INTEGER, first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL, PRIMARY KEY (job, number)) WITHOUT ROWID;
CREATE TABLE request_key (
    principal TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    PRIMARY KEY (principal, key)) WITHOUT ROWID;
CREATE INDEX request_key_by_run ON request_key (run);
)sql",
                                                     R"sql(
ALTER TABLE attempt ADD COLUMN preview_url TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN page_url TEXT NOT NULL DEFAULT '';
)sql"};

std::optional<std::string> name_if(const std::optional<builds::Conclusion>& conclusion) {
    return conclusion ? std::optional<std::string>{builds::name_of(*conclusion)} : std::nullopt;
}

builds::Status status_of(const std::string& name) {
    return builds::status_from(name).value_or(builds::Status::completed);
}

std::optional<builds::Conclusion> conclusion_of(const store::Statement& row, int column) {
    return row.is_null(column) ? std::nullopt : builds::conclusion_from(row.text(column));
}

void write_job(store::Transaction& transaction, const builds::Job& job) {
    transaction.run(
        "UPDATE job SET name = ?, status = ?, conclusion = ?, reason = ?, started_at = ?, completed_at = ?, "
        "log_lines = ? WHERE id = ?",
        job.name, std::string_view{builds::name_of(job.status)}, name_if(job.conclusion), job.reason,
        to_field(job.started_at), to_field(job.completed_at), job.log_lines, job.id);
    for (const auto& step : job.steps) {
        transaction.run(
            "INSERT OR REPLACE INTO step (job, number, name, status, conclusion, started_at, completed_at, "
            "first_line, last_line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            job.id, step.number, step.name, std::string_view{builds::name_of(step.status)}, name_if(step.conclusion),
            to_field(step.started_at), to_field(step.completed_at), step.first_line, step.last_line);
    }
}

std::int64_t insert_job(store::Transaction& transaction, builds::RunId run, int attempt, const builds::Job& job) {
    transaction.run("INSERT INTO job (run, attempt, key, name, status, needs) VALUES (?, ?, ?, ?, ?, ?)", run, attempt,
                    job.key, job.name, std::string_view{builds::name_of(job.status)}, list_to_field(job.needs));
    return transaction.last_id();
}

void write_remains(store::Transaction& transaction, std::int64_t job, const JobRemains& remains) {
    transaction.run("UPDATE job SET log_job = ?, log_attempt = ?, outputs = ?, site = ?, page_url = ? WHERE id = ?",
                    remains.log_job, remains.log_attempt, pairs_to_field(remains.outputs), remains.site,
                    remains.page_url, job);
}

void write_attempt(store::Transaction& transaction, const builds::Run& run) {
    transaction.run(
        "UPDATE attempt SET status = ?, conclusion = ?, reason = ?, isolation = ?, notes = ?, updated_at = ?, "
        "started_at = ?, completed_at = ?, version = ?, preview_state = ?, preview_reason = ?, preview_expires_at = ?, "
        "preview_url = ? WHERE run = ? AND number = ?",
        std::string_view{builds::name_of(run.status)}, name_if(run.conclusion), run.reason, run.isolation,
        list_to_field(run.notes), to_field(run.updated_at), to_field(run.started_at), to_field(run.completed_at),
        static_cast<std::int64_t>(run.version), std::string_view{builds::name_of(run.preview.state)},
        run.preview.reason, to_field(run.preview.expires_at),
        is_elsewhere(run.preview) ? std::string_view{run.preview.url} : std::string_view{}, run.id, run.attempt);
}

void insert_attempt(store::Transaction& transaction, RunRecord& record) {
    auto& run = record.run;
    transaction.run(
        "INSERT INTO attempt (run, number, status, notes, debug, updated_at, site, preview_state) "
        "VALUES (?, ?, ?, '[]', ?, ?, ?, ?)",
        run.id, run.attempt, std::string_view{builds::name_of(run.status)}, std::int64_t{record.debug},
        to_field(run.updated_at), record.site_id, std::string_view{builds::name_of(run.preview.state)});
    write_attempt(transaction, run);
    transaction.run("UPDATE run SET newest_attempt = ? WHERE id = ?", run.attempt, run.id);
    record.remains.resize(run.jobs.size());
    for (std::size_t i = 0; i < run.jobs.size(); ++i) {
        auto& job = run.jobs[i];
        job.id = insert_job(transaction, run.id, run.attempt, job);
        if (record.remains[i].log_job == 0) {
            record.remains[i].log_job = job.id;
            record.remains[i].log_attempt = run.attempt;
        }
        write_job(transaction, job);
        write_remains(transaction, job.id, record.remains[i]);
    }
}

void write_key(store::Transaction& transaction, const RequestKey& key, const std::string& digest, builds::RunId run) {
    transaction.run("INSERT OR REPLACE INTO request_key (principal, key, digest, run) VALUES (?, ?, ?, ?)",
                    key.principal, key.key, digest, run);
}

constexpr std::string_view run_columns =
    "SELECT run.id, attempt.number, workflow_name, title, workflow_file, branch, sha, status, conclusion, reason, "
    "isolation, notes, created_at, updated_at, started_at, completed_at, version, site, preview_state, preview_reason, "
    "preview_expires_at, principal, inputs, digest, run_number, debug, preview_url "
    "FROM run JOIN attempt ON attempt.run = run.id ";

RunRecord record_from(const store::Statement& row) {
    RunRecord record;
    auto& run = record.run;
    run.id = row.integer(0);
    run.attempt = static_cast<int>(row.integer(1));
    run.name = row.text(2);
    run.title = row.text(3);
    run.workflow_file = row.text(4);
    run.head_branch = row.text(5);
    run.head_sha = row.text(6);
    run.status = status_of(row.text(7));
    run.conclusion = conclusion_of(row, 8);
    run.reason = row.text(9);
    run.isolation = row.text(10);
    run.notes = list_from(row.text(11));
    run.created_at = time_from(row.integer(12));
    run.updated_at = time_from(row.integer(13));
    run.started_at = time_from(row.optional_integer(14));
    run.completed_at = time_from(row.optional_integer(15));
    run.version = static_cast<std::uint64_t>(row.integer(16));
    record.site_id = row.text(17);
    run.preview.run_id = run.id;
    run.preview.branch = run.head_branch;
    run.preview.state = builds::preview_state_from(row.text(18)).value_or(builds::PreviewState::failed);
    run.preview.reason = row.text(19);
    run.preview.expires_at = time_from(row.optional_integer(20));
    record.principal = row.text(21);
    record.inputs = row.text(22);
    record.digest = row.text(23);
    record.run_number = row.integer(24);
    record.debug = row.integer(25) != 0;
    run.preview.url = row.text(26);
    return record;
}

void read_jobs(store::Transaction& transaction, RunRecord& record) {
    auto rows = transaction.query(
        "SELECT id, key, name, status, conclusion, reason, started_at, completed_at, needs, "
        "log_lines, log_job, log_attempt, outputs, site, page_url FROM job WHERE run = ? AND attempt = ? "
        "ORDER BY id",
        record.run.id, record.run.attempt);
    while (rows.step()) {
        builds::Job job;
        job.id = rows.integer(0);
        job.key = rows.text(1);
        job.name = rows.text(2);
        job.status = status_of(rows.text(3));
        job.conclusion = conclusion_of(rows, 4);
        job.reason = rows.text(5);
        job.started_at = time_from(rows.optional_integer(6));
        job.completed_at = time_from(rows.optional_integer(7));
        job.needs = list_from(rows.text(8));
        job.log_lines = rows.integer(9);
        auto steps = transaction.query(
            "SELECT number, name, status, conclusion, started_at, completed_at, first_line, "
            "last_line FROM step WHERE job = ? ORDER BY number",
            job.id);
        while (steps.step()) {
            job.steps.push_back(builds::Step{.number = static_cast<int>(steps.integer(0)),
                                             .name = steps.text(1),
                                             .status = status_of(steps.text(2)),
                                             .conclusion = conclusion_of(steps, 3),
                                             .started_at = time_from(steps.optional_integer(4)),
                                             .completed_at = time_from(steps.optional_integer(5)),
                                             .first_line = steps.integer(6),
                                             .last_line = steps.integer(7)});
        }
        record.run.jobs.push_back(std::move(job));
        record.remains.push_back(JobRemains{.log_job = rows.integer(10),
                                            .log_attempt = static_cast<int>(rows.integer(11)),
                                            .outputs = pairs_from(rows.text(12)),
                                            .site = rows.text(13),
                                            .page_url = rows.text(14)});
    }
}

}  // namespace

Result<std::unique_ptr<RunRecords>> RunRecords::open(const std::filesystem::path& file) {
    auto database = store::Database::open(file, migrations);
    if (!database) return fail(std::move(database.error()));
    return std::unique_ptr<RunRecords>{new RunRecords{*std::move(database)}};
}

void RunRecords::add(RunRecord& record, const std::optional<RequestKey>& key) {
    auto transaction = database_->write();
    auto& run = record.run;
    transaction.run(
        "INSERT INTO run (workflow_file, workflow_name, title, branch, sha, principal, inputs, digest, "
        "run_number, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run.workflow_file, run.name, run.title, run.head_branch, run.head_sha, record.principal, record.inputs,
        record.digest, record.run_number, to_field(run.created_at));
    run.id = transaction.last_id();
    run.preview.run_id = run.id;
    record.site_id = previews::new_site_id(run.id);
    insert_attempt(transaction, record);
    if (key) write_key(transaction, *key, record.digest, run.id);
    transaction.commit();
}

void RunRecords::add_attempt(RunRecord& record) {
    record.site_id = previews::new_site_id(record.run.id);
    auto transaction = database_->write();
    insert_attempt(transaction, record);
    transaction.commit();
}

std::int64_t RunRecords::add_job(builds::RunId run, int attempt, const builds::Job& job) {
    auto transaction = database_->write();
    const auto id = insert_job(transaction, run, attempt, job);
    write_remains(transaction, id, JobRemains{.log_job = id, .log_attempt = attempt, .outputs = {}, .site = {}});
    transaction.commit();
    return id;
}

void RunRecords::save_attempt(const builds::Run& run) {
    auto transaction = database_->write();
    write_attempt(transaction, run);
    transaction.commit();
}

void RunRecords::save_job(const builds::Job& job) {
    auto transaction = database_->write();
    write_job(transaction, job);
    transaction.commit();
}

void RunRecords::save_remains(std::int64_t job, const JobRemains& remains) {
    auto transaction = database_->write();
    write_remains(transaction, job, remains);
    transaction.commit();
}

void RunRecords::save_preview(builds::RunId run, int attempt, builds::PreviewState state, const std::string& reason) {
    auto transaction = database_->write();
    transaction.run(
        "UPDATE attempt SET preview_state = ?, preview_reason = ?, version = version + 1 "
        "WHERE run = ? AND number = ?",
        std::string_view{builds::name_of(state)}, reason, run, attempt);
    transaction.commit();
}

std::optional<RunRecord> RunRecords::find(builds::RunId run, int attempt) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        std::string{run_columns} + "WHERE run.id = ?1 AND attempt.number = iif(?2 > 0, ?2, newest_attempt)", run,
        attempt);
    if (!rows.step()) return {};
    auto record = record_from(rows);
    read_jobs(transaction, record);
    return record;
}

std::optional<RunRecords::KeyUse> RunRecords::find_key(const RequestKey& key) {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT run, digest FROM request_key WHERE principal = ? AND key = ?", key.principal,
                                  key.key);
    if (!rows.step()) return {};
    return KeyUse{.run = rows.integer(0), .digest = rows.text(1)};
}

void RunRecords::bind_key(const RequestKey& key, const std::string& digest, builds::RunId run) {
    auto transaction = database_->write();
    write_key(transaction, key, digest, run);
    transaction.commit();
}

std::optional<builds::RunId> RunRecords::find_same(const std::string& principal, const std::string& digest,
                                                   const std::string& sha, WallTime since) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        "SELECT run.id FROM run JOIN attempt ON run = run.id AND number = newest_attempt "
        "WHERE principal = ? AND digest = ? AND sha = ? AND created_at >= ? AND "
        "(status <> 'completed' OR conclusion = 'success') AND "
        "preview_state NOT IN ('removed', 'expired') ORDER BY run.id DESC LIMIT 1",
        principal, digest, sha, to_field(since));
    return rows.step() ? std::optional{rows.integer(0)} : std::nullopt;
}

std::int64_t RunRecords::next_run_number(const std::string& workflow_file) {
    auto transaction = database_->read();
    auto rows =
        transaction.query("SELECT coalesce(max(run_number), 0) + 1 FROM run WHERE workflow_file = ?", workflow_file);
    return rows.step() ? rows.integer(0) : 1;
}

std::vector<RunRecord> RunRecords::list(const builds::ListQuery& query, builds::RunId before) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        std::string{run_columns} +
            "AND number = newest_attempt WHERE (?1 = 0 OR run.id < ?1) AND (?2 = '' OR branch = ?2) AND "
            "(?3 = '' OR workflow_file = ?3) AND (?4 = '' OR status = ?4 OR conclusion = ?4) ORDER BY run.id DESC "
            "LIMIT ?5",
        before, query.branch, query.workflow, query.status, static_cast<std::int64_t>(query.limit));
    std::vector<RunRecord> records;
    while (rows.step()) records.push_back(record_from(rows));
    return records;
}

std::vector<RunRecord> RunRecords::list_previews(const builds::ListQuery& query, builds::RunId before) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        std::string{run_columns} +
            "AND number = newest_attempt WHERE (?1 = 0 OR run.id < ?1) AND (?2 = '' OR branch = ?2) AND "
            "(?3 = '' OR workflow_file = ?3) AND (?4 = '' OR preview_state = ?4) ORDER BY run.id DESC LIMIT ?5",
        before, query.branch, query.workflow, query.status, static_cast<std::int64_t>(query.limit));
    std::vector<RunRecord> records;
    while (rows.step()) records.push_back(record_from(rows));
    return records;
}

std::optional<RunRecords::LogPlace> RunRecords::find_log(builds::RunId run, std::int64_t job) {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT log_job, log_attempt, status = 'completed' FROM job WHERE run = ? AND id = ?",
                                  run, job);
    if (!rows.step()) return {};
    return LogPlace{
        .job = rows.integer(0), .attempt = static_cast<int>(rows.integer(1)), .complete = rows.integer(2) != 0};
}

std::optional<std::pair<builds::RunId, int>> RunRecords::owner_of_site(const std::string& site_id) {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT run, number FROM attempt WHERE site = ?", site_id);
    if (!rows.step()) return {};
    return std::pair{rows.integer(0), static_cast<int>(rows.integer(1))};
}

std::vector<std::pair<builds::RunId, int>> RunRecords::unfinished() {
    auto transaction = database_->read();
    auto rows = transaction.query("SELECT run, number FROM attempt WHERE status <> 'completed' ORDER BY run, number");
    std::vector<std::pair<builds::RunId, int>> found;
    while (rows.step()) found.emplace_back(rows.integer(0), static_cast<int>(rows.integer(1)));
    return found;
}

std::vector<builds::RunId> RunRecords::outlived(WallTime time, std::size_t kept) {
    auto transaction = database_->read();
    auto rows = transaction.query(
        "SELECT run.id FROM run JOIN attempt ON run = run.id AND number = newest_attempt "
        "WHERE status = 'completed' AND (completed_at < ?1 OR "
        "run.id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT ?2)) ORDER BY run.id",
        to_field(time), static_cast<std::int64_t>(kept));
    std::vector<builds::RunId> found;
    while (rows.step()) found.push_back(rows.integer(0));
    return found;
}

void RunRecords::remove(builds::RunId run) {
    auto transaction = database_->write();
    transaction.run("DELETE FROM run WHERE id = ?", run);
    transaction.commit();
}

}  // namespace flux::providers::local
