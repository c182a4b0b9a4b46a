#include "workflow/expression_lexer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/decimal.hpp"

namespace flux::workflow {

namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr std::string_view boundaries = "([)],.!><=&| \t\r\n\v\f";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_name(std::string_view text) {
    return !text.empty() && is_letter(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_{text} {}

    tl::expected<std::vector<Token>, ExpressionError> run() {
        while (!error_) {
            at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
            if (at_ == text_.size()) break;
            next();
        }
        if (error_) return tl::unexpected{*std::move(error_)};
        tokens_.push_back({Token::Kind::end, text_.size(), {}, {}});
        return std::move(tokens_);
    }

private:
    void next() {
        using Kind = Token::Kind;
        static constexpr std::pair<std::string_view, Kind> signs[]{
            {"!=", Kind::unequal},       {"==", Kind::equal},
            {"<=", Kind::less_or_equal}, {">=", Kind::greater_or_equal},
            {"&&", Kind::both},          {"||", Kind::either},
            {"(", Kind::open},           {")", Kind::close},
            {"[", Kind::open_index},     {"]", Kind::close_index},
            {",", Kind::comma},          {"*", Kind::star},
            {"!", Kind::bang},           {"<", Kind::less},
            {">", Kind::greater},
        };
        const auto rest = text_.substr(at_);
        if (rest.front() == '.' && follows_value()) return add(Kind::dot, 1);
        for (const auto& [sign, kind] : signs) {
            if (rest.starts_with(sign)) return add(kind, sign.size());
        }
        if (rest.front() == '\'') return quoted();
        if (is_digit(rest.front()) || rest.front() == '.' || rest.front() == '-' || rest.front() == '+')
            return number();
        word();
    }

    bool follows_value() const {
        using Kind = Token::Kind;
        if (tokens_.empty()) return false;
        const auto kind = tokens_.back().kind;
        return kind == Kind::name || kind == Kind::close_index || kind == Kind::close || kind == Kind::star;
    }

    void add(Token::Kind kind, std::size_t length, Value value = {}) {
        tokens_.push_back({kind, at_, text_.substr(at_, length), std::move(value)});
        at_ += length;
    }

    void quoted() {
        std::string value;
        for (auto end = at_ + 1; end < text_.size(); ++end) {
            if (text_[end] != '\'') {
                value += text_[end];
            } else if (text_.substr(end + 1).starts_with('\'')) {
                value += '\'';
                ++end;
            } else {
                return add(Token::Kind::literal, end + 1 - at_, Value{std::move(value)});
            }
        }
        error_ = ExpressionError{at_,
                                 "The string that starts here has no closing quote. Strings stand between single "
                                 "quotes; a quote inside is written twice."};
    }

    std::string_view up_to_boundary(bool over_dots) const {
        auto end = at_ + 1;
        while (end < text_.size() &&
               (boundaries.find(text_[end]) == std::string_view::npos || (over_dots && text_[end] == '.')))
            ++end;
        return text_.substr(at_, end - at_);
    }

    void number() {
        const auto text = up_to_boundary(true);
        const auto value = text_number(text);
        if (std::isnan(value)) return refuse(text, "is not a number");
        add(Token::Kind::literal, text.size(), Value{value});
    }

    void word() {
        const auto text = up_to_boundary(false);
        const bool is_member = !tokens_.empty() && tokens_.back().kind == Token::Kind::dot;
        const auto literal = is_member ? std::nullopt : literal_of(text);
        if (literal) return add(Token::Kind::literal, text.size(), *literal);
        if (!is_name(text)) {
            return refuse(text, text.front() == '"' ? "is not possible here: strings stand between single quotes"
                                                    : "is no part of the expression language");
        }
        add(Token::Kind::name, text.size());
    }

    static std::optional<Value> literal_of(std::string_view text) {
        if (text == "true") return Value{true};
        if (text == "false") return Value{false};
        if (text == "null") return Value{};
        if (text == "NaN") return Value{std::nan("")};
        if (text == "Infinity") return Value{text_number(text)};
        return std::nullopt;
    }

    void refuse(std::string_view text, std::string_view why) {
        error_ = ExpressionError{at_, fmt::format("`{}` {}.", to_utf8(shortened(to_utf8(text), 60)), why)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
    std::optional<ExpressionError> error_;
};

}  // namespace

tl::expected<std::vector<Token>, ExpressionError> tokens_of(std::string_view text) { return Lexer{text}.run(); }

}  // namespace flux::workflow
