#include "store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace flux::store {

namespace {

constexpr int busy_milliseconds = 5000;

[[noreturn]] void refuse(sqlite3* database) {
    throw DatabaseFailure{sqlite3_extended_errcode(database), sqlite3_errmsg(database)};
}

void execute(sqlite3* database, const std::string& sql) {
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) refuse(database);
}

const char* cure_for(int code) {
    const int kind = code & 0xFF;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
        return "Restore it, or move it away to start with an empty one.";
    }
    return "Check that its disk has space and that its folder may be written.";
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
    if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr) != SQLITE_OK) {
        refuse(database);
    }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::string_view text) {
    // SQLite takes a null pointer for NULL, and an empty view may have one.
    const char* start = text.empty() ? "" : text.data();
    if (sqlite3_bind_text64(statement_, next_++, start, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
        refuse(sqlite3_db_handle(statement_));
    }
    return *this;
}

Statement& Statement::bind(std::int64_t number) {
    if (sqlite3_bind_int64(statement_, next_++, number) != SQLITE_OK) refuse(sqlite3_db_handle(statement_));
    return *this;
}

Statement& Statement::bind_null() {
    if (sqlite3_bind_null(statement_, next_++) != SQLITE_OK) refuse(sqlite3_db_handle(statement_));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) refuse(sqlite3_db_handle(statement_));
    return false;
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
    const void* start = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return start == nullptr ? std::string{} : std::string{static_cast<const char*>(start), size};
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional{integer(column)};
}

Transaction::Transaction(sqlite3* database, std::unique_lock<std::mutex> lock, bool writes)
    : database_{database}, lock_{std::move(lock)} {
    execute(database_, writes ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (open_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    execute(database_, "COMMIT");
    open_ = false;
    lock_.unlock();
}

std::int64_t Transaction::last_id() const { return sqlite3_last_insert_rowid(database_); }

std::int64_t Transaction::changes() const { return sqlite3_changes64(database_); }

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 std::span<const std::string_view> migrations) {
    // Made by us first, because SQLite would make it readable for all.
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);

    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    std::unique_ptr<Database> database{new Database{handle}};
    if (code != SQLITE_OK) {
        return fail(Errc::unavailable, fmt::format("The database {} can't be opened: {}. Check that its folder exists "
                                                   "and is writable.",
                                                   file.filename().string(), sqlite3_errstr(code)));
    }
    try {
        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, busy_milliseconds);
        execute(handle, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        Statement check{handle, "PRAGMA quick_check(1)"};
        if (!check.step() || check.text(0) != "ok") {
            return fail(Errc::unavailable, fmt::format("The database {} is damaged: {}. Restore it, or move it away to "
                                                       "start with an empty one.",
                                                       file.filename().string(), check.text(0)));
        }
    } catch (const DatabaseFailure& failure) {
        return fail(Errc::unavailable, fmt::format("The database {} can't be used: {}. {}", file.filename().string(),
                                                   failure.what(), cure_for(failure.code())));
    }
    try {
        database->migrate(migrations);
    } catch (const DatabaseFailure& failure) {
        return fail(Errc::unavailable, fmt::format("The database {}: {}.", file.filename().string(), failure.what()));
    }
    return database;
}

void Database::migrate(std::span<const std::string_view> migrations) {
    Statement asked{database_, "PRAGMA user_version"};
    const auto version = asked.step() ? static_cast<std::size_t>(asked.integer(0)) : 0;
    if (version > migrations.size()) {
        throw DatabaseFailure{SQLITE_ERROR, fmt::format("was made by a newer flux-mcp (version {}, this one knows {})",
                                                        version, migrations.size())};
    }
    asked.run();
    for (auto next = version; next < migrations.size(); ++next) {
        auto transaction = write();
        execute(database_, std::string{migrations[next]});
        execute(database_, fmt::format("PRAGMA user_version = {}", next + 1));
        transaction.commit();
    }
}

Database::~Database() { sqlite3_close(database_); }

Transaction Database::read() { return Transaction{database_, std::unique_lock{mutex_}, false}; }

Transaction Database::write() { return Transaction{database_, std::unique_lock{mutex_}, true}; }

}  // namespace flux::store
