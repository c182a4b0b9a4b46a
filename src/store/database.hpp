#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace flux::store {

/// The database refused: the disk is full, the file is damaged, a constraint broke. For the operator's eyes.
class DatabaseFailure : public std::runtime_error {
public:
    DatabaseFailure(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}
    int code() const { return code_; }  ///< SQLite's extended result code

private:
    int code_;
};

/// A prepared statement with its values: bound in order, then stepped through. Belongs to the Transaction that made it.
class Statement {
public:
    Statement(sqlite3* database, std::string_view sql);
    Statement(Statement&& other) noexcept : statement_{std::exchange(other.statement_, nullptr)}, next_{other.next_} {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Binds the next parameter. Text and absent values as one expects.
    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);
    Statement& bind_null();
    template <std::integral Integer>
    Statement& bind(Integer number) {
        return bind(std::int64_t{number});
    }
    template <class Value>
    Statement& bind(const std::optional<Value>& value) {
        return value ? bind(*value) : bind_null();
    }

    /// Goes to the next row; false: there is none.
    bool step();
    /// For what gives no rows.
    void run() {
        while (step()) {
        }
    }

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;

private:
    sqlite3_stmt* statement_ = nullptr;
    int next_ = 1;
};

/// All or nothing. Nobody else reads or writes while it stands, so keep it short; it is rolled back unless committed.
class Transaction {
public:
    Statement prepare(std::string_view sql) { return Statement{database_, sql}; }
    template <class... Values>
    Statement query(std::string_view sql, const Values&... values) {
        auto statement = prepare(sql);
        (statement.bind(values), ...);
        return statement;
    }
    template <class... Values>
    void run(std::string_view sql, const Values&... values) {
        query(sql, values...).run();
    }
    std::int64_t last_id() const;
    std::int64_t changes() const;

    /// Returns once the changes are safe on the disk.
    void commit();

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

private:
    friend class Database;
    Transaction(sqlite3* database, std::unique_lock<std::mutex> lock, bool writes);

    sqlite3* database_;
    std::unique_lock<std::mutex> lock_;
    bool open_ = true;
};

/// One SQLite file: write-ahead log, full synchronisation, one connection. Thread-safe; every call may block on the
/// disk, so callers are on the blocking pool or a thread of their own. Calls throw DatabaseFailure.
class Database {
public:
    /// Opens or makes the file (mode 0600), checks it, and applies those of `migrations` that it hasn't seen, in order,
    /// each in a transaction of its own. `unavailable` when the file can't be used: damaged, or made by a newer
    /// version.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                  std::span<const std::string_view> migrations);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    Transaction read();
    Transaction write();

private:
    explicit Database(sqlite3* database) : database_{database} {}
    void migrate(std::span<const std::string_view> migrations);

    sqlite3* database_;
    std::mutex mutex_;
};

}  // namespace flux::store
