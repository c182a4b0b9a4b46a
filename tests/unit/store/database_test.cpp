#include "store/database.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "fakes/temporary_folder.hpp"

namespace flux::store {
namespace {

constexpr std::array<std::string_view, 2> migrations{
    "CREATE TABLE word (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)",
    "ALTER TABLE word ADD COLUMN length INTEGER"};

class ADatabase : public testing::Test {
protected:
    std::unique_ptr<Database> open() { return Database::open(file, migrations).value(); }
    static std::int64_t count(Database& database) {
        auto transaction = database.read();
        auto rows = transaction.query("SELECT count(*) FROM word");
        rows.step();
        return rows.integer(0);
    }

    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "state.db";
};

TEST_F(ADatabase, KeepsWhatWasCommitted) {
    {
        const auto database = open();
        auto transaction = database->write();
        transaction.run("INSERT INTO word (text, length) VALUES (?, ?)", std::string_view{"it's"}, 4);
        transaction.commit();
    }

    const auto database = open();
    auto transaction = database->read();
    auto rows = transaction.query("SELECT text, length, NULL FROM word");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.text(0), "it's");
    EXPECT_EQ(rows.integer(1), 4);
    EXPECT_FALSE(rows.optional_integer(2));
    EXPECT_FALSE(rows.step());
}

TEST_F(ADatabase, ForgetsWhatWasNotCommitted) {
    const auto database = open();
    {
        auto transaction = database->write();
        transaction.run("INSERT INTO word (text) VALUES ('gone')");
    }

    EXPECT_EQ(count(*database), 0);
}

TEST_F(ADatabase, NeverGivesAnIdTwice) {
    const auto database = open();
    const auto add = [&] {
        auto transaction = database->write();
        transaction.run("INSERT INTO word (text) VALUES ('x')");
        const auto id = transaction.last_id();
        transaction.commit();
        return id;
    };
    const auto first = add();
    {
        auto transaction = database->write();
        transaction.run("DELETE FROM word");
        transaction.commit();
    }

    EXPECT_GT(add(), first);
}

TEST_F(ADatabase, AppliesOnlyTheMigrationsItHasNotSeen) {
    ASSERT_TRUE(Database::open(file, std::span{migrations}.first(1)));
    {
        const auto database = Database::open(file, std::span{migrations}.first(1)).value();
        auto transaction = database->write();
        transaction.run("INSERT INTO word (text) VALUES ('old')");
        transaction.commit();
    }

    const auto database = open();

    auto transaction = database->read();
    auto rows = transaction.query("SELECT text, length FROM word");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.text(0), "old");
    EXPECT_TRUE(rows.is_null(1));
}

TEST_F(ADatabase, RefusesAFileOfANewerVersion) {
    open();

    const auto older = Database::open(file, std::span{migrations}.first(1));

    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code, Errc::unavailable);
    EXPECT_NE(older.error().message.find("newer"), std::string::npos) << older.error().message;
}

TEST_F(ADatabase, RefusesADamagedFile) {
    std::ofstream{file} << "this is no database, and it is long enough to be looked at by someone who cares";

    const auto database = Database::open(file, migrations);

    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, Errc::unavailable);
}

TEST_F(ADatabase, IsForItsOwnerAlone) {
    open();

    const auto permissions = std::filesystem::status(file).permissions();
    EXPECT_EQ(permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none);
}

TEST_F(ADatabase, ThrowsWhatSqliteSays) {
    const auto database = open();
    auto transaction = database->write();

    EXPECT_THROW(transaction.run("INSERT INTO nowhere VALUES (1)"), DatabaseFailure);
}

}  // namespace
}  // namespace flux::store
