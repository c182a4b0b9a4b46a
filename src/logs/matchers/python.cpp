#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"pytest", test, 88, 3, 1, R"re(^E\s{2,}(?P<message>\S.*))re"},
    {"pytest", test, 70, 0, 0, R"re(^(?:FAILED|ERROR) (?P<message>(?P<test>(?P<file>\S+\.py)(?:::.*?)?)(?: - .*)?$))re"},
    {"pytest", test, 84, 0, 2, R"re(^(?P<message>E?\s*ImportError while importing test module '(?P<file>[^']+)'.*|INTERNALERROR> \w+(?:Error|Exception).*))re"},
    {"pytest", test, 66, 0, 1, R"re(^(?P<message>_+ ERROR (?:collecting|at (?:setup|teardown) of) (?P<test>\S.*) _+))re"},
    {"pytest", test, 62, 0, 0, R"re(^(?P<message>=+ no tests (?:ran|collected).*|collected 0 items.*))re"},
    {"pytest", test, 40, 0, 0, R"re(^(?P<message>=+ .*\d+ (?:failed|error).* =+))re"},
    {"pytest-xdist", test, 88, 0, 0, R"re(^(?P<message>worker '\w+' crashed while running '(?P<test>.*)'))re"},
    {"pytest", config, 82, 0, 3, R"re(^(?:ERROR: )(?P<message>(?:usage: |file or directory not found|found no collectors|not found: ).*))re"},
    {"pytest", test, 72, 0, 2, R"re(^(?P<file>\S+\.py):(?P<line>\d+): (?P<message>(?:in \S+|\w*(?:Error|Exception)).*))re"},
    {"unittest", test, 75, 0, 8, R"re(^(?:FAIL|ERROR): (?P<message>(?P<test>\S+ \([\w.<>]+\)).*))re"},
    {"mypy", type, 88, 0, 1, R"re(^(?P<file>\S+\.pyi?):(?P<line>\d+):(?:(?P<col>\d+):)? error: (?P<message>.*))re"},
    {"pyright", type, 86, 0, 0, R"re(^\s*(?P<file>/?\S+\.pyi?):(?P<line>\d+):(?P<col>\d+) - error: (?P<message>.*))re"},
    {"ruff/flake8/pylint", lint, 86, 0, 0, R"re(^(?P<file>\S+\.(?:pyi?|ipynb)):(?P<line>\d+):(?P<col>\d+):? (?P<code>[A-Z]{1,4}\d{2,4})\b:?,? (?P<message>.*))re"},
    {"ruff", lint, 84, 0, 3, R"re(^(?P<code>[A-Z]{1,4}\d{3,4}) (?:\[\*\] )?(?P<message>[`A-Z].*))re"},
    {"ruff format", lint, 80, 0, 0, R"re(^(?P<message>Would reformat: (?P<file>\S+)))re"},
    {"black", compile, 86, 0, 1, R"re(^(?P<message>error: cannot format (?P<file>\S+): .*))re"},
    {"pylint", lint, 50, 0, 0, R"re(^(?P<message>Your code has been rated at .*))re"},
    {"python", out_of_memory, 93, 4, 0, R"re(^(?P<message>(?:\w+\.)*_?(?:Array)?MemoryError\b.*))re"},
    {"pydocstyle", lint, 84, 0, 1, R"re(^(?P<message>(?P<file>\S+\.py):(?P<line>\d+) (?:at module level|in (?:public|private|nested) .*):)$)re"},
    {"interrogate/pydocstyle", lint, 80, 0, 1, R"re(^(?P<message>RESULT: FAILED .*))re"},
    {"django", config, 88, 0, 3, R"re(^(?P<message>(?:django\.core\.management\.base\.)?SystemCheckError: .*|(?:\w+\.)*ImproperlyConfigured: .*|Your models .* have changes that are not yet reflected in a migration.*))re"},
    {"black/isort", lint, 75, 0, 0, R"re(^(?P<message>(?:would reformat|ERROR:) (?P<file>\S+\.py).*))re"},
    {"pip", dependency, 88, 0, 2, R"re(^\s*(?:ERROR: )(?P<message>(?:Could not find a version|No matching distribution|Cannot install|ResolutionImpossible|Could not open requirements file|Failed building wheel|Failed to build|.*requires a different Python|.*subprocess-exited-with-error|Could not install packages|Invalid requirement|THESE PACKAGES DO NOT MATCH).*))re"},
    {"pip", dependency, 82, 2, 8, R"re((?P<message>.*(?:error: subprocess-exited-with-error|× .* did not run successfully|Getting requirements to build wheel did not run).*))re"},
    {"pip", dependency, 88, 0, 4, R"re(^(?P<message>error: externally-managed-environment|error: metadata-generation-failed|ERROR: Failed to build installable wheels for some pyproject\.toml based projects.*|The conflict is caused by:))re"},
    {"conda", dependency, 88, 0, 5, R"re(^(?:error\s+libmamba )?(?P<message>(?P<code>PackagesNotFoundError|ResolvePackageNotFound|\w*UnsatisfiableError|CondaHTTPError|Could not solve for environment specs|EnvironmentNameNotFound|EnvironmentFileNotFound).*))re"},
    {"dbt", config, 86, 0, 3, R"re(^(?:\d\d:\d\d:\d\d\s+)?(?P<message>(?:Database|Compilation|Runtime|Parsing|Dependency) Error(?: in .*)?)$)re"},
    {"dbt", test, 84, 0, 2, R"re(^(?:\d\d:\d\d:\d\d\s+)?(?P<message>Failure in test (?P<test>\S+).*))re"},
    {"poetry", config, 84, 0, 2, R"re(^(?P<message>Poetry could not find a pyproject\.toml.*|Group\(s\) not found: .*|Command not found: .*|The (?:lock file|Poetry configuration) is (?:not|invalid).*|Current Python version .* is not (?:allowed|supported).*|The currently activated Python version .* is not supported.*))re"},
    {"uv", config, 84, 0, 3, R"re(^error: (?P<message>(?:Failed to spawn|No `project` table|No interpreter found|Group `.*` is not defined|Extra `.*` is not defined|No `pyproject\.toml`|Project virtual environment|The requested interpreter).*))re"},
    {"pdm/pipenv/hatch", dependency, 82, 0, 3, R"re(^(?P<message>(?:\[\w+\]: |✘ |ERROR:: ?|Your Pipfile\.lock ).*(?:out of date|Lock failed|Locking Failed|Unable to find|could not|conflict).*))re"},
    {"poetry", dependency, 86, 0, 3, R"re((?P<message>.*(?:pyproject\.toml changed significantly since poetry\.lock|version solving failed|poetry\.lock is not up to date|The current project could not be installed).*))re"},
    {"uv", dependency, 86, 0, 4, R"re(^\s*(?:error: |×\s+)(?P<message>(?:No solution found|Failed to (?:build|download|fetch|prepare|resolve|parse)|Distribution not found|No virtual environment|.*lockfile .* needs to be updated|Error while fetching).*))re"},
    {"python", dependency, 92, 3, 0, R"re(^(?P<message>(?P<code>ModuleNotFoundError|ImportError): .*))re"},
    {"python", compile, 90, 3, 2, R"re(^\s*(?P<message>(?P<code>SyntaxError|IndentationError|TabError): .*))re"},
    {"python", unknown, 82, 3, 1, R"re(^(?P<message>(?P<code>(?:Assertion|Type|Value|Key|Attribute|Name|Index|OS|IO|FileNotFound|FileExists|Permission|Runtime|NotImplemented|ZeroDivision|Unicode(?:Decode|Encode)|Recursion|Lookup|Arithmetic|Connection|Timeout|EOF|Environment)Error|SystemExit|KeyboardInterrupt|(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?:Error|Exception|Failure|Exit))(?:: .*|$)))re"},
    {"python", unknown, 30, 0, 2, R"re(^(?P<message>Traceback \(most recent call last\):))re"},
    {"tox/nox", unknown, 30, 1, 0, R"re(^(?P<message>.*(?:: FAIL code \d+|nox > Session .* failed).*))re"},
    {"coverage", test, 80, 1, 0, R"re((?P<message>.*(?:Required test coverage of .* not reached|Coverage failure: total of|coverage threshold for .* not met).*))re"},
};

}  // namespace

std::span<const Matcher> python() { return table; }

}  // namespace flux::logs::matchers
