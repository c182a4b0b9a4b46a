#include "workflow/expression.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/expression_lexer.hpp"
#include "workflow/parsed_expression.hpp"

namespace flux::workflow {

namespace {

using Node = ExpressionNode;

struct FunctionRow {
    std::string_view name;
    Function function;
    std::size_t least;
    std::size_t most;
};

constexpr std::array<FunctionRow, 13> function_rows{{
    {"contains", Function::contains, 2, 2},
    {"startsWith", Function::starts_with, 2, 2},
    {"endsWith", Function::ends_with, 2, 2},
    {"format", Function::format, 1, 255},
    {"join", Function::join, 1, 2},
    {"toJSON", Function::to_json, 1, 1},
    {"fromJSON", Function::from_json, 1, 1},
    {"case", Function::case_of, 3, 255},
    {"hashFiles", Function::hash_files, 1, 255},
    {"success", Function::success, 0, 255},
    {"failure", Function::failure, 0, 255},
    {"always", Function::always, 0, 0},
    {"cancelled", Function::cancelled, 0, 0},
}};

bool is_context(std::string_view lower_name) {
    const auto& names = context_names();
    return std::ranges::find(names, lower_name) != names.end();
}

std::string suggestion(std::string_view name, const std::vector<std::string>& names) {
    const auto found = nearest(name, names, 1);
    return found.empty() ? std::string{} : fmt::format(" Did you mean `{}`?", found.front());
}

/// Recursive descent, one function a level of precedence. The first mistake ends it: then every function returns at
/// once.
class Parser {
public:
    Parser(const std::vector<Token>& tokens, Expression::Parsed& result) : tokens_{tokens}, result_{result} {}

    std::optional<ExpressionError> run() {
        if (is(Token::Kind::end)) return ExpressionError{0, "The expression is empty."};
        result_.root = expression();
        if (!error_ && !is(Token::Kind::end)) refuse_token();
        return std::move(error_);
    }

private:
    /// One level deeper while it lives.
    class Level {
    public:
        explicit Level(Parser& parser) : parser_{parser} {
            if (++parser_.depth_ > max_expression_depth)
                parser_.refuse(parser_.token().offset,
                               fmt::format("The expression is more than {} levels deep here.", max_expression_depth));
        }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        ~Level() { --parser_.depth_; }

    private:
        Parser& parser_;
    };

    Node expression() {
        const Level level{*this};
        if (error_) return {};
        return operands(Token::Kind::either, Node::Kind::any, &Parser::conjunction);
    }

    Node conjunction() { return operands(Token::Kind::both, Node::Kind::all, &Parser::equality); }

    Node operands(Token::Kind sign, Node::Kind kind, Node (Parser::*operand)()) {
        auto first = (this->*operand)();
        if (!is(sign)) return first;
        const Level level{*this};
        auto node = made(kind, first.offset);
        node.children.push_back(std::move(first));
        while (!error_ && take(sign)) node.children.push_back((this->*operand)());
        return node;
    }

    Node equality() {
        return chain({{{Token::Kind::equal, Comparison::equal}, {Token::Kind::unequal, Comparison::unequal}}},
                     &Parser::order);
    }

    Node order() {
        return chain({{{Token::Kind::less, Comparison::less},
                       {Token::Kind::less_or_equal, Comparison::less_or_equal},
                       {Token::Kind::greater, Comparison::greater},
                       {Token::Kind::greater_or_equal, Comparison::greater_or_equal}}},
                     &Parser::negation);
    }

    using Signs = std::vector<std::pair<Token::Kind, Comparison>>;

    Node chain(const Signs& signs, Node (Parser::*operand)()) {
        auto first = (this->*operand)();
        auto node = made(Node::Kind::comparisons, first.offset);
        node.children.push_back(std::move(first));
        while (!error_) {
            const auto sign = std::ranges::find(signs, token().kind, &Signs::value_type::first);
            if (sign == signs.end()) break;
            ++at_;
            node.comparisons.push_back(sign->second);
            node.children.push_back((this->*operand)());
        }
        if (node.comparisons.empty()) return std::move(node.children.front());
        return node;
    }

    Node negation() {
        const auto offset = token().offset;
        if (!take(Token::Kind::bang)) return access();
        const Level level{*this};
        if (error_) return {};
        auto node = made(Node::Kind::negation, offset);
        node.children.push_back(negation());
        return node;
    }

    Node access() {
        const bool can_be_indexed = is(Token::Kind::name) || is(Token::Kind::open);
        auto node = primary();
        const auto outer = depth_;
        while (!error_ && can_be_indexed) {
            const auto offset = token().offset;
            if (take(Token::Kind::open_index)) {
                node = is(Token::Kind::star) && take(Token::Kind::star)
                           ? filtered(std::move(node), offset)
                           : indexed(std::move(node), expression(), offset);
                expect(Token::Kind::close_index);
            } else if (take(Token::Kind::dot)) {
                node = member(std::move(node), offset);
            } else {
                break;
            }
            if (++depth_ > max_expression_depth)
                refuse(offset, fmt::format("The expression is more than {} levels deep here.", max_expression_depth));
        }
        depth_ = outer;
        return node;
    }

    Node member(Node object, std::size_t offset) {
        if (take(Token::Kind::star)) return filtered(std::move(object), offset);
        if (!is(Token::Kind::name)) {
            refuse_token();
            return {};
        }
        auto name = made(Node::Kind::literal, token().offset);
        name.literal = Value{token().text};
        ++at_;
        return indexed(std::move(object), std::move(name), offset);
    }

    Node primary() {
        const auto& first = token();
        if (first.kind == Token::Kind::name) {
            ++at_;
            return take(Token::Kind::open) ? call(first) : context(first);
        }
        if (first.kind == Token::Kind::literal) {
            ++at_;
            auto node = made(Node::Kind::literal, first.offset);
            node.literal = first.value;
            return node;
        }
        if (take(Token::Kind::open)) {
            auto node = expression();
            expect(Token::Kind::close);
            return node;
        }
        refuse_token();
        return {};
    }

    Node context(const Token& name) {
        auto node = made(Node::Kind::context, name.offset);
        node.name = ascii_lower(name.text);
        if (!is_context(node.name)) {
            refuse(name.offset, fmt::format("There is no context `{}`.{} Text stands between single quotes.",
                                            shortened(name.text, 60), suggestion(name.text, context_names())));
        }
        result_.contexts.push_back({node.name, name.offset});
        return node;
    }

    Node call(const Token& name) {
        auto node = made(Node::Kind::call, name.offset);
        if (!take(Token::Kind::close)) {
            do {
                node.children.push_back(expression());
            } while (!error_ && take(Token::Kind::comma));
            expect(Token::Kind::close);
        }
        if (error_) return node;

        const auto row = std::ranges::find_if(
            function_rows, [&](const FunctionRow& each) { return equal_ignoring_case(each.name, name.text); });
        const auto count = node.children.size();
        if (row == function_rows.end()) {
            refuse(name.offset, fmt::format("There is no function `{}`.{}", shortened(name.text, 60),
                                            suggestion(name.text, function_names())));
        } else if (count < row->least || count > row->most) {
            refuse(name.offset, fmt::format("{}() takes {} arguments, not {}.", row->name,
                                            row->least == row->most ? fmt::format("{}", row->least)
                                                                    : fmt::format("{} to {}", row->least, row->most),
                                            count));
        } else if (row->function == Function::case_of && count % 2 == 0) {
            refuse(name.offset,
                   "case() takes pairs of a condition and a value, and a last value for otherwise: an odd "
                   "number of arguments.");
        } else {
            node.function = row->function;
            result_.functions.push_back({ascii_lower(row->name), name.offset, count});
        }
        return node;
    }

    static Node made(Node::Kind kind, std::size_t offset) {
        Node node;
        node.kind = kind;
        node.offset = offset;
        return node;
    }

    static Node filtered(Node object, std::size_t offset) {
        auto node = made(Node::Kind::filter, offset);
        node.children.push_back(std::move(object));
        return node;
    }

    static Node indexed(Node object, Node index, std::size_t offset) {
        auto node = made(Node::Kind::index, offset);
        node.children.push_back(std::move(object));
        node.children.push_back(std::move(index));
        return node;
    }

    const Token& token() const { return tokens_[at_]; }
    bool is(Token::Kind kind) const { return token().kind == kind; }

    bool take(Token::Kind kind) {
        if (!is(kind)) return false;
        if (kind != Token::Kind::end) ++at_;
        return true;
    }

    void expect(Token::Kind kind) {
        if (!error_ && !take(kind)) refuse_token();
    }

    void refuse(std::size_t offset, std::string message) {
        if (!error_) error_ = ExpressionError{offset, std::move(message)};
    }

    void refuse_token() {
        if (is(Token::Kind::end)) return refuse(token().offset, "The expression ends too early.");
        refuse(token().offset, fmt::format("`{}` is not expected here.", shortened(token().text, 60)));
    }

    const std::vector<Token>& tokens_;
    Expression::Parsed& result_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::optional<ExpressionError> error_;
};

}  // namespace

tl::expected<Expression, ExpressionError> Expression::parse(std::string_view text) {
    if (text.size() > max_expression_length) {
        return tl::unexpected{ExpressionError{
            0, fmt::format("The expression has {} characters; {} are allowed.", text.size(), max_expression_length)}};
    }
    const auto tokens = tokens_of(text);
    if (!tokens) return tl::unexpected{tokens.error()};
    auto parsed = std::make_shared<Parsed>();
    parsed->text = text;
    if (auto error = Parser{*tokens, *parsed}.run()) return tl::unexpected{*std::move(error)};
    return Expression{std::move(parsed)};
}

const std::string& Expression::text() const { return parsed_->text; }
const std::vector<Expression::Mention>& Expression::contexts() const { return parsed_->contexts; }
const std::vector<Expression::Mention>& Expression::functions() const { return parsed_->functions; }

bool Expression::asks_status() const {
    static constexpr std::array<std::string_view, 4> names{"success", "failure", "always", "cancelled"};
    return std::ranges::any_of(
        functions(), [](const Mention& mention) { return std::ranges::find(names, mention.name) != names.end(); });
}

const std::vector<std::string>& context_names() {
    static const std::vector<std::string> names{"github", "env",     "vars",     "job",    "jobs",  "steps",
                                                "runner", "secrets", "strategy", "matrix", "needs", "inputs"};
    return names;
}

const std::vector<std::string>& function_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& row : function_rows) all.emplace_back(row.name);
        return all;
    }();
    return names;
}

void Contexts::set(std::string_view name, Value value) {
    const auto found =
        std::ranges::find(values_, name, [](const auto& each) -> std::string_view { return each.first; });
    if (found == values_.end()) {
        values_.emplace_back(name, std::move(value));
    } else {
        found->second = std::move(value);
    }
}

const Value& Contexts::get(std::string_view name) const {
    static const Value null;
    const auto found =
        std::ranges::find(values_, name, [](const auto& each) -> std::string_view { return each.first; });
    return found == values_.end() ? null : found->second;
}

}  // namespace flux::workflow
